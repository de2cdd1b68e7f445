"""Writing a guide: a draft is saved as often as one likes, reviewed by somebody else, and published as a new version.

Whoever saved a draft may not publish it: a guide is read by two pairs of eyes before citizens rely on it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from tortoise.exceptions import IntegrityError

from catalogue import checking, edition, intake, versions
from catalogue.draft_errors import (
    AlreadyDrafted,
    DraftChanged,
    DraftNotFound,
    DraftNotOpen,
    DraftOutdated,
    NothingChanged,
    OwnWork,
    ReasonNeeded,
    SlugTaken,
)
from catalogue.draft_models import GuideDraft
from catalogue.errors import ItemNotFound
from catalogue.faults import Fault
from catalogue.item_sheet import ItemFile
from catalogue.models import Guide, ServiceItem
from foundation import audit, clock, database
from foundation.actor import Actor

OPEN = ("editing", "submitted")
BLANK: dict[str, Any] = {
    "audience": ["自然人"], "kind": "承诺件", "channels": "hall", "reach": "属地办理", "visits": 1,
    "appointment": {"bookable": False}, "version": 1,
}  # fmt: skip


async def begin(*, slug: str, by: Actor) -> GuideDraft:
    """The open draft of an item, or a new one that follows the guide in force. Raises ItemNotFound.

    Where a version waits for its day, the draft follows that one and keeps its day, or it would bring in early what is
    not in force yet.
    """
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        draft = await GuideDraft.get_or_none(slug=slug, state__in=OPEN)
        if draft is not None:
            return draft
        return await _follow(slug, await versions.standing(slug), by)


async def restore(*, slug: str, version: int, by: Actor) -> GuideDraft:
    """A draft that says what an earlier version said, to be reviewed like any other.

    Raises AlreadyDrafted, ItemNotFound.
    """
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        if await GuideDraft.exists(slug=slug, state__in=OPEN):
            raise AlreadyDrafted
        return await _follow(slug, await Guide.get_or_none(item__slug=slug, version=version), by, restored=version)


async def _follow(slug: str, said: Guide | None, by: Actor, *, restored: int = 0) -> GuideDraft:
    item = await ServiceItem.get_or_none(slug=slug)
    latest = await Guide.filter(item=item).order_by("-version").first() if item else None
    if item is None or said is None or latest is None:
        raise ItemNotFound
    today = clock.today()
    day = said.effective_date if said.state == "draft" else today
    sheet = {**said.content, "effective": day.isoformat(), "version": latest.version + 1}
    if restored and sheet.get("expires") and date.fromisoformat(sheet["expires"]) <= today:
        del sheet["expires"]  # its last day is past: the editor names another
    return await _create(slug, sheet, by, restored=restored, item=item, base_version=latest.version)


async def begin_new(*, slug: str, name: str, by: Actor) -> GuideDraft:
    """The first draft of an item that is not there yet. Raises SlugTaken."""
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        if await ServiceItem.exists(slug=slug) or await GuideDraft.exists(slug=slug, state__in=OPEN):
            raise SlugTaken
        named = {"slug": slug, "name": name, "short_name": name[:40], "effective": clock.today().isoformat()}
        return await _create(slug, {**BLANK, **named}, by)


async def _create(slug: str, sheet: dict[str, Any], by: Actor, *, restored: int = 0, **more: Any) -> GuideDraft:
    try:
        draft = await GuideDraft.create(slug=slug, sheet=sheet, author_id=by.number, **more)
    except IntegrityError:
        raise SlugTaken from None
    action, detail = ("draft.restored", {"version": restored}) if restored else ("draft.begun", {})
    await audit.record(action, subject=_subject(slug), by=by, detail=detail)
    return draft


async def find(draft_id: int) -> GuideDraft:
    """Raises DraftNotFound."""
    draft = await GuideDraft.get_or_none(id=draft_id)
    if draft is None:
        raise DraftNotFound
    return draft


async def open_drafts() -> list[GuideDraft]:
    """What is being written or waits for review, the longest waiting first."""
    return await GuideDraft.filter(state__in=OPEN).order_by("-state", "changed_at")


async def faults(draft: GuideDraft) -> list[Fault]:
    return checking.faults(draft.sheet, await checking.known())


async def save(*, draft_id: int, revision: int, sheet: dict[str, Any], by: Actor) -> GuideDraft:
    """Keep what was written, sound or not; slug and version are not the editor's to change.

    Raises DraftNotFound, DraftNotOpen, DraftChanged when somebody saved since `revision`.
    """
    async with database.transaction():
        draft = await _locked(draft_id, "editing")
        if draft.revision != revision:
            raise DraftChanged
        draft.sheet = {**sheet, "slug": draft.slug, "version": draft.base_version + 1}
        draft.revision += 1
        draft.editors = sorted({*draft.editors, by.number})
        await draft.save(update_fields=["sheet", "revision", "editors", "changed_at"])
        await audit.record("draft.saved", subject=_subject(draft.slug), by=by, detail={"revision": draft.revision})
        return draft


async def submit(*, draft_id: int, by: Actor) -> GuideDraft:
    """Ask for review. Raises FormatFaults with every fault, NothingChanged, DraftNotFound, DraftNotOpen."""
    codes = await checking.known()
    async with database.transaction():
        draft = await _locked(draft_id, "editing")
        checked = checking.read(draft.sheet, codes)
        if await _same_as_published(draft, checked):
            raise NothingChanged
        return await _become(draft, "submitted", by, "draft.submitted")


async def send_back(*, draft_id: int, by: Actor, note: str) -> GuideDraft:
    """Back to the editors, with what is to be mended. Raises ReasonNeeded, DraftNotFound, DraftNotOpen."""
    if not note.strip():
        raise ReasonNeeded
    async with database.transaction():
        return await _become(await _locked(draft_id, "submitted"), "editing", by, "draft.sent_back", note.strip())


async def drop(*, draft_id: int, by: Actor, note: str) -> GuideDraft:
    """Give a draft up; it stays on record. Raises ReasonNeeded, DraftNotFound, DraftNotOpen."""
    if not note.strip():
        raise ReasonNeeded
    async with database.transaction():
        return await _become(await _locked(draft_id, *OPEN), "dropped", by, "draft.dropped", note.strip())


async def publish(*, draft_id: int, by: Actor) -> GuideDraft:
    """Make the draft a version of the guide, in force from its day on.

    Raises OwnWork for anyone who saved it, DraftOutdated, FormatFaults (a code may have gone since), DraftNotFound,
    DraftNotOpen.
    """
    codes = await checking.known()
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        draft = await _locked(draft_id, "submitted")
        if by.number in draft.editors:
            raise OwnWork
        await _must_be_next(draft)
        await intake.bring_items([checking.read(draft.sheet, codes)])
        draft.item = await ServiceItem.get(slug=draft.slug)
        draft.reviewer_id = by.number
        await _become(draft, "published", by, "draft.published")
        moved = await edition.move_on()
    await edition.shout(moved)
    return draft


async def _must_be_next(draft: GuideDraft) -> None:
    latest = await Guide.filter(item__slug=draft.slug).order_by("-version").first()
    if (latest.version if latest else 0) != draft.base_version:
        raise DraftOutdated


async def _same_as_published(draft: GuideDraft, checked: ItemFile) -> bool:
    base = await versions.standing(draft.slug)
    apart: Sequence[str] = ("version", "effective")
    told = [
        {name: value for name, value in one.items() if name not in apart}
        for one in (base.content if base else {}, msgspec.to_builtins(checked))
    ]
    return told[0] == told[1]


async def _locked(draft_id: int, *states: str) -> GuideDraft:
    draft = await GuideDraft.select_for_update().get_or_none(id=draft_id)
    if draft is None:
        raise DraftNotFound
    if draft.state not in states:
        raise DraftNotOpen
    return draft


async def _become(draft: GuideDraft, state: str, by: Actor, action: str, note: str = "") -> GuideDraft:
    draft.state, draft.note = state, note[:400]
    await draft.save(update_fields=["state", "note", "item_id", "reviewer_id", "changed_at"])
    detail = {"version": draft.base_version + 1}
    await audit.record(action, subject=_subject(draft.slug), by=by, reason=draft.note, detail=detail)
    return draft


def _subject(slug: str) -> str:
    return f"guide:{slug}"
