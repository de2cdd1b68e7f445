"""What departments push: events of cases, in any order, any number of times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.exceptions import IntegrityError

from cases import fees, timeline
from cases.errors import (
    CaseNeedsRegistration,
    CaseOfAnotherApplicant,
    CaseOfAnotherDepartment,
    EventChanged,
    EventFromTheFuture,
    EventTooOld,
)
from cases.events import CaseClosed, CaseMoved
from cases.fees import Fee
from cases.models import Case, CaseEvent
from foundation import audit, clock, crypto, database, idempotency
from foundation.actor import Actor
from foundation.events import tell
from foundation.workdays import WorkCalendar
from identity import realname
from identity.idnumber import Identity

CLOCK_TOLERANCE = timedelta(minutes=5)
OLDEST = datetime(2000, 1, 1, tzinfo=clock.SHANGHAI)


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
    fee: Fee | None = None


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
    if event.happened_at < OLDEST:
        raise EventTooOld
    try:
        async with database.transaction() as tx:
            await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 2))", event.case_no)
            known = await Case.select_for_update().get_or_none(case_no=event.case_no)
            case = known or await _register(event, by)
            if case.source != by.name:
                raise CaseOfAnotherDepartment
            if _is_somebody_elses(case, event.registration):
                raise CaseOfAnotherApplicant
            if not await _append_row(case, event):
                return "repeated"
            await _refold(case)
            return "appended"
    except IntegrityError:
        raise EventChanged from None  # the same event_id came for another case at the same moment


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
        citizen_id=await realname.owner_of(applicant, name=given.applicant_name),
        applicant_fingerprint=applicant.fingerprint,
        applicant_name_sealed=crypto.seal(given.applicant_name),
        factor_fingerprint=factor(event.case_no, applicant.last_four),
        legal_days=given.legal_days,
        promised_days=given.promised_days,
    )
    await audit.record("case.registered", subject=f"case:{case.id}", by=by)
    if given.fee is not None:
        await fees.ask(case, given.fee, applicant=applicant, name=given.applicant_name, by=by)
    return case


def _is_somebody_elses(case: Case, given: Registration | None) -> bool:
    """Two cases pushed under one number: the second would be shown to the first one's applicant."""
    return bool(given and case.applicant_fingerprint and case.applicant_fingerprint not in given.applicant.fingerprints)


def factor(case_no: str, last_four: str) -> str:
    """What a look-up by number must match besides the number."""
    return crypto.fingerprint(f"{case_no}|{last_four.upper()}", purpose="case_factor")


async def _append_row(case: Case, event: PushedEvent) -> bool:
    # the registration comes with the first event only, and one moment can be written in many zones
    told = idempotency.body_hash([event.case_no, event.kind, event.happened_at.astimezone(UTC), event.note])
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


async def _refold(case: Case) -> None:
    calendar = await WorkCalendar.current()
    rows = await CaseEvent.filter(case=case)
    progress = fold(case, rows, calendar)
    before, case.stage = case.stage, progress.stage
    newly_closed = progress.stage in CLOSING and before not in CLOSING
    case.accepted_at, case.closed_at = progress.accepted_at, progress.closed_at
    case.promised_due, case.legal_due = progress.promised_due, progress.legal_due
    case.calendar_version = calendar.version
    await case.save(update_fields=FOLDED)
    citizen_id: int | None = case.citizen_id  # type: ignore[attr-defined]
    if before != case.stage or len(rows) == 1:
        await tell(CaseMoved(case_id=case.id, citizen_id=citizen_id, stage=case.stage))
    if before != case.stage and case.stage in fees.FREE:
        await fees.drop(case)
    if newly_closed:
        await tell(CaseClosed(case_id=case.id, citizen_id=citizen_id))


CLOSING = {timeline.Kind.CLOSED, timeline.Kind.DELIVERED}
FOLDED = ["stage", "accepted_at", "closed_at", "promised_due", "legal_due", "calendar_version", "changed_at"]


def fold(case: Case, rows: Iterable[CaseEvent], calendar: WorkCalendar) -> timeline.Progress:
    """Where the case stands by its whole log."""
    happenings = [timeline.Happening(timeline.Kind(row.kind), row.happened_at, row.note) for row in rows]
    return timeline.fold(happenings, legal_days=case.legal_days, promised_days=case.promised_days, calendar=calendar)
