"""补正: after a 一次性告知 of a case the applicant uploads what is missing and sends it as one; with the last paper the
clock goes on. What is still missing, or is asked for again, is sent with another one while the case waits.

Locks in this order: the number of the case (`taking_in.lock`), the supplement, the row of the case.
"""

from datetime import date, datetime

from msgspec.structs import asdict

from cases import entrusted, intake, lookup, notice_period, supplement_reading, supplement_views, taking_in
from cases.filing_errors import NothingToSupplement, PapersNotReady, SupplementEmpty
from cases.filing_models import Paper, Supplement
from cases.intake import PushedEvent
from cases.models import Case
from cases.paper_limits import LIVE
from cases.pushed import Missing
from cases.supplement_views import Standing, SupplementView
from cases.timeline import Kind
from foundation import audit, clock, crypto, database
from foundation.actor import Actor

CODE_LENGTH = 12


@database.retry_on_deadlock
async def begin(*, case_no: str, by: Actor) -> SupplementView:
    """What is being prepared for the case that waits, or a new one. After the day it is told on time no more, and is
    taken as long as the case waits: whether it has come too late is for the department to say.

    Raises CaseNotFound for everybody but the applicant and whom they entrusted with it, NothingToSupplement.
    """
    until = await notice_period.supplement_until()
    case = await lookup.mine_or_entrusted(case_no=case_no, citizen_id=by.number)
    async with database.transaction():
        await taking_in.lock([case_no])
        standing = await _waiting(case_no)
        row = await Supplement.select_for_update().get_or_none(case=case, state__in=("open", "expired"))
        if row is None:
            row = await _new(standing, until)
            await audit.record("supplement.begun", subject=f"supplement:{row.id}", by=by)
        else:
            await _again(row, standing, until)
    return await supplement_views.one(row.code, case_no=case_no)


async def _waiting(case_no: str) -> Standing:
    """Raises NothingToSupplement for a case that waits for nothing."""
    standing = await supplement_views.standing(case_no)
    if standing.case.stage != Kind.NOTICE_ONCE or standing.notice is None:
        raise NothingToSupplement
    return standing


async def _new(standing: Standing, until: datetime) -> Supplement:
    assert standing.notice is not None
    return await Supplement.create(
        code=crypto.random_code(CODE_LENGTH),
        case_id=standing.case.id,
        notice_id=standing.notice.id,
        citizen_id=standing.case.citizen_id,
        expires_at=_not_before(until, standing.due),
    )


async def _again(row: Supplement, standing: Standing, until: datetime) -> None:
    """Begun before: it answers the newest notice, and what is uploaded stays at least until its day."""
    assert standing.notice is not None
    since = until if row.state == "expired" else row.expires_at
    row.state, row.notice_id, row.expires_at = "open", standing.notice.id, _not_before(since, standing.due)
    await row.save(update_fields=["state", "notice_id", "expires_at"])


def _not_before(until: datetime, due: date | None) -> datetime:
    return max(until, notice_period.end_of(due)) if due else until


@database.retry_on_deadlock
async def send(*, code: str, by: Actor) -> SupplementView:
    """Send everything as one; the case goes on from here, unless something is still missing. Sent twice, or by two taps
    at once, it is sent once.

    Raises NothingToSupplement, SupplementEmpty, PapersNotReady.
    """
    async with database.transaction():
        known = await Supplement.get_or_none(code=code).prefetch_related("case")
        if known is None:
            raise NothingToSupplement
        await taking_in.lock([known.case.case_no])
        row = await Supplement.select_for_update().get_or_none(code=code)
        if row is None or row.state == "expired" or not await _theirs(row, known.case, by):
            raise NothingToSupplement
        if row.state == "open":
            await _send(row, await _waiting(known.case.case_no), by)
    return await supplement_views.one(code, case_no=known.case.case_no)


async def _theirs(row: Supplement, case: Case, by: Actor) -> bool:
    owner: int = row.citizen_id  # type: ignore[attr-defined]
    return await entrusted.may_change(owner=owner, item_code=case.item_code, by=by)


async def _send(row: Supplement, standing: Standing, by: Actor) -> None:
    came = await _sound(row, set(standing.progress.open_items))
    row.state, row.sent_at = "sent", clock.now()
    row.wanted = [asdict(one) for one in standing.wanted]
    row.notice_id = standing.notice.id if standing.notice else row.notice_id  # type: ignore[attr-defined]
    await row.save(update_fields=["state", "sent_at", "wanted", "notice_id"])
    await audit.record("supplement.sent", subject=f"supplement:{row.id}", by=by)
    await _go_on(row, standing, came)


async def _sound(row: Supplement, asked: set[str]) -> set[str]:
    """What came of what was asked for by name, else whatever came. Raises SupplementEmpty, PapersNotReady."""
    rows = await Paper.filter(supplement=row, state__in=LIVE)
    materials = {one.material for one in rows}
    came = materials & asked if asked else materials
    if not came:
        raise SupplementEmpty
    if {one.state for one in rows} != {"ready"}:
        raise PapersNotReady
    return came


async def _go_on(row: Supplement, standing: Standing, came: set[str]) -> None:
    """The event that lets the clock go on is told as the department's own: it asked, and this is the answer to it."""
    assert standing.notice is not None
    named = standing.progress.open_items
    event = PushedEvent(
        event_id=f"supplement:{row.code}",
        case_no=standing.case.case_no,
        kind=Kind.SUPPLEMENTED,
        happened_at=max(clock.now(), standing.notice.happened_at),
        note=f"申请人在线补正：{'、'.join(one for one in named if one in came)}"[:400] if named else "申请人在线补正",
        items=tuple(Missing(name) for name in named if name in came),
    )
    await intake.append(event=event, by=Actor.department(standing.case.source))


async def of_mine(*, case_no: str, by: Actor) -> list[SupplementView]:
    """What was sent for a case, the latest first, for the applicant and whom they entrusted with it.

    Raises CaseNotFound for everybody else.
    """
    found = await supplement_reading.of_case(case_no)
    await lookup.theirs(found.case, by.number)
    return supplement_views.shown(found)
