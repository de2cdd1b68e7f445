"""Knowledge bases (知识库): which there are, what each has of its own, and a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tortoise.exceptions import IntegrityError

from assistant import analysis
from assistant.knowledge_base_errors import BaseIsTheCity, BaseNameTaken, BaseNotFound, PlaceNeeded
from assistant.knowledge_base_models import KnowledgeBase
from assistant.localities import SHORTEST_NAME, TOP
from catalogue import edition
from catalogue.errors import HallNotFound
from catalogue.models import Hall
from foundation import audit, database
from foundation.actor import Actor

CITY, DISTRICT, DEPARTMENT = "city", "district", "department"
_CITY = """
    insert into knowledge_base (code, name, kind, names, created_at) values ($1, $2, 'city', '[]', now())
    on conflict do nothing
"""
_COUNTS = """
    select b.id, (select count(*) from local_guide g where g.base_id = b.id and g.state = 'published') as guides,
           (select count(*) from local_guide g where g.base_id = b.id and g.state = 'draft') as drafts,
           (select count(*) from local_word w where w.base_id = b.id) as words
      from knowledge_base b
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A base in the tree: how far down, what it has of its own."""

    base: KnowledgeBase
    depth: int
    guides: int
    drafts: int
    words: int


async def city() -> KnowledgeBase:
    """The base at the top, made when it is first asked for."""
    await database.execute(_CITY, TOP.code, TOP.name)
    return await KnowledgeBase.get(kind=CITY)


async def tree() -> list[Entry]:
    """All bases, each below the one above it."""
    await city()
    counts = {row["id"]: row for row in await database.fetch(_COUNTS)}
    bases = await KnowledgeBase.all().order_by("id").select_related("hall", "parent")
    return [_entry(one, depth, counts) for one, depth in _below(bases, None, 0)]


async def find(base_id: int) -> KnowledgeBase:
    """Raises BaseNotFound."""
    found = await KnowledgeBase.get_or_none(id=base_id).select_related("hall", "parent")
    if found is None:
        raise BaseNotFound
    return found


async def chain(base: KnowledgeBase) -> list[KnowledgeBase]:
    """The base and those above it, the city's last."""
    above = [await find(base.id)]
    while above[-1].parent:
        above.append(await find(above[-1].parent.id))
    return above


async def create(
    *, code: str, name: str, kind: str, parent_id: int, names: Sequence[str], hall: str = "", by: Actor
) -> KnowledgeBase:
    """A base below another; a `hall` by its code makes that hall and those below it its own.

    Raises BaseNotFound, BaseNameTaken, HallNotFound, PlaceNeeded, BaseIsTheCity.
    """
    called = _called((name, *names))
    if kind == CITY:
        raise BaseIsTheCity
    async with database.transaction():
        parent = await locked(parent_id)
        of_hall = await Hall.get_or_none(code=hall, active=True) if hall and kind == DISTRICT else None
        if hall and kind == DISTRICT and of_hall is None:
            raise HallNotFound
        try:
            made = await KnowledgeBase.create(
                code=code, name=name.strip(), kind=kind, parent=parent, hall=of_hall, names=called
            )
        except IntegrityError:
            raise BaseNameTaken from None
        await changed("base.created", made, by, detail={"name": made.name, "above": parent.name})
        return made


async def call(*, base_id: int, names: Sequence[str], by: Actor) -> KnowledgeBase:
    """What people call the place from now on. Raises BaseNotFound, BaseIsTheCity, PlaceNeeded."""
    async with database.transaction():
        base = await locked(base_id, below_the_city=True)
        base.names = _called((base.name, *names))
        await base.save(update_fields=["names"])
        await changed("base.called", base, by, detail={"names": base.names})
        return base


async def locked(base_id: int, *, below_the_city: bool = False) -> KnowledgeBase:
    """The base, locked: whoever changes something of it waits for the others. Raises BaseNotFound, BaseIsTheCity."""
    base = await KnowledgeBase.select_for_update().get_or_none(id=base_id)
    if base is None:
        raise BaseNotFound
    if below_the_city and base.kind == CITY:
        raise BaseIsTheCity
    return base


async def changed(
    action: str, base: KnowledgeBase, by: Actor, *, reason: str = "", detail: dict[str, object] | None = None
) -> None:
    """Within the transaction: on record, and once it is committed known to all processes."""
    await audit.record(action, subject=subject(base.id), by=by, reason=reason, detail=detail)
    await database.after_commit(partial(edition.shout, await edition.move_on()))


def subject(base_id: int) -> str:
    """The base as the audit knows it."""
    return f"base:{base_id}"


def _called(names: Sequence[str]) -> list[str]:
    """Each name once, as it is compared. Raises PlaceNeeded for one that would be heard everywhere."""
    called = list(dict.fromkeys(analysis.canon(name) for name in names if name.strip()))
    if any(len(name) < SHORTEST_NAME for name in called):
        raise PlaceNeeded
    return called


def _below(bases: Sequence[KnowledgeBase], parent_id: int | None, depth: int) -> list[tuple[KnowledgeBase, int]]:
    found = []
    for one in bases:
        if (one.parent.id if one.parent else None) == parent_id:
            found += [(one, depth), *_below(bases, one.id, depth + 1)]
    return found


def _entry(base: KnowledgeBase, depth: int, counts: dict[int, dict[str, int]]) -> Entry:
    row = counts[base.id]
    return Entry(base=base, depth=depth, guides=row["guides"], drafts=row["drafts"], words=row["words"])
