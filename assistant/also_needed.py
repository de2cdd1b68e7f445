"""Others also needed (办这件事的人还问了): items that people asked about in the same conversations."""

from datetime import timedelta

from assistant.counted import Counted
from foundation import clock, database

DAYS = 90
FEWEST = 3
"""So many conversations must speak of both, or it is somebody's own story."""
SHARE = 0.1
"""And so large a share of those about the first: what everybody asks for is beside everything."""
MOST = 4
KEPT_SECONDS = 600.0
_TOGETHER = """
    with here as (
        select distinct conversation_id from turn where item_code = $1 and band = 'answer' and at >= $2
    )
    select other.item_code
      from here join turn other using (conversation_id)
     where other.band = 'answer' and other.at >= $2 and other.item_code not in ('', $1)
     group by other.item_code
    having count(distinct conversation_id) >= greatest($3::float, $4::float * (select count(*) from here))
     order by count(distinct conversation_id) desc, other.item_code limit $5
"""
_counted = Counted(KEPT_SECONDS)
forget = _counted.forget


async def beside(item_code: str) -> tuple[str, ...]:
    """Codes of the items, those asked for together most often first. `item_code` is one that is published."""

    async def count() -> list[str]:
        since = clock.now() - timedelta(days=DAYS)
        rows = await database.fetch(_TOGETHER, item_code, since, FEWEST, SHARE, MOST)
        return [str(row["item_code"]) for row in rows]

    return await _counted.get(item_code, count)
