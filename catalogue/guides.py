"""办事指南: everything one guide page needs, read in one statement and kept as long as the edition holds."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from catalogue import items, shelf
from catalogue.errors import ItemNotFound
from catalogue.items import ItemCard
from foundation import database

PAGE = """
select g.id as guide_id, g.version, g.effective_date, g.content, d.phone as department_phone,
    (select jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'title', s.title, 'text', s.text)
                      order by s.position) from guide_section s where s.guide_id = g.id) as sections,
    (select jsonb_agg(jsonb_build_object('code', h.code, 'name', h.name, 'address', h.address, 'phone', h.phone,
                      'opening_hours', h.opening_hours, 'longitude', h.longitude, 'latitude', h.latitude) order by n)
     from jsonb_array_elements_text(i.halls) with ordinality as wanted (code, n)
     join hall h on h.code = wanted.code and h.active) as halls
from service_item i join guide g on g.id = i.guide_id join department d on d.id = i.department_id
where i.id = $1
"""


class SectionView(msgspec.Struct, frozen=True):
    """One element of the guide; its id is what an answer cites."""

    id: int
    kind: str
    title: str
    text: str


class PlaceView(msgspec.Struct, frozen=True):
    """A hall where the item is handled."""

    code: str
    name: str
    address: str
    phone: str
    opening_hours: str
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, kw_only=True)
class Related:
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class GuidePage:
    """A guide as it is shown. `sheet` is the whole item sheet (`catalogue.item_sheet.ItemFile`) as plain JSON."""

    item: ItemCard
    guide_id: int
    version: int
    effective_date: date
    department_phone: str
    sections: list[SectionView]
    halls: list[PlaceView]
    related: list[Related]
    sheet: dict[str, Any]


async def page(slug: str) -> GuidePage:
    """By slug or 实施编码. Raises ItemNotFound."""
    card = await items.find(slug)
    return await shelf.keep(("guide", card.slug), lambda: _read(card))


async def _read(card: ItemCard) -> GuidePage:
    row = await database.fetchrow(PAGE, card.id)
    if row is None:
        raise ItemNotFound
    sheet: dict[str, Any] = msgspec.json.decode(row["content"])
    named = {one.slug: one.name for one in await items.published()}
    return GuidePage(
        item=card,
        guide_id=row["guide_id"],
        version=row["version"],
        effective_date=row["effective_date"],
        department_phone=row["department_phone"],
        sections=msgspec.json.decode(row["sections"] or "[]", type=list[SectionView]),
        halls=msgspec.json.decode(row["halls"] or "[]", type=list[PlaceView]),
        related=[Related(slug=one, name=named[one]) for one in sheet.get("related", []) if one in named],
        sheet=sheet,
    )
