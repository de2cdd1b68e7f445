"""Writing scenarios, themes and life events: saved as often as one likes, reviewed by somebody else, then published.

As with guides, whoever saved a draft may not publish it; taking a thing away is read by a second pair of eyes, too.
"""

from typing import Any

from tortoise.exceptions import IntegrityError

from catalogue import as_read, city_codes, edition, intake, scenario_editing, theme_editing
from catalogue.city_draft_errors import (
    AlreadyInWork,
    CityDraftChanged,
    CityDraftOutdated,
    NothingWritten,
    StillNeeded,
)
from catalogue.city_draft_models import CityDraft
from catalogue.city_kinds import Kind, Written
from catalogue.draft_errors import DraftNotFound, DraftNotOpen, OwnWork, ReasonNeeded
from catalogue.errors import ScenarioNotFound, ThemeNotFound
from catalogue.faults import Fault, FormatFaults
from catalogue.order_editing import Order
from foundation import audit, database
from foundation.actor import Actor

OPEN = ("editing", "submitted")
KINDS: dict[str, Kind] = {
    "scenario": scenario_editing.Scenarios(), "theme": theme_editing.Themes("theme"),
    "life_event": theme_editing.Themes("life_event"), "order": Order(),
}  # fmt: skip


async def begin(*, kind: str, code: str, by: Actor) -> CityDraft:
    """The open draft of a thing, or a new one that says what it says now. Raises ScenarioNotFound, ThemeNotFound."""
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        draft = await CityDraft.get_or_none(kind=kind, code=code, state__in=OPEN)
        if draft is not None:
            return draft
        said = await _standing(kind, code)
        return await _create(kind, code, said, by, base=as_read.mark(said))


async def begin_new(*, kind: str, name: str, by: Actor) -> CityDraft:
    """The first draft of a scenario, a theme or a life event that is not there yet."""
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        code = await city_codes.free(kind, name)
        sheet = {**scenario_editing.BLANK, "code": code} if kind == "scenario" else theme_editing.BLANK
        return await _create(kind, code, {**sheet, "name": name}, by)


async def propose_end(*, kind: str, code: str, reason: str, by: Actor) -> CityDraft:
    """Ask somebody else to take it away.

    Raises ReasonNeeded, AlreadyInWork, StillNeeded, ScenarioNotFound, ThemeNotFound.
    """
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        if await CityDraft.exists(kind=kind, code=code, state__in=OPEN):
            raise AlreadyInWork
        said = await _standing(kind, code)
        await _must_not_be_needed(kind, code)
        draft = await _create(
            kind, code, said, by, base=as_read.mark(said), ends=True, state="submitted",
            editors=[by.number], note=reason.strip()[:400],
        )  # fmt: skip
    return draft


async def find(draft_id: int) -> CityDraft:
    """Raises DraftNotFound."""
    draft = await CityDraft.get_or_none(id=draft_id)
    if draft is None:
        raise DraftNotFound
    return draft


async def open_drafts(*kinds: str) -> list[CityDraft]:
    """What is being written or waits for review, the longest waiting first."""
    return await CityDraft.filter(kind__in=kinds, state__in=OPEN).order_by("-state", "changed_at")


async def standing(draft: CityDraft) -> Written | None:
    """What citizens are shown now of what the draft changes."""
    return await KINDS[draft.kind].standing(draft.code)


def mark(said: Written | None) -> str:
    """What `save` asks for, of what stands; empty where nothing does."""
    return as_read.mark(said) if said is not None else ""


async def faults(draft: CityDraft) -> list[Fault]:
    return [] if draft.ends else await KINDS[draft.kind].faults(draft.code, draft.sheet)


async def save(*, draft_id: int, revision: int, sheet: Written, base: str, by: Actor) -> CityDraft:
    """Keep what was written, sound or not; `base` is the mark of what stood beside it.

    Raises DraftNotFound, DraftNotOpen, CityDraftChanged when somebody saved since `revision`.
    """
    async with database.transaction():
        draft = await _locked(draft_id, "editing")
        if draft.revision != revision:
            raise CityDraftChanged
        draft.sheet, draft.base = sheet, base[:16]
        draft.revision += 1
        draft.editors = sorted({*draft.editors, by.number})
        await draft.save(update_fields=["sheet", "base", "revision", "editors", "changed_at"])
        await _record("city_draft.saved", draft, by, detail={"revision": draft.revision})
        return draft


async def submit(*, draft_id: int, by: Actor) -> CityDraft:
    """Ask for review. Raises FormatFaults with every fault, NothingWritten, DraftNotFound, DraftNotOpen."""
    async with database.transaction():
        draft = await _locked(draft_id, "editing")
        if found := await faults(draft):
            raise FormatFaults(found)
        if await standing(draft) == KINDS[draft.kind].normal(draft.sheet):
            raise NothingWritten
        return await _become(draft, "submitted", by, "city_draft.submitted")


async def send_back(*, draft_id: int, by: Actor, note: str) -> CityDraft:
    """Back to the editors, with what is to be mended; what was to end stays. Raises ReasonNeeded, DraftNotFound,
    DraftNotOpen.
    """
    if not note.strip():
        raise ReasonNeeded
    async with database.transaction():
        draft = await _locked(draft_id, "submitted")
        state, action = ("dropped", "city_draft.dropped") if draft.ends else ("editing", "city_draft.sent_back")
        return await _become(draft, state, by, action, note)


async def drop(*, draft_id: int, by: Actor, note: str) -> CityDraft:
    """Give a draft up; it stays on record. Raises ReasonNeeded, DraftNotFound, DraftNotOpen."""
    if not note.strip():
        raise ReasonNeeded
    async with database.transaction():
        return await _become(await _locked(draft_id, *OPEN), "dropped", by, "city_draft.dropped", note)


@database.retry_on_deadlock
async def publish(*, draft_id: int, by: Actor) -> CityDraft:
    """Make the draft what citizens are shown, at once.

    Raises OwnWork for anyone who saved it, CityDraftOutdated when what stands has changed since, FormatFaults,
    StillNeeded, DraftNotFound, DraftNotOpen.
    """
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        draft = await _locked(draft_id, "submitted")
        if by.number in draft.editors:
            raise OwnWork
        if mark(await standing(draft)) != draft.base:
            raise CityDraftOutdated
        await _bring(draft)
        draft.reviewer_id = by.number
        await _become(draft, "published", by, "city_draft.ended" if draft.ends else "city_draft.published", draft.note)
        moved = await edition.move_on()
    await edition.shout(moved)
    return draft


async def _bring(draft: CityDraft) -> None:
    if draft.ends:
        await _must_not_be_needed(draft.kind, draft.code)
        await KINDS[draft.kind].end(draft.code)
        return
    if found := await faults(draft):
        raise FormatFaults(found)
    await KINDS[draft.kind].bring(draft.code, draft.sheet)


async def _standing(kind: str, code: str) -> Written:
    said = await KINDS[kind].standing(code)
    if said is None:
        raise ScenarioNotFound if kind == "scenario" else ThemeNotFound
    return said


async def _must_not_be_needed(kind: str, code: str) -> None:
    if why := await KINDS[kind].hindrances(code):
        raise StillNeeded(detail=why)


async def _create(kind: str, code: str, sheet: Written, by: Actor, **more: Any) -> CityDraft:
    draft = CityDraft(kind=kind, code=code, sheet=sheet, author_id=by.number, **more)
    try:
        await draft.save()
    except IntegrityError:
        raise AlreadyInWork from None
    action = "city_draft.end_proposed" if draft.ends else "city_draft.begun"
    await _record(action, draft, by, reason=draft.note)
    return draft


async def _locked(draft_id: int, *states: str) -> CityDraft:
    draft = await CityDraft.select_for_update().get_or_none(id=draft_id)
    if draft is None:
        raise DraftNotFound
    if draft.state not in states:
        raise DraftNotOpen
    return draft


async def _become(draft: CityDraft, state: str, by: Actor, action: str, note: str = "") -> CityDraft:
    draft.state, draft.note = state, note.strip()[:400]
    await draft.save(update_fields=["state", "note", "reviewer_id", "changed_at"])
    await _record(action, draft, by, reason=draft.note)
    return draft


async def _record(
    action: str, draft: CityDraft, by: Actor, *, reason: str = "", detail: dict[str, Any] | None = None
) -> None:
    await audit.record(action, subject=subject(draft.kind, draft.code), by=by, reason=reason, detail=detail)


def subject(kind: str, code: str) -> str:
    """How the record of deeds calls it."""
    return f"{kind}:{code}"
