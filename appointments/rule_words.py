"""规则的用词: the words a rule is made of, what people read for them, and what is wrong with a rule."""

from dataclasses import dataclass

SUBJECTS = {"person": "同一证件", "phone": "同一手机号", "agent": "同一代办人", "organisation": "同一单位或房产"}
EVENTS = {
    "held_now": "未办结的预约",
    "booked": "预约",
    "cancelled": "取消",
    "late_cancelled": "临近取消",
    "no_show": "爽约",
    "missing_papers": "缺少材料",
    "missed": "爽约或缺少材料",
}
PERIODS = {
    "live": "任何时候",
    "day": "每天",
    "week": "每周",
    "month": "每月",
    "year": "每年",
    "rolling": "连续若干天内",
}
BASES = {"visit": "按办理日计", "made": "按提交日计"}
PER = {"": "合并计算", "type": "每项业务分别计算", "department": "每个部门分别计算", "hall": "每个大厅分别计算"}
SANCTIONS = {"refuse": "达到后不再受理", "days": "限制预约若干天", "month_end": "限制预约到月底"}

PLACES = ("held_now", "booked")  # what one has; the other events are what one did
NAME_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a rule says. `name` is what citizens read; an empty one is written from the rest."""

    name: str = ""
    subject: str = "person"
    event: str
    period: str
    period_days: int = 0
    basis: str = "visit"
    per: str = ""
    threshold: int
    late_hours: int = 24
    hall_path: str = ""
    type_id: int | None = None
    sanction: str = "refuse"
    sanction_days: int = 0


def sentence(rule: Rule) -> str:
    """同一证件每周最多预约 2 次; 同一证件连续 120 天内爽约 2 次，限制预约 90 天."""
    period = f"连续 {rule.period_days} 天内" if rule.period == "rolling" else PERIODS[rule.period]
    if rule.period == "live":
        period = ""
    alone = PER[rule.per].removesuffix("分别计算") + "分别" if rule.per else ""
    if rule.event in PLACES:
        what = "预约" if rule.event == "booked" else EVENTS[rule.event]
        return f"{SUBJECTS[rule.subject]}{alone}{period}最多 {rule.threshold} 个{what}"
    did = f"{SUBJECTS[rule.subject]}{alone}{period}{EVENTS[rule.event]} {rule.threshold} 次"
    led_to = {
        "refuse": "期间内不再受理预约",
        "days": f"限制预约 {rule.sanction_days} 天",
        "month_end": "限制预约到月底",
    }
    return f"{did}，{led_to[rule.sanction]}"


def faults(rule: Rule) -> list[str]:
    """Everything that is wrong with it, as sentences."""
    unknown = [
        f"{label}不在可选范围内"
        for label, value, words in (
            ("对象", rule.subject, SUBJECTS), ("事件", rule.event, EVENTS), ("期间", rule.period, PERIODS),
            ("计算方式", rule.basis, BASES), ("合并方式", rule.per, PER), ("后果", rule.sanction, SANCTIONS),
        )
        if value not in words
    ]  # fmt: skip
    return unknown + _numbers(rule) + _together(rule)


def _numbers(rule: Rule) -> list[str]:
    found = []
    if len(rule.name.strip()) > NAME_LENGTH:
        found.append(f"名称不超过 {NAME_LENGTH} 字")
    if not 1 <= rule.threshold <= 1000:
        found.append("次数应为 1 至 1000")
    if not 1 <= rule.late_hours <= 720:
        found.append("临近取消的小时数应为 1 至 720")
    if rule.period == "rolling" and not 1 <= rule.period_days <= 730:
        found.append("连续天数应为 1 至 730")
    if rule.period != "rolling" and rule.period_days:
        found.append("只有“连续若干天内”才填天数")
    if rule.sanction == "days" and not 1 <= rule.sanction_days <= 1095:
        found.append("限制天数应为 1 至 1095")
    if rule.sanction != "days" and rule.sanction_days:
        found.append("只有“限制预约若干天”才填限制天数")
    return found


def _together(rule: Rule) -> list[str]:
    found = []
    if rule.period == "live" and rule.event != "held_now":
        found.append("“任何时候”只用于未办结的预约")
    if rule.basis == "made" and rule.event != "booked":
        found.append("“按提交日计”只用于预约次数")
    if rule.period == "rolling" and rule.event == "booked" and rule.basis == "visit":
        found.append("“连续若干天内”的预约次数按提交日计")
    if rule.sanction != "refuse" and rule.event in PLACES:
        found.append("预约数量达到上限时不再受理，不另行限制")
    if rule.sanction != "refuse" and rule.per:
        found.append("限制预约的规则合并计算")
    if rule.hall_path and rule.type_id is not None:
        found.append("适用范围请选择大厅或业务其中之一")
    return found
