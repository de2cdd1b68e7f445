"""接下来会怎样、最迟什么时候: for every stage in a sentence of plain language, with the day that matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.folding import Progress
from cases.models import Case
from cases.notice import Notice
from cases.reading import CaseRead
from cases.timeline import NEXT, PROCEDURES, Kind
from foundation import clock
from foundation.workdays import WorkCalendar

PAUSED = {Kind.NOTICE_ONCE: "等待补正材料", Kind.SUSPENDED: "暂停计时", Kind.SPECIAL_STARTED: "特别程序"}
ANSWER_WITHIN = 5  # working days to accept or to ask for papers; then it counts as accepted (行政许可法 第三十二条)
DELIVER_WITHIN = 10  # working days from the decision to the paper (行政许可法 第四十四条)
UNDER_WAY = (Kind.ACCEPTED, Kind.SUPPLEMENTED, Kind.RESUMED, Kind.SPECIAL_ENDED, Kind.REVIEWED)


@dataclass(frozen=True)
class NextStep:
    what: str
    when: date | None = None


def of(
    case: Case | CaseRead, progress: Progress, notices: Sequence[Notice], calendar: WorkCalendar, *, received: datetime
) -> NextStep:
    """What happens next and when at the latest; a day is said only where somebody is bound to it."""
    stage = progress.stage
    if progress.pause is not None and stage is not Kind.NOTICE_ONCE:
        return _waiting(progress)
    if stage is Kind.RECEIVED:
        answer = calendar.add_workdays(clock.shanghai(received).date(), ANSWER_WITHIN)
        return NextStep("窗口正在核对材料。收件起 5 个工作日内告知是否受理，或一次告知全部需要补正的材料。", answer)
    if stage is Kind.NOTICE_ONCE:
        due = max((one.due for one in notices), default=None)  # who asks again takes no time away
        return NextStep(
            "请一次补齐下列材料；补齐前不计入办理时限，逾期未补可能按撤回处理。" if due else NEXT[stage], due
        )
    if stage is Kind.DECIDED and progress.decided_at is not None:
        sent = calendar.add_workdays(clock.shanghai(progress.decided_at).date(), DELIVER_WITHIN)
        return NextStep("决定已作出，正在制作结果文书，10 个工作日内送达。", sent)
    if stage in UNDER_WAY:
        return _under_way(case, stage)
    return NextStep(NEXT[stage])


def _waiting(progress: Progress) -> NextStep:
    pause = progress.pause
    assert pause is not None
    name = PROCEDURES.get(pause.procedure) or PAUSED[pause.kind]
    if pause.until is None:
        return NextStep(f"正在{name}，所需时间不计入办理时限；结束后继续审查。")
    return NextStep(f"正在{name}，最迟到下列日期为止不计入办理时限，此后继续计时。", pause.until)


def _under_way(case: Case | CaseRead, stage: Kind) -> NextStep:
    doing = {Kind.REVIEWED: "审查已完成，正在作出决定"}.get(stage, "部门正在审查")
    due = case.promised_due if case.promised_days is not None else case.legal_due
    if due is None:
        return NextStep(f"{doing}，有进展会通知您。")
    if clock.today() > due:
        return NextStep(
            f"{doing}，已超过{'承诺' if case.promised_days is not None else '法定'}的办结日期，可拨打 12345 催办。"
        )
    return NextStep(f"{doing}，最迟在下列日期办结，有进展会通知您。", due)
