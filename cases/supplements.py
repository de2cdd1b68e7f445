"""补正: after a 一次性告知 of a case the applicant uploads what is missing, sends it as one, and the clock goes on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from tortoise.exceptions import IntegrityError

from cases import entrusted, intake, lookup, notice_period
from cases.filing_errors import NothingToSupplement, PapersNotReady, SupplementEmpty
from cases.filing_models import Paper, Supplement
from cases.intake import PushedEvent
from cases.models import Case, CaseEvent
from cases.paper_limits import LIVE
from cases.papers import PaperView, view
from cases.progress_models import CaseNotice
from cases.pushed import Missing
from cases.timeline import Kind
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.words import Verbatim, one_of

CODE_LENGTH = 12
WHATEVER = "补正材料"  # where a notice lists no papers by name


@dataclass(frozen=True)
class PaperWanted:
    """One thing a notice asks for."""

    material: Verbatim
    why: str
    how: str


@dataclass(frozen=True, kw_only=True)
class SupplementView:
    """What is asked for until which day (`due`), what has been uploaded, what is `missing` of it, and whether it was
    sent. `state`: open, sent, expired.
    """

    code: str
    case_no: str
    item_name: str
    note: str
    due: date | None
    wanted: list[PaperWanted]
    missing: list[Verbatim]
    papers: list[PaperView]
    state: Annotated[str, one_of(("open", "sent", "expired"))]
    sent_at: datetime | None
    expires_at: datetime


@database.retry_on_deadlock
async def begin(*, case_no: str, by: Actor) -> SupplementView:
    """The supplement to the notice that the case waits for: the one there is, or a new one.

    Raises CaseNotFound for everybody but the applicant and whom they entrusted with it, NothingToSupplement.
    """
    until = await notice_period.supplement_until()
    case = await lookup.mine_or_entrusted(case_no=case_no, citizen_id=by.number)
    notice = await _open_notice(case)
    try:
        async with database.transaction():
            row = await Supplement.get_or_none(notice=notice)
            if row is None:
                row = await Supplement.create(
                    code=crypto.random_code(CODE_LENGTH),
                    case=case,
                    notice=notice,
                    citizen_id=case.citizen_id,  # type: ignore[attr-defined]
                    expires_at=until,
                )
                await audit.record("supplement.begun", subject=f"supplement:{row.id}", by=by)
            elif row.state == "expired":  # late, and still waited for
                await Supplement.filter(id=row.id).update(state="open", expires_at=until)
    except IntegrityError:  # begun twice at the same moment: the other one stands
        pass
    return await of_notice(await Supplement.get(notice=notice))


async def _open_notice(case: Case) -> CaseEvent:
    if case.stage != Kind.NOTICE_ONCE:
        raise NothingToSupplement
    notice = await CaseEvent.filter(case=case, kind=Kind.NOTICE_ONCE).order_by("-happened_at", "-id").first()
    if notice is None:
        raise NothingToSupplement
    return notice


@database.retry_on_deadlock
async def send(*, code: str, by: Actor) -> SupplementView:
    """Send everything as one; the case goes on from here, unless something is still to be brought to a window. Sent
    twice, or by two taps at once, it is sent once.

    Raises NothingToSupplement, SupplementEmpty, PapersNotReady.
    """
    async with database.transaction():
        row = await Supplement.select_for_update().get_or_none(code=code)
        if row is None or row.state == "expired" or not await _theirs(row, by):
            raise NothingToSupplement
        if row.state == "open":
            await _must_be_sound(row)
            row.state, row.sent_at = "sent", clock.now()
            await row.save(update_fields=["state", "sent_at"])
            await audit.record("supplement.sent", subject=f"supplement:{row.id}", by=by)
            await _go_on(row)
    return await of_notice(row)


async def _theirs(row: Supplement, by: Actor) -> bool:
    owner: int = row.citizen_id  # type: ignore[attr-defined]
    return await entrusted.may_change(owner=owner, item_code=(await row.case).item_code, by=by)


async def _must_be_sound(row: Supplement) -> None:
    states = {one.state for one in await Paper.filter(supplement=row, state__in=LIVE)}
    if not states:
        raise SupplementEmpty
    if states != {"ready"}:
        raise PapersNotReady


async def _go_on(row: Supplement) -> None:
    """The event that lets the clock go on is told as the department's own: it asked, and this is the answer to it."""
    case, notice = await row.case, await row.notice
    came = {one.material for one in await Paper.filter(supplement=row, state__in=LIVE)}
    asked = [one["name"] for one in notice.detail.get("items", [])]
    event = PushedEvent(
        event_id=f"supplement:{row.code}",
        case_no=case.case_no,
        kind=Kind.SUPPLEMENTED,
        happened_at=max(clock.now(), notice.happened_at),
        note="申请人在线补正",
        items=tuple(Missing(name) for name in asked if name in came),
    )
    await intake.append(event=event, by=Actor.department(case.source))


async def of_notice(row: Supplement) -> SupplementView:
    case, notice = await row.case, await row.notice
    papers = await Paper.filter(supplement=row, state__in=LIVE).order_by("id")
    given, wanted, came = await CaseNotice.get_or_none(event=notice), _wanted(notice), {one.material for one in papers}
    return SupplementView(
        code=row.code,
        case_no=case.case_no,
        item_name=case.item_name,
        note=notice.note,
        due=given.due if given else None,
        wanted=wanted,
        missing=[one.material for one in wanted if one.material not in came],
        papers=[view(one) for one in papers],
        state=row.state,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
    )


def _wanted(notice: CaseEvent) -> list[PaperWanted]:
    items = notice.detail.get("items", [])
    told = [PaperWanted(one["name"], one.get("problem", ""), one.get("how", "")) for one in items]
    return told or [PaperWanted(WHATEVER, notice.note, "")]


async def of_case(case_id: int) -> list[SupplementView]:
    """What was sent for a case, for staff; the latest first."""
    return [await of_notice(one) for one in await Supplement.filter(case_id=case_id, state="sent").order_by("-id")]
