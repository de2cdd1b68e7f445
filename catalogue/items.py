"""政务服务事项: what can be done, found by theme, life event, audience, code, or because many ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue import edition, shelf
from catalogue.errors import ItemNotFound
from catalogue.models import ServiceItem, Theme
from foundation import audit, database
from foundation.actor import Actor

NOT_HOT = 1000


@dataclass(frozen=True, kw_only=True)
class ItemCard:
    """An item in a list. `fee_fen` is the highest of its fees; `promised_days` are working days, 0 = at once."""

    id: int
    slug: str
    item_code: str
    name: str
    short_name: str
    summary: str
    department: str
    kind: str
    audience: list[str]
    themes: list[str]
    life_events: list[str]
    halls: list[str]
    aliases: list[str]
    online: bool
    bookable: bool
    fee_fen: int
    promised_days: int
    position: int


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """主题 or 人生事件 with how many items stand on it."""

    code: str
    name: str
    audience: str
    summary: str
    aliases: list[str]
    items: int


async def published() -> list[ItemCard]:
    """Every item with a guide in force, the most asked for first."""
    return list((await _known()).values())


async def spoken_of(text: str) -> list[ItemCard]:
    """The same, those first whose names share most with what was written: the larger the part of a name's neighbouring
    characters that `text` has, the earlier.
    """
    return sorted(await published(), key=lambda card: -_share(card.name, text))


def _share(name: str, text: str) -> float:
    pairs = {name[at : at + 2] for at in range(len(name) - 1)}
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0


async def find(code: str) -> ItemCard:
    """By slug or 实施编码. Raises ItemNotFound."""
    found = (await _known()).get(code) or (await shelf.keep("items by code", _by_code)).get(code)
    if found is None:
        raise ItemNotFound
    return found


async def hot(limit: int = 8) -> list[ItemCard]:
    """热门服务."""
    return (await published())[:limit]


async def by_theme(code: str) -> list[ItemCard]:
    return [card for card in await published() if code in card.themes]


async def by_life_event(code: str) -> list[ItemCard]:
    return [card for card in await published() if code in card.life_events]


async def by_audience(audience: str) -> list[ItemCard]:
    """For 自然人 or 法人."""
    return [card for card in await published() if audience in card.audience]


async def at_hall(hall_code: str) -> list[ItemCard]:
    """What is done at a hall."""
    return [card for card in await published() if hall_code in card.halls]


async def themes() -> list[Shelf]:
    """主题, in their order; empty ones are left out."""
    return await _shelves("theme")


async def life_events() -> list[Shelf]:
    """人生事件, in their order; empty ones are left out."""
    return await _shelves("life_event")


async def feature(*, slugs: Sequence[str], by: Actor) -> None:
    """Put these items first, in this order; all others stand behind them by name. Raises ItemNotFound."""
    async with database.transaction() as tx:
        for slug in slugs:
            if not await ServiceItem.exists(slug=slug):
                raise ItemNotFound(detail={"slug": slug})
        await tx.execute("update service_item set position = $1 where position <> $1", NOT_HOT)
        for position, slug in enumerate(dict.fromkeys(slugs), 1):
            await tx.execute("update service_item set position = $2 where slug = $1", slug, position)
        moved = await edition.move_on()
        await audit.record("items.featured", subject=f"catalogue:{moved}", by=by, detail={"slugs": list(slugs)})
    await edition.shout(moved)


async def _known() -> dict[str, ItemCard]:
    return await shelf.keep("items", _read)


async def _read() -> dict[str, ItemCard]:
    rows = ServiceItem.filter(guide_id__isnull=False).order_by("position", "-bookable", "slug")
    return {row.slug: _card(row) for row in await rows.select_related("department")}


async def _by_code() -> dict[str, ItemCard]:
    """Of two with one code the first."""
    return {card.item_code: card for card in reversed(await published())}


def _card(row: ServiceItem) -> ItemCard:
    return ItemCard(
        id=row.id,
        slug=row.slug,
        item_code=row.item_code,
        name=row.name,
        short_name=row.short_name,
        summary=row.summary,
        department=row.department.name,
        kind=row.kind,
        audience=row.audience,
        themes=row.themes,
        life_events=row.life_events,
        halls=row.halls,
        aliases=row.aliases,
        online=row.online,
        bookable=row.bookable,
        fee_fen=row.fee_fen,
        promised_days=row.promised_days or 0,
        position=row.position,
    )


async def _shelves(kind: str) -> list[Shelf]:
    return await shelf.keep(("shelves", kind), lambda: _read_shelves(kind))


async def _read_shelves(kind: str) -> list[Shelf]:
    cards = (await _known()).values()
    found = []
    for row in await Theme.filter(kind=kind).order_by("position", "id"):
        here = [card for card in cards if row.code in (card.themes if kind == "theme" else card.life_events)]
        said = {name: str(row.details.get(name, "")) for name in ("audience", "summary")}
        if here:
            aliases = row.details.get("aliases", [])
            found.append(Shelf(code=row.code, name=row.name, aliases=aliases, items=len(here), **said))
    return found
