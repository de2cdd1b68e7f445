"""What departments push: events of cases, in any order, any number of times."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from cases import timeline
from cases.errors import CaseNeedsRegistration, CaseOfAnotherDepartment, EventChanged, EventFromTheFuture
from cases.events import CaseClosed, CaseMoved
from cases.models import Case, CaseEvent
from foundation import audit, clock, crypto, database, idempotency
from foundation.actor import Actor
from foundation.events import tell
from foundation.workdays import WorkCalendar
from identity import realname
from identity.idnumber import Identity

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """登记赋码: what a case is about and whose it is; needed with the first event that is pushed."""

    item_code: str
    item_name: str
    department_name: str
    applicant_name: str
    applicant: Identity
    legal_days: int | None = None
    promised_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class PushedEvent:
    """One event as a department tells it."""

    event_id: str
    case_no: str
    kind: timeline.Kind
    happened_at: datetime
    note: str = ""
    registration: Registration | None = None


@database.retry_on_deadlock
async def append(*, event: PushedEvent, by: Actor) -> str:
    """``appended`` or ``repeated``. Raises the refusals of `cases.errors`."""
    if event.happened_at > clock.now() + CLOCK_TOLERANCE:
        raise EventFromTheFuture
    async with database.transaction() as tx:
        await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 2))", event.case_no)
        case = await Case.get_or_none(case_no=event.case_no) or await _register(event, by)
        if case.source != by.name:
            raise CaseOfAnotherDepartment
        if not await _append_row(case, event):
            return "repeated"
        await _refold(case)
        return "appended"


async def _register(event: PushedEvent, by: Actor) -> Case:
    if event.registration is None:
        raise CaseNeedsRegistration
    given, applicant = event.registration, event.registration.applicant
    case = await Case.create(
        case_no=event.case_no,
        source=by.name,
        item_code=given.item_code,
        item_name=given.item_name,
        department_name=given.department_name,
        citizen_id=await realname.citizen_with(applicant),
        applicant_fingerprint=applicant.fingerprint,
        applicant_name_sealed=crypto.seal(given.applicant_name),
        factor_fingerprint=factor(event.case_no, applicant.last_four),
        legal_days=given.legal_days,
        promised_days=given.promised_days,
    )
    await audit.record("case.registered", subject=f"case:{case.id}", by=by)
    return case


def factor(case_no: str, last_four: str) -> str:
    """What a look-up by number must match besides the number."""
    return crypto.fingerprint(f"{case_no}|{last_four.upper()}", purpose="case_factor")


async def _append_row(case: Case, event: PushedEvent) -> bool:
    told = idempotency.body_hash(_comparable(event))
    known = await CaseEvent.get_or_none(source=case.source, event_id=event.event_id)
    if known is not None:
        if known.body_hash != told or known.case_id != case.id:  # type: ignore[attr-defined]
            raise EventChanged
        return False
    await CaseEvent.create(
        case=case,
        source=case.source,
        event_id=event.event_id,
        kind=event.kind,
        happened_at=event.happened_at,
        note=event.note,
        body_hash=told,
    )
    return True


def _comparable(event: PushedEvent) -> dict[str, Any]:
    said = asdict(event)
    del said["registration"]  # only the first event carries it; repeating it later is harmless
    return json.loads(json.dumps(said, default=str))  # type: ignore[no-any-return]


async def _refold(case: Case) -> None:
    calendar = await WorkCalendar.current()
    progress = await progress_of(case, calendar)
    before, case.stage = case.stage, progress.stage
    newly_closed = progress.closed_at is not None and case.closed_at is None and progress.stage in CLOSING
    case.accepted_at, case.closed_at = progress.accepted_at, progress.closed_at
    case.promised_due, case.legal_due = progress.promised_due, progress.legal_due
    case.calendar_version = calendar.version
    await case.save()
    citizen_id: int | None = case.citizen_id  # type: ignore[attr-defined]
    if before != case.stage or await CaseEvent.filter(case=case).count() == 1:
        await tell(CaseMoved(case_id=case.id, citizen_id=citizen_id, stage=case.stage))
    if newly_closed:
        await tell(CaseClosed(case_id=case.id, citizen_id=citizen_id))


CLOSING = {timeline.Kind.CLOSED, timeline.Kind.DELIVERED}


async def progress_of(case: Case, calendar: WorkCalendar) -> timeline.Progress:
    """The fold of a case's whole log."""
    rows = await CaseEvent.filter(case=case)
    happenings = [timeline.Happening(timeline.Kind(row.kind), row.happened_at, row.note) for row in rows]
    return timeline.fold(happenings, legal_days=case.legal_days, promised_days=case.promised_days, calendar=calendar)
