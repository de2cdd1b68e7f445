"""网上预审: staff look through what was filed on line, and take it on, send it back once with everything that is
missing (一次性告知), or refuse it with a reason and the way of appeal.

Who reviews holds a role in the hall that was chosen: `within` are the paths of their halls, ``""`` the whole city.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import delivering, filing, following, forms, intake, item_fees, notice_period, numbering
from cases.fees import Fee
from cases.filing_errors import (
    AlreadySentBack,
    ClaimedByAnother,
    ClaimFirst,
    FilingNotFound,
    NoticeFault,
    NotInReview,
    NotYourHall,
    ReasonNeeded,
)
from cases.filing_events import FilingMoved
from cases.filing_models import Filing
from cases.intake import PushedEvent, Registration
from cases.models import Case
from cases.timeline import Kind
from catalogue.item_sheet import Period
from catalogue.models import Department, Guide, ServiceItem
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.events import tell
from identity import access

SOURCE = Actor.department("online")  # whose events they are, until a department's system goes on with them
ROUNDS = 2  # sent in, sent back once, sent in again
TICK = timedelta(seconds=1)
APPEAL = (
    "如不服本决定，可自收到之日起六十日内依法申请行政复议，或在六个月内依法提起行政诉讼；也可补齐条件后重新申请，"
    "或致电 12345 咨询。"
)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One line of a notice: which material, and what is wrong with it."""

    material: str
    why: str


@database.retry_on_deadlock
async def claim(*, code: str, within: Collection[str], by: Actor) -> None:
    """Take it into one's hands. Raises FilingNotFound, NotYourHall, NotInReview, ClaimedByAnother."""
    async with database.transaction():
        row = await _locked(code, within)
        if row.state == "reviewing" and row.reviewer_id == by.number:  # type: ignore[attr-defined]
            return
        if row.state == "reviewing":
            raise ClaimedByAnother
        if row.state != "submitted":
            raise NotInReview
        row.state, row.reviewer_id, row.claimed_at = "reviewing", by.number, clock.now()
        await row.save(update_fields=["state", "reviewer_id", "claimed_at", "changed_at"])
        await audit.record("filing.claimed", subject=f"filing:{row.id}", by=by)


@database.retry_on_deadlock
async def let_go(*, code: str, within: Collection[str], by: Actor) -> None:
    """Give it back to the list. Raises FilingNotFound, NotYourHall, NotInReview, ClaimFirst, ClaimedByAnother."""
    async with database.transaction():
        row = await _mine(code, within, by)
        row.state, row.reviewer, row.claimed_at = "submitted", None, None
        await row.save(update_fields=["state", "reviewer_id", "claimed_at", "changed_at"])
        await audit.record("filing.let_go", subject=f"filing:{row.id}", by=by)


@database.retry_on_deadlock
async def send_back(*, code: str, missing: Sequence[Missing], within: Collection[str], by: Actor) -> None:
    """一次性告知: everything that is missing, at once and once. Raises as `let_go`, AlreadySentBack, NoticeFault."""
    until = await notice_period.supplement_until()
    async with database.transaction():
        row = await _mine(code, within, by)
        if row.rounds >= ROUNDS:
            raise AlreadySentBack
        row.missing = await _checked(row, missing)
        row.state, row.returned_at, row.expires_at = "returned", clock.now(), until
        await row.save(update_fields=["state", "missing", "returned_at", "expires_at", "changed_at"])
        await audit.record(
            "filing.returned",
            subject=f"filing:{row.id}",
            by=by,
            detail={"materials": [one.material for one in missing]},
        )
        await _tell(row)


async def _checked(row: Filing, missing: Sequence[Missing]) -> list[dict[str, str]]:
    """A notice may ask for what the guide lists, and for what is wrong in the form; for nothing else."""
    form = await forms.of_guide(row.guide_id)  # type: ignore[attr-defined]
    known = {one.name for one in form.materials} | {filing.FORM}
    told = [{"material": one.material, "why": one.why.strip()[:300]} for one in missing]
    names = [one["material"] for one in told]
    if not told or len(set(names)) < len(names) or set(names) - known or not all(len(one["why"]) >= 2 for one in told):
        raise NoticeFault
    return told


@database.retry_on_deadlock
async def refuse(*, code: str, reason: str, within: Collection[str], by: Actor) -> None:
    """不予受理, with the reason. Raises as `let_go`, ReasonNeeded."""
    reason = reason.strip()
    if not 4 <= len(reason) <= 400:
        raise ReasonNeeded
    async with database.transaction():
        row = await _mine(code, within, by)
        row.state, row.reason, row.decided_at = "refused", reason, clock.now()
        await row.save(update_fields=["state", "reason", "decided_at", "changed_at"])
        await delivering.forget(row)
        await audit.record("filing.refused", subject=f"filing:{row.id}", by=by, reason=reason)
        await _tell(row)


@database.retry_on_deadlock
async def accept(*, code: str, within: Collection[str], by: Actor, free_why: str = "") -> str:
    """受理: it becomes a case; its number. What was promised is owed from now on, and what the item costs, unless
    `free_why` names the ground on which it is free. Accepted twice, it is one case and one bill.

    Raises as `let_go`, FeeReasonNeeded, and as `bills.raise_fee`.
    """
    async with database.transaction():
        row = await _locked(code, within)
        if row.state == "accepted":
            return str((await Case.get(id=row.case_id)).case_no)  # type: ignore[attr-defined]
        _must_be_held(row, by)
        case = await _registered(row, await item_fees.owed(row.item_code, free_why=free_why))
        row.state, row.case, row.decided_at = "accepted", case, clock.now()
        await row.save(update_fields=["state", "case_id", "decided_at", "changed_at"])
        await delivering.take_on(row, case)
        await following.owe(row, by=by)
        await audit.record(
            "filing.accepted", subject=f"filing:{row.id}", by=by, reason=free_why.strip(), detail={"case": case.id}
        )
        return case.case_no


async def _registered(row: Filing, fee: Fee | None) -> Case:
    """The case, received when it was sent in and accepted now."""
    case_no, source = await numbering.case_no(item_code=row.item_code), SOURCE
    received = row.submitted_at
    assert received is not None
    told = await _registration(row, fee)
    await intake.append(event=_event(row, case_no, Kind.RECEIVED, received, "网上申请", told), by=source)
    accepted = max(clock.now(), received + TICK)
    await intake.append(event=_event(row, case_no, Kind.ACCEPTED, accepted, "网上预审通过", None), by=source)
    return await Case.get(case_no=case_no)


def _event(
    row: Filing, case_no: str, kind: Kind, at: datetime, note: str, registration: Registration | None
) -> PushedEvent:
    return PushedEvent(
        event_id=f"filing:{row.code}:{kind}",
        case_no=case_no,
        kind=kind,
        happened_at=at,
        note=note,
        registration=registration,
    )


async def _registration(row: Filing, fee: Fee | None) -> Registration:
    who = await access.profile(row.citizen_id, seen_by=Actor.system("filing"))  # type: ignore[attr-defined]
    assert who.identity is not None, "only who is verified files"
    guide = await Guide.get(id=row.guide_id)  # type: ignore[attr-defined]
    item = await ServiceItem.get(item_code=row.item_code)
    department = await Department.get(id=item.department_id)  # type: ignore[attr-defined]
    period = _period(guide)
    return Registration(
        item_code=row.item_code[:40],
        item_name=row.item_name[:120],
        department_name=department.name[:60],
        applicant_name=who.name,
        applicant=who.identity,
        hall_path=(await row.hall).path,
        legal_days=period.legal_workdays,
        promised_days=period.promised_days,
        fee=fee,
    )


def _period(guide: Guide) -> Period:
    told = guide.content["period"]
    return Period(
        promised_days=told["promised_days"], legal_days=told.get("legal_days"), unit=told.get("unit", "工作日")
    )


async def _tell(row: Filing) -> None:
    citizen_id: int = row.citizen_id  # type: ignore[attr-defined]
    await tell(FilingMoved(filing_id=row.id, citizen_id=citizen_id, state=row.state))


async def _mine(code: str, within: Collection[str], by: Actor) -> Filing:
    row = await _locked(code, within)
    _must_be_held(row, by)
    return row


def _must_be_held(row: Filing, by: Actor) -> None:
    if row.state == "submitted":
        raise ClaimFirst
    if row.state != "reviewing":
        raise NotInReview
    if row.reviewer_id != by.number:  # type: ignore[attr-defined]
        raise ClaimedByAnother


async def _locked(code: str, within: Collection[str]) -> Filing:
    row = await Filing.select_for_update().get_or_none(code=code)
    if row is None or row.state == "draft":
        raise FilingNotFound
    await must_be_within(row, within)
    return row


async def must_be_within(row: Filing, within: Collection[str]) -> None:
    """Raises NotYourHall."""
    hall = await row.hall
    if not any(hall.path.startswith(path) for path in within):
        raise NotYourHall
