"""Sample values for the places of a template, to look at it before it is saved."""

from collections.abc import Mapping

from notifications.kinds import Template

# place → what it stands for, and what it may look like
PLACES: Mapping[str, tuple[str, str]] = {
    "when": ("时间", "2026-11-23 09:30"),
    "hall": ("大厅", "示例市政务服务中心"),
    "business": ("业务", "居民身份证办理"),
    "code": ("编号或预约码", "7K3M9QXP"),
    "reason": ("原因", "因设备检修。欢迎改约其他时段。"),
    "until": ("截止时间", "2026-11-22 18:00"),
    "why": ("原因", "号源已满"),
    "which": ("哪一次提醒", "明天有预约"),
    "cause": ("停办原因", "台风登陆"),
    "offer": ("优先改约", "已为您保留 2026-11-25 09:30 的号，请在 2026-11-24 20:00 前点开确认。"),
    "note": ("补充说明", "建议改期后前往。"),
    "card_when": ("保留的时间", "2026-11-25 09:30"),
    "card_hall": ("保留的大厅", "示例市政务服务中心"),
    "rule": ("规定", "30 天内爽约 3 次"),
    "title": ("标题或项目名称", "不动产登记费"),
    "yuan": ("金额（元）", "80.00"),
    "unit": ("执收单位", "示例市自然资源局"),
    "item": ("事项", "不动产首次登记"),
    "stage": ("办件阶段", "已受理"),
    "next": ("下一步", "部门正在审查，请留意消息。"),
    "phrase": ("阶段（五字以内）", "已受理"),
    "tip": ("提示（二十字以内）", "部门正在审查，请留意消息"),
    "name": ("姓名（隐去部分）", "张*"),
    "question": ("留言", "身份证丢了怎么补办？"),
    "answer": ("答复", "请携带户口簿到任一派出所办理。"),
    "summary": ("事项简介", "遗失或损坏的居民身份证补领"),
    "matter": ("咨询、投诉或建议", "咨询"),
    "place": ("大厅或事项", "示例市政务服务中心"),
    "remedy": ("整改情况", "已增开窗口。"),
    "document_no": ("告知书编号", "政务告知〔2026〕00012号"),
    "due": ("期限", "2026-12-01"),
    "before": ("原日期", "2026-12-01"),
    "after": ("新日期", "2026-12-03"),
    "material": ("材料名称", "无犯罪记录证明"),
    "state": ("状态", "已寄出"),
    "organisation": ("单位名称", "示例科技有限公司"),
    "role": ("单位中的身份", "经办人"),
    "scope": ("可以办理的范围", "预约、办件、缴费"),
    "text": ("正文", "因线路检修，本周六暂停办理。"),
}


def of(template: Template) -> dict[str, str]:
    """A sample for each place of this kind; of one nobody has described, its own name."""
    return {place: PLACES.get(place, ("", place))[1] for place in sorted(template.places)}


def meaning(place: str) -> str:
    return PLACES.get(place, ("由业务填写", ""))[0]
