"""办理: what staff do with a case, each step an event like a department's, refused where it cannot be."""

from dataclasses import dataclass, replace

from cases import logbook, taking_in
from cases.errors import (
    CaseCannotMoveSo,
    CaseHasEnded,
    CaseNotFound,
    EventIncomplete,
    NoteEmpty,
    NothingMissing,
    ReasonNeeded,
)
from cases.folding import Progress
from cases.models import Case
from cases.progress_models import CaseNote
from cases.pushed import Missing, PushedEvent, fault
from cases.timeline import ENDS, PAUSES, Kind
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.workdays import WorkCalendar

EXPLAINED = (Kind.REFUSED, Kind.SUSPENDED, Kind.EXTENDED, Kind.WITHDRAWN, Kind.VOIDED)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What somebody wants to do; `key` makes a second tap harmless. See `cases.pushed.PushedEvent`."""

    kind: Kind
    key: str
    note: str = ""
    days: int | None = None
    procedure: str = ""
    items: tuple[Missing, ...] = ()
    result: str = ""
    voids: str = ""


@database.retry_on_deadlock
async def move(*, case_no: str, move: Move, by: Actor) -> str:
    """``appended``, or ``repeated`` for the same key. Raises CaseNotFound, CaseHasEnded, CaseCannotMoveSo,
    ReasonNeeded, NothingMissing, EventIncomplete.
    """
    _must_be_whole(move)
    event = PushedEvent(
        event_id=move.key, case_no=case_no, kind=move.kind, happened_at=clock.now(), note=move.note.strip()[:400],
        days=move.days, procedure=move.procedure, items=move.items, result=move.result, voids=move.voids,
    )  # fmt: skip
    if refusal := fault(event):
        raise refusal
    async with database.transaction():
        case = await _locked(case_no)
        log = (await logbook.of([case.id])).get(case.id, [])
        if any(row.event_id == move.key for row in log):
            return "repeated"
        progress = logbook.fold(case, [row.happening for row in log], await WorkCalendar.current())
        _must_be_possible(move, progress, {row.key for row in log})
        now = replace(event, happened_at=clock.now())  # after whatever held the lock before us
        (answer,) = await taking_in.take_batch([now], by=by)
        if isinstance(answer, Refusal):
            raise answer
        await audit.record(f"case.{move.kind}", subject=f"case:{case.id}", by=by, reason=move.note)
        return answer.outcome


async def _locked(case_no: str) -> Case:
    """In the order of every writer: first the number's lock, then the row. Raises CaseNotFound."""
    await taking_in.lock([case_no])
    case = await Case.select_for_update().get_or_none(case_no=case_no)
    if case is None:
        raise CaseNotFound
    return case


def _must_be_whole(move: Move) -> None:
    """What the applicant has a right to be told is told: reasons, papers and how to send them, the time it takes."""
    if move.kind in EXPLAINED and not move.note.strip():
        raise ReasonNeeded
    if move.kind is Kind.DECIDED and (not move.result or (move.result == "denied" and not move.note.strip())):
        raise ReasonNeeded("请选择决定结果；不予的须写明理由。")
    if move.kind is Kind.NOTICE_ONCE and (not move.items or any(not one.how for one in move.items)):
        raise NothingMissing
    if move.kind is Kind.SPECIAL_STARTED and not (move.procedure and move.days):
        raise EventIncomplete(detail=["请选择特别程序，并填写所需的工作日数；申请人会收到告知（行政许可法第四十五条）"])


def _must_be_possible(move: Move, progress: Progress, keys: set[str]) -> None:
    if move.kind is Kind.VOIDED:
        if move.voids not in keys - progress.voided:
            raise CaseCannotMoveSo
        return
    if move.kind is Kind.NOTICE_ONCE and _asks_again(move, progress):
        return
    if move.kind not in possible(progress):
        raise CaseHasEnded if progress.stage in ENDS else CaseCannotMoveSo


def _asks_again(move: Move, progress: Progress) -> bool:
    """Whether it names only papers that came after a notice that is still open, and do not do."""
    names = {one.name for one in move.items}
    waiting = any(one.kind is Kind.NOTICE_ONCE for one in progress.pauses)
    return waiting and names <= set(progress.told_items) - set(progress.open_items)


def possible(progress: Progress) -> list[Kind]:
    """What can be done with a case that stands so, in the order of the procedure."""
    if progress.stage in ENDS:
        return [Kind.DELIVERED] if progress.stage is Kind.CLOSED else []
    waiting = {one.kind for one in progress.pauses}
    able = [Kind.NOTICE_ONCE, Kind.WITHDRAWN]
    able += [Kind.REFUSED, Kind.ACCEPTED] if progress.accepted_at is None else [Kind.CLOSED]
    able += [
        end for start, end in PAUSES.items() if start in waiting or (end is Kind.SUPPLEMENTED and progress.open_items)
    ]
    if progress.accepted_at is not None:
        able += [Kind.SUSPENDED, Kind.SPECIAL_STARTED, Kind.REVIEWED]
        able += [Kind.DECIDED] if progress.decided_at is None else []
        able += [Kind.EXTENDED] if not progress.extended_days else []
    return [kind for kind in Kind if kind in able and kind not in waiting]


async def note(*, case_no: str, text: str, by: Actor) -> None:
    """Write something down for colleagues; the applicant never sees it. Raises CaseNotFound, NoteEmpty."""
    if not text.strip():
        raise NoteEmpty
    async with database.transaction():
        case = await Case.get_or_none(case_no=case_no)
        if case is None:
            raise CaseNotFound
        await CaseNote.create(case_id=case.id, staff_id=by.number, text=text.strip()[:500])
        await audit.record("case.noted", subject=f"case:{case.id}", by=by)
