"""What a refusal carries beside its sentence, as lines that people read."""

from datetime import date, datetime
from typing import Any

from foundation import clock

FIELDS = {
    "type_id": "预约业务",
    "hall": "大厅",
    "effective_from": "生效日期",
    "row": "时段",
    "weekdays": "星期",
    "starts": "开始时间",
    "ends": "结束时间",
    "slot_minutes": "号段分钟",
    "windows": "窗口数",
    "online_percent": "网上比例",
    "priority_percent": "优先比例",
    "staff_percent": "代约比例",
    "buffer_minutes": "间隔分钟",
    "week_of_month": "每月第几周",
    "business": "业务",
    "to": "新的号数",
    "otherwise": "其余预约人的安排",
    "choice": "预约人的安排",
    "target": "改到的时段",
    "says": "日历安排",
    "release_workdays": "提前放号工作日",
    "release_time": "放号时间",
    "release_mode": "放号方式",
    "stagger_minutes": "批次间隔分钟",
    "stagger_batches": "放号批数",
    "close_minutes": "停止预约提前分钟",
    "cancel_minutes": "取消截止提前分钟",
    "check_in_early_minutes": "最早签到提前分钟",
    "check_in_late_minutes": "最晚签到延后分钟",
    "audience": "服务对象",
    "party_most": "同行人数上限",
    "slots_needed": "占用号段数",
    "share_back_workdays": "份额回流提前工作日",
    "pool": "综合窗口",
    "offer_minutes": "候补确认分钟",
    "cooling": "冷却方式",
    "cooling_least_minutes": "冷却最短分钟",
    "cooling_most_minutes": "冷却最长分钟",
    "start": "开始日期",
    "end": "结束日期",
    "day": "日期",
    "kind": "类型",
    "reason": "原因",
    "code": "预约码或签到码",
    "window": "窗口",
    "ticket_id": "排队号",
    "department": "部门",
    "departments": "部门",
    "to_window": "转往窗口",
    "priority": "优先事由",
    "name": "名称",
    "kiosk_id": "自助机",
    "register_hours": "登记时长",
    "settle_minutes": "截止至余号放出",
    "when": "停办时间",
    "from_day": "开始日期",
    "from_time": "开始时间",
    "until_day": "结束日期",
    "until_time": "结束时间",
    "note": "补充说明",
    "offer_days": "优先改约天数",
    "number": "号码",
    "phone": "手机号码",
    "id_type": "证件类型",
    "slot_id": "时段",
    "why": "原因",
    "by": "分列",
    "username": "用户名",
    "password": "密码",
    "subject": "对象",
    "event": "事件",
    "period": "期间",
    "period_days": "连续天数",
    "basis": "预约的计算方式",
    "per": "合并方式",
    "threshold": "次数",
    "late_hours": "临近取消的小时数",
    "place": "适用范围",
    "sanction": "后果",
    "sanction_days": "限制天数",
    "search": "查找内容",
    "what": "缺少的材料",
    "yuan": "金额",
    "bank_type": "银行类型",
    "account": "卡号",
    "holder": "持卡人",
    "expected_fen": "可退金额",
}
DETAILS = {
    "hall_name": "预约所在大厅",
    "day": "预约日期",
    "from": "最早签到时间",
    "until": "最晚签到时间",
    "number": "排队号",
    "window": "窗口",
    "roles": "需要的角色",
    "capacity": "现在的号数",
}


MOST = 100  # faults that are told at once


def lines_of(detail: Any) -> list[str]:
    """Lines of a list of faults, or of the facts that stand behind a refusal."""
    if isinstance(detail, list):
        return [_fault(one) if isinstance(one, dict) else str(one) for one in detail]
    if isinstance(detail, dict) and "faults" in detail:
        return _of_files(detail["faults"])
    if isinstance(detail, dict):
        return [f"{DETAILS[name]}：{_fact(value)}" for name, value in detail.items() if name in DETAILS]
    return []


def _of_files(faults: list[dict[str, Any]]) -> list[str]:
    """指南.xlsx·收费标准 第 3 行 E 列 金额（元）：…"""
    told = [
        f"{one['path']} 第 {one['line']} 行{' ' + one['field'] if one['field'] else ''}：{one['message']}"
        for one in faults[:MOST]
    ]
    return told if len(faults) <= MOST else [*told, f"还有 {len(faults) - MOST} 处，改好以上再试。"]


def _fault(one: dict[str, Any]) -> str:
    """``starts.1`` → 第 2 个时段的开始时间."""
    name, _, place = str(one.get("field", "")).partition(".")
    label = FIELDS.get(name, name)
    label = f"第 {int(place) + 1} 个时段的{label}" if place.isdigit() else label
    return f"{label}：{one.get('problem', '')}" if label else str(one.get("problem", ""))


def _fact(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if at.tzinfo is None:
        return date.isoformat(at.date())
    return f"{clock.shanghai(at):%Y-%m-%d %H:%M}"
