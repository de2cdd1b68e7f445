"""收藏: the items a person keeps at hand. One tap in, one tap out; the same on WeChat, Alipay and in the browser."""

from datetime import datetime

from msgspec import Struct

from catalogue import items
from catalogue.favourite_errors import TooManyFavourites
from foundation import clock, database
from foundation.questions import Question

MOST = 200

LOCK = "select from citizen where id = $1 for no key update"
FULL = """
select count(*) >= $3 and not coalesce(bool_or(item_id = $2), false) from favourite_item where citizen_id = $1"""
ADD = "insert into favourite_item (citizen_id, item_id, since) values ($1, $2, $3) on conflict do nothing"
REMOVE = """
delete from favourite_item f using service_item i
 where f.citizen_id = $1 and i.id = f.item_id and $2 in (i.slug, i.item_code)"""


class Favourite(Struct, frozen=True):
    """`in_force`: it has a guide now; without one it stays on the list and leads nowhere."""

    slug: str
    item_code: str
    name: str
    department: str
    since: datetime
    in_force: bool


THEIRS = Question(
    Favourite,
    """
select i.slug, i.item_code, coalesce(nullif(i.short_name, ''), i.name) as name, d.name as department, f.since,
       i.guide_id is not null as in_force
  from favourite_item f join service_item i on i.id = f.item_id join department d on d.id = i.department_id
 where f.citizen_id = asked.who order by f.since desc, f.id desc""",
    who="bigint",
)


async def of(citizen_id: int) -> list[Favourite]:
    """The latest first."""
    return await THEIRS.rows(citizen_id)


@database.retry_on_deadlock
async def add(*, citizen_id: int, item: str) -> None:
    """By slug or 实施编码; again is harmless. Raises ItemNotFound, TooManyFavourites."""
    item_id = (await items.find(item)).id
    async with database.transaction() as tx:
        await tx.execute(LOCK, citizen_id)  # who taps twice at once is counted one after the other
        if await tx.fetchval(FULL, citizen_id, item_id, MOST):
            raise TooManyFavourites
        await tx.execute(ADD, citizen_id, item_id, clock.now())


async def remove(*, citizen_id: int, item: str) -> None:
    """Again is harmless; an item that is no more can be left all the same."""
    await database.execute(REMOVE, citizen_id, item)
