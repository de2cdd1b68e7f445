"""Local guides (本地办法): what a base says otherwise of an item, written by one and published by another."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from assistant import knowledge_bases
from assistant.knowledge_base_errors import (
    LocalGuideChanged,
    LocalGuideNotFound,
    LocalGuideNotOpen,
    LocalSectionUnknown,
    NothingLocal,
    OwnLocalWork,
)
from assistant.knowledge_base_models import KnowledgeBase, LocalGuide
from assistant.local_sheet import TITLES, LocalSheet
from catalogue.errors import HallNotFound, ItemNotFound
from catalogue.models import Hall, ServiceItem
from foundation import clock, database
from foundation.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Held:
    """A local guide that holds in a base: its own, or one of the bases above (`inherited`)."""

    guide: LocalGuide
    base: KnowledgeBase
    sheet: LocalSheet
    inherited: bool
    overridden: bool = False


async def held(base: KnowledgeBase) -> list[Held]:
    """What holds in `base` otherwise than in the city, item by item, the nearest first; what is overridden, too."""
    chain = await knowledge_bases.chain(base)
    rows = await LocalGuide.filter(base_id__in=[one.id for one in chain], state="published").select_related("item")
    nearness = {one.id: place for place, one in enumerate(chain)}
    rows.sort(key=lambda row: (row.item.position, row.item.id, nearness[row.base_id]))  # type: ignore[attr-defined]
    found: list[Held] = []
    for row in rows:
        place = nearness[row.base_id]  # type: ignore[attr-defined]
        nearer = [one for one in found if one.guide.item.id == row.item.id]
        sheet = sheet_of(row)
        found.append(
            Held(guide=row, base=chain[place], sheet=sheet, inherited=place > 0, overridden=_covers(nearer, sheet))
        )
    return found


async def standing(guide: LocalGuide) -> LocalSheet:
    """What the base of a draft says of its item now; nothing where it says nothing by itself."""
    kept = await LocalGuide.get_or_none(base=guide.base, item=guide.item, state="published")
    return sheet_of(kept) if kept else LocalSheet()


async def drafts(base_id: int) -> list[LocalGuide]:
    """What is being written for a base."""
    return await LocalGuide.filter(base_id=base_id, state="draft").order_by("id").select_related("item")


async def find(guide_id: int) -> LocalGuide:
    """Raises LocalGuideNotFound."""
    found = await LocalGuide.get_or_none(id=guide_id).select_related("item", "base")
    if found is None:
        raise LocalGuideNotFound
    return found


async def begin(*, base_id: int, slug: str, by: Actor) -> LocalGuide:
    """The draft of an item: the one that is open, or a new one that begins with what holds.

    Raises BaseNotFound, BaseIsTheCity, ItemNotFound.
    """
    async with database.transaction():
        base = await knowledge_bases.locked(base_id, below_the_city=True)
        item = await ServiceItem.get_or_none(slug=slug, guide_id__isnull=False)
        if item is None:
            raise ItemNotFound
        versions = await LocalGuide.filter(base_id=base.id, item_id=item.id).order_by("-version")
        if versions and versions[0].state == "draft":
            return versions[0]
        holds = next((one.sheet for one in versions if one.state == "published"), {})
        version = versions[0].version + 1 if versions else 1
        made = await LocalGuide.create(base=base, item=item, version=version, state="draft", sheet=holds)
        await _record("local.begun", made, item, by)
        return made


async def save(*, guide_id: int, revision: int, sheet: LocalSheet, by: Actor) -> LocalGuide:
    """Keep what was written.

    Raises LocalSectionUnknown, HallNotFound, LocalGuideNotFound, LocalGuideNotOpen, LocalGuideChanged when somebody
    saved since `revision`.
    """
    if any(one.kind not in TITLES for one in sheet.sections):
        raise LocalSectionUnknown
    async with database.transaction():
        draft = await _locked(guide_id, "draft")
        if draft.revision != revision:
            raise LocalGuideChanged
        await _must_be_halls(sheet.halls)
        draft.sheet, draft.revision = msgspec.to_builtins(sheet), draft.revision + 1
        draft.editors = sorted({*draft.editors, by.number})
        await draft.save(update_fields=["sheet", "revision", "editors"])
        await _record("local.saved", draft, draft.item, by)
        return draft


async def publish(*, guide_id: int, by: Actor) -> LocalGuide:
    """Make a draft what holds in its base, at once.

    Raises OwnLocalWork for anyone who saved it, NothingLocal, LocalGuideNotFound, LocalGuideNotOpen.
    """
    async with database.transaction():
        draft = await _locked(guide_id, "draft")
        if by.number in draft.editors:
            raise OwnLocalWork
        if sheet_of(draft).says_nothing:
            raise NothingLocal
        await _put_in_force(draft, published_by_id=by.number)
        await _record("local.published", draft, draft.item, by)
        return draft


async def drop(*, guide_id: int, by: Actor) -> None:
    """Give a draft up. Raises LocalGuideNotFound, LocalGuideNotOpen."""
    async with database.transaction():
        draft = await _locked(guide_id, "draft")
        await _record("local.dropped", draft, draft.item, by)
        await draft.delete()


async def retire(*, guide_id: int, by: Actor) -> None:
    """From now on the base does as the one above. Raises LocalGuideNotFound, LocalGuideNotOpen."""
    async with database.transaction():
        guide = await _locked(guide_id, "published")
        guide.state = "retired"
        await guide.save(update_fields=["state"])
        await _record("local.retired", guide, guide.item, by)


async def bring(base: KnowledgeBase, item: ServiceItem, sheet: LocalSheet, *, by: Actor) -> bool:
    """Within a transaction that holds the base: put a sheet of a file in force, unless it is. Raises HallNotFound."""
    written = msgspec.to_builtins(sheet)
    versions = await LocalGuide.filter(base_id=base.id, item_id=item.id).exclude(state="draft").order_by("-version")
    if versions and versions[0].state == "published" and versions[0].sheet == written:
        return False
    await _must_be_halls(sheet.halls)
    latest = await LocalGuide.filter(base_id=base.id, item_id=item.id).order_by("-version").first()
    made = LocalGuide(base=base, item=item, version=latest.version + 1 if latest else 1, sheet=written)
    await _put_in_force(made)
    await _record("local.published", made, item, by)
    return True


def sheet_of(guide: LocalGuide) -> LocalSheet:
    """What it says."""
    return msgspec.convert(guide.sheet, LocalSheet)


async def _put_in_force(guide: LocalGuide, *, published_by_id: int | None = None) -> None:
    await LocalGuide.filter(base_id=guide.base_id, item_id=guide.item_id, state="published").update(state="retired")  # type: ignore[attr-defined]
    guide.state, guide.published_at, guide.published_by_id = "published", clock.now(), published_by_id
    await guide.save()


async def _locked(guide_id: int, state: str) -> LocalGuide:
    """The guide in that state, its base locked first."""
    await knowledge_bases.locked((await find(guide_id)).base.id)
    guide = await find(guide_id)
    if guide.state != state:
        raise LocalGuideNotOpen
    return guide


async def _must_be_halls(codes: Iterable[str]) -> None:
    known = {one.code for one in await Hall.filter(code__in=list(codes), active=True)}
    if not known.issuperset(codes):
        raise HallNotFound


async def _record(action: str, guide: LocalGuide, item: ServiceItem, by: Actor) -> None:
    base = await knowledge_bases.find(guide.base_id)  # type: ignore[attr-defined]
    detail: dict[str, object] = {"item": item.name, "version": guide.version}
    await knowledge_bases.changed(action, base, by, detail=detail)


def _covers(nearer: list[Held], sheet: LocalSheet) -> bool:
    """Whether nearer bases write over all elements of `sheet`: names and questions are added, not written over."""
    kinds = {section.kind for one in nearer for section in one.sheet.sections}
    said = {section.kind for section in sheet.sections}
    return bool(said) and said <= kinds and not sheet.aliases and not sheet.faqs
