"""办件进度 folded from the event log: stage, deadlines, light. Late, early and repeated events change nothing wrongly,
because the fold reads them in the order in which they happened.

Working days stop while the applicant supplements (补正), while the case is suspended (暂停), during special procedures
(特别程序: 听证、检验、专家评审 are not counted, 行政许可法 第四十五条).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from foundation import clock
from foundation.workdays import WorkCalendar

YELLOW_AT = 0.75  # share of the period used up
ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    RECEIVED = "received"  # 收件
    ACCEPTED = "accepted"  # 受理
    REFUSED = "refused"  # 不予受理
    NOTICE_ONCE = "notice_once"  # 一次性告知
    SUPPLEMENTED = "supplemented"  # 补正
    SUSPENDED = "suspended"  # 暂停
    RESUMED = "resumed"  # 恢复
    SPECIAL_STARTED = "special_started"  # 特别程序开始
    SPECIAL_ENDED = "special_ended"  # 特别程序结束
    REVIEWED = "reviewed"  # 审查
    DECIDED = "decided"  # 决定
    CLOSED = "closed"  # 办结
    DELIVERED = "delivered"  # 送达
    WITHDRAWN = "withdrawn"  # 撤回


LABELS = {
    Kind.RECEIVED: "已收件",
    Kind.ACCEPTED: "已受理",
    Kind.REFUSED: "不予受理",
    Kind.NOTICE_ONCE: "待补正材料",
    Kind.SUPPLEMENTED: "已收到补正材料",
    Kind.SUSPENDED: "暂停计时",
    Kind.RESUMED: "恢复办理",
    Kind.SPECIAL_STARTED: "特别程序进行中",
    Kind.SPECIAL_ENDED: "特别程序结束",
    Kind.REVIEWED: "审查完成",
    Kind.DECIDED: "已作出决定",
    Kind.CLOSED: "已办结",
    Kind.DELIVERED: "结果已送达",
    Kind.WITHDRAWN: "已撤回",
}

NEXT = {
    Kind.RECEIVED: "窗口正在核对材料，5 个工作日内告知是否受理。",
    Kind.ACCEPTED: "部门正在审查，请留意消息提醒。",
    Kind.REFUSED: "本次申请未被受理，原因见下方说明，可补齐条件后重新申请。",
    Kind.NOTICE_ONCE: "请按下方说明一次补齐材料，补齐前不计入办理时限。",
    Kind.SUPPLEMENTED: "补正材料已收到，部门继续审查。",
    Kind.SUSPENDED: "办理暂停，恢复后继续计时。",
    Kind.RESUMED: "办理已恢复，部门继续审查。",
    Kind.SPECIAL_STARTED: "正在进行听证、检验或专家评审，所需时间不计入办理时限。",
    Kind.SPECIAL_ENDED: "特别程序已结束，部门继续审查。",
    Kind.REVIEWED: "审查已完成，等待作出决定。",
    Kind.DECIDED: "决定已作出，正在制作结果文书。",
    Kind.CLOSED: "已办结，请按送达方式领取结果，并欢迎评价。",
    Kind.DELIVERED: "结果已送达，欢迎评价。",
    Kind.WITHDRAWN: "申请已撤回。",
}

PAUSES = {
    Kind.NOTICE_ONCE: Kind.SUPPLEMENTED,
    Kind.SUSPENDED: Kind.RESUMED,
    Kind.SPECIAL_STARTED: Kind.SPECIAL_ENDED,
}
ENDS = {Kind.REFUSED, Kind.CLOSED, Kind.DELIVERED, Kind.WITHDRAWN}
ORDER = list(Kind)


@dataclass(frozen=True)
class Happening:
    """One event as the fold needs it."""

    kind: Kind
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Progress:
    """Where a case stands. Dues are None before acceptance and while the clock stands still."""

    stage: Kind
    accepted_at: datetime | None
    closed_at: datetime | None
    paused: bool
    promised_due: date | None
    legal_due: date | None


def fold(
    happenings: Iterable[Happening], *, legal_days: int | None, promised_days: int | None, calendar: WorkCalendar
) -> Progress:
    """Read the log in the order of happening; of two at the same moment the later step of the procedure comes last."""
    log = sorted(happenings, key=lambda one: (one.at, ORDER.index(one.kind)))
    stage, accepted_at, closed_at = Kind.RECEIVED, None, None
    paused_since: dict[Kind, datetime] = {}
    pauses: list[tuple[datetime, datetime]] = []
    for one in log:
        if stage not in ENDS or one.kind in ENDS:
            stage = one.kind
        if one.kind is Kind.ACCEPTED and accepted_at is None:
            accepted_at = one.at
        if one.kind in ENDS and closed_at is None:
            closed_at = one.at
        if one.kind in PAUSES:
            paused_since.setdefault(one.kind, one.at)
        for pause, end in PAUSES.items():
            if one.kind is end and pause in paused_since:
                pauses.append((paused_since.pop(pause), one.at))
    paused = bool(paused_since) and closed_at is None
    if closed_at is not None:  # whoever ends a case ends what it was waiting for
        pauses += [(since, closed_at) for since in paused_since.values()]
    due = None if accepted_at is None or paused else accepted_at
    return Progress(
        stage=stage,
        accepted_at=accepted_at,
        closed_at=closed_at,
        paused=paused,
        promised_due=_due(due, promised_days, pauses, calendar),
        legal_due=_due(due, legal_days, pauses, calendar),
    )


def _due(
    accepted_at: datetime | None, days: int | None, pauses: list[tuple[datetime, datetime]], calendar: WorkCalendar
) -> date | None:
    """The day on which so many working days are used up, not counting those on which the clock stood still."""
    if accepted_at is None or days is None:
        return None
    day, still = clock.shanghai(accepted_at).date(), _still(pauses)
    while days > 0:
        day += ONE_DAY
        days -= calendar.is_workday(day) and day not in still
    return day


def _still(pauses: list[tuple[datetime, datetime]]) -> set[date]:
    """The days of the pauses: from the day on which one begins up to the day before it ends."""
    days: set[date] = set()
    for began, ended in pauses:
        day, last = clock.shanghai(began).date(), clock.shanghai(ended).date()
        while day < last:
            days.add(day)
            day += ONE_DAY
    return days


def light(
    progress: Progress, *, promised_days: int | None, legal_days: int | None, today: date, calendar: WorkCalendar
) -> str:
    """``green``, ``yellow`` (most of the period is used up), ``red`` (overdue), ``grey`` (not counting).

    The promised period counts; the legal one where nothing was promised.
    """
    due, days = progress.promised_due, promised_days
    if days is None:
        due, days = progress.legal_due, legal_days
    if due is None or days is None:
        return "grey"
    end = clock.shanghai(progress.closed_at).date() if progress.closed_at else today
    if end > due:
        return "red"
    if progress.closed_at:
        return "green"
    return "yellow" if calendar.workdays_between(end, due) <= days * (1 - YELLOW_AT) else "green"
