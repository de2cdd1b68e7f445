"""What the fields of an item sheet are called on a screen, and a sheet's values as people read them."""

from collections.abc import Iterator
from typing import Any

from foundation import money

NAMES = {
    "slug": "短名", "item_code": "实施编码", "basic_code": "基本编码", "name": "名称", "short_name": "简称",
    "aliases": "口语名、旧称", "summary": "一句话", "audience": "服务对象", "department": "部门", "themes": "主题",
    "life_events": "人生事件", "kind": "办件类型", "channels": "办理渠道", "reach": "通办范围", "visits": "到现场次数",
    "places": "办理地点", "appointment": "预约", "conditions": "受理条件", "materials": "申请材料", "steps": "办理流程",
    "period": "办理时限", "special_procedures": "特别程序", "fees": "收费标准", "legal_basis": "设定依据",
    "result": "办理结果", "phones": "电话", "faqs": "常见问题", "notes": "注意事项", "related": "相关事项",
    "variants": "情形", "effective": "生效日期", "expires": "失效日期", "version": "版本",
    "hall": "大厅", "window": "窗口", "hours": "时间（与大厅不同时）", "bookable": "可以预约", "minutes": "每人分钟数",
    "note": "说明", "basis": "依据", "format": "形式", "copies": "份数", "signature": "签名盖章", "source": "来源",
    "licence": "电子证照", "exempt": "免提交", "may_follow": "可容缺后补", "when": "什么情况下", "form": "空白表格",
    "sample": "填写示例", "text": "内容", "days": "工作日", "legal_days": "法定时限", "unit": "单位",
    "promised_days": "承诺时限（工作日）", "amount_fen": "金额（元）", "exemption": "减免", "online": "可网上缴",
    "law": "法律法规", "article": "条款", "what": "规定内容", "delivery": "送达方式", "validity": "有效期",
    "consult": "咨询电话", "complaint": "监督投诉电话", "question": "问题", "answer": "回答", "also": "其他问法",
    "differs": "有什么不同", "item": "另有指南的事项",
    "online_form": "网上填报", "field": "字段编码", "label": "栏目名称", "asks": "填写方式", "optional": "选填",
    "options": "选项", "pattern": "格式（正则表达式）", "least": "最小值、最少字数", "most": "最大值、最多字数",
    "hint": "填写提示", "shown_if": "何时出现",
}  # fmt: skip
# The database keeps no order of keys: a row is told beginning with what it is called.
LEADING = {name: number for number, name in enumerate(("name", "law", "question", "hall", *NAMES)[::-1])}
CHOICES = {"online": "只能网上办", "hall": "只能到大厅办", "both": "网上、大厅都能办"}


def label(path: str) -> str:
    """``fees[0].amount_fen`` → 收费标准第 1 项的金额（元）."""
    steps = path.replace("]", "").replace("[", ".").split(".")
    told = ""
    for step in steps:
        if step.isdigit():
            told += f"第 {int(step) + 1} 项"
        else:
            told += ("的" if told else "") + NAMES.get(step, step)
    return told


def lines(field: str, value: Any) -> list[str]:
    """A field of a sheet as lines, one fact each, for reading and comparing."""
    if value is None or value == []:
        return []
    if isinstance(value, list):
        return [_line(field, one) for one in value]
    if isinstance(value, dict):
        return [f"{NAMES.get(name, name)}：{_plain(name, inner)}" for name, inner in _said(value)]
    return [_plain(field, value)]


def _line(field: str, value: Any) -> str:
    if not isinstance(value, dict):
        return _plain(field, value)
    (_, first), *rest = _said(value)
    told = "；".join(f"{NAMES.get(name, name)}：{_plain(name, inner)}" for name, inner in rest)
    return f"{first}（{told}）" if told else str(first)


def _said(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    told = [(name, value) for name, value in row.items() if value not in (None, [], False)]
    return iter(sorted(told, key=lambda one: -LEADING.get(one[0], -1)))


def _plain(field: str, value: Any) -> str:
    if value is True:
        return "是"
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    if field.endswith("_fen"):
        return money.yuan(int(value)) if str(value).isdigit() else str(value)
    return CHOICES.get(str(value), str(value)) if field == "channels" else str(value)
