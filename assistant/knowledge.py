"""The knowledge base in use: the published guides of the catalogue, rebuilt when the catalogue's edition changes."""

import asyncio
import time
from collections.abc import Iterable, Sequence

from assistant import elsewhere
from assistant.corpus import GuideDocument, Section
from assistant.snapshot import Snapshot
from catalogue import edition
from catalogue.models import Guide, GuideSection, ServiceItem, SynonymGroup
from foundation.errors import Unavailable

LOOK_EVERY = 1.0
"""Seconds between two looks at the catalogue's edition."""


class _Shelf:
    """What this process keeps: rebuilt from the database by any process, at any time."""

    snapshot: Snapshot | None = None
    looked_at: float = 0.0


_building = asyncio.Lock()


async def current() -> Snapshot:
    """The snapshot to answer from. Call it outside a transaction: a changed catalogue is read and indexed here.

    Whoever asks while another is rebuilding gets the snapshot before; so does everyone while the database is gone.
    """
    kept = _Shelf.snapshot
    if kept and (_building.locked() or time.monotonic() - _Shelf.looked_at < LOOK_EVERY):
        return kept
    async with _building:
        return await _refreshed()


def forget() -> None:
    """Let the next `current()` read the catalogue anew."""
    _Shelf.snapshot, _Shelf.looked_at = None, 0.0


async def _refreshed() -> Snapshot:
    kept = _Shelf.snapshot
    if kept and time.monotonic() - _Shelf.looked_at < LOOK_EVERY:
        return kept
    try:
        version = str(await edition.number())
        if kept is None or kept.version != version:
            documents, synonyms = await _documents(), await _synonyms()
            kept = await asyncio.to_thread(
                Snapshot, documents, synonyms=synonyms, matters=elsewhere.known(), version=version
            )
    except Unavailable:
        if kept is None:
            raise
    _Shelf.snapshot, _Shelf.looked_at = kept, time.monotonic()
    return kept


async def _documents() -> list[GuideDocument]:
    items = await ServiceItem.filter(guide_id__isnull=False).select_related("guide").order_by("position", "id")
    guides = [item.guide for item in items if item.guide]
    rows = await GuideSection.filter(guide_id__in=[guide.id for guide in guides]).order_by("guide_id", "position")
    sections: dict[int, list[GuideSection]] = {guide.id: [] for guide in guides}
    for row in rows:
        sections[row.guide_id].append(row)  # type: ignore[attr-defined]
    return [_document(item, item.guide, sections[item.guide.id]) for item in items if item.guide]


def _document(item: ServiceItem, guide: Guide, rows: Sequence[GuideSection]) -> GuideDocument:
    names = dict.fromkeys((item.short_name, *item.aliases))
    return GuideDocument(
        item_code=item.item_code,
        name=item.name,
        aliases=tuple(name for name in names if name and name != item.name),
        audience="、".join(item.audience),
        version=str(guide.version),
        effective_date=guide.effective_date,
        sections=tuple(Section(row.kind, row.title, row.text, tuple(row.also)) for row in rows),
        halls=tuple(item.halls),
        bookable=item.bookable,
        payable=item.fee_fen > 0,
        forms=_forms(guide),
    )


def _forms(guide: Guide) -> tuple[str, ...]:
    materials: Iterable[dict[str, str | None]] = guide.content.get("materials", [])
    return tuple(dict.fromkeys(form for material in materials if (form := material.get("form"))))


async def _synonyms() -> dict[str, str]:
    """What people say → the word of the guides, which stands first in its group."""
    groups = await SynonymGroup.all()
    return {said: group.words[0] for group in groups for said in group.words[1:]}
