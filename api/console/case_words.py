"""What staff read for stages, lights, sources and the moves they can make."""

from cases.conflicts import WORDS as CONFLICTS
from cases.timeline import EVENT_NAMES, LABELS, NO_STAGE, PROCEDURES, RESULTS, Kind

STAGES = {kind.value: name for kind, name in LABELS.items() if kind not in NO_STAGE}
LIGHTS = {"green": "正常", "yellow": "临近期限", "red": "已超期", "grey": "未计时"}
SOURCES = {"console": "工作台", "online": "网上申请", "system": "批量导入"}
CONFLICT_STATES = {"open": "待处理", "settled": "已处理", "gone": "已自动消除"}
IMPORT_STATES = {
    "waiting": "等待预演", "rehearsing": "正在预演", "rehearsed": "待确认", "running": "正在导入", "done": "已完成",
    "dropped": "已放弃",
}  # fmt: skip
MOVES = {
    Kind.ACCEPTED: "受理",
    Kind.NOTICE_ONCE: "一次告知补正",
    Kind.SUPPLEMENTED: "登记补正材料已收到",
    Kind.REFUSED: "不予受理",
    Kind.SUSPENDED: "暂停办理",
    Kind.RESUMED: "恢复办理",
    Kind.SPECIAL_STARTED: "开始特别程序",
    Kind.SPECIAL_ENDED: "结束特别程序",
    Kind.REVIEWED: "登记审查完成",
    Kind.EXTENDED: "延长期限",
    Kind.DECIDED: "作出决定",
    Kind.CLOSED: "办结",
    Kind.DELIVERED: "登记已送达",
    Kind.WITHDRAWN: "申请人撤回",
}

__all__ = ["CONFLICTS", "EVENT_NAMES", "PROCEDURES", "RESULTS"]


def source(name: str) -> str:
    """Where an event came from."""
    return SOURCES.get(name) or f"部门系统 {name}"
