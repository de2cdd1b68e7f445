"""Reading the catalogue as the assistant sees it: guides, what tells that one changed, synonyms."""

from collections.abc import Collection, Iterable, Sequence

from assistant.corpus import GuideDocument, Section
from catalogue.models import Guide, GuideSection, ServiceItem, SynonymGroup
from foundation import database

_MARKS = """
    select item_code, md5(row(guide_id, name, short_name, aliases, audience, halls, bookable, fee_fen)::text) as mark
    from service_item where guide_id is not null and ($1::text[] is null or item_code = any($1)) order by position, id
"""


async def marks(codes: Collection[str] | None = None) -> dict[str, str]:
    """A mark of every published guide, or of those with these codes, in order: it stays as long as the guide does.

    A published version never changes, so that its number stands for all of its sections.
    """
    return {
        row["item_code"]: row["mark"] for row in await database.fetch(_MARKS, None if codes is None else list(codes))
    }


async def documents(codes: Collection[str] | None = None) -> list[GuideDocument]:
    """The published guides, or those of them with these codes."""
    wanted = {} if codes is None else {"item_code__in": list(codes)}
    found = ServiceItem.filter(guide_id__isnull=False, **wanted)
    items = await found.select_related("guide").order_by("position", "id")
    guides = [item.guide for item in items if item.guide]
    rows = await GuideSection.filter(guide_id__in=[guide.id for guide in guides]).order_by("guide_id", "position")
    sections: dict[int, list[GuideSection]] = {guide.id: [] for guide in guides}
    for row in rows:
        sections[row.guide_id].append(row)  # type: ignore[attr-defined]
    return [_document(item, item.guide, sections[item.guide.id]) for item in items if item.guide]


async def synonyms() -> dict[str, str]:
    """What people say → the word of the guides, which stands first in its group."""
    groups = await SynonymGroup.all()
    return {said: group.words[0] for group in groups for said in group.words[1:]}


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
