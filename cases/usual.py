"""通常用时: within how many working days nine of ten cases of an item were done lately, said beside the promise.

The 90th percentile of the cases that ended within the last 90 days, pauses not counted, as demarche.numerique shows it
beside the deadline. Below a minimum nothing is said: three cases say nothing, and might say something about a person.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from foundation import clock, database, settings

WINDOW = timedelta(days=90)

RECKON = """
insert into usual_duration (item_code, counted, days, since, until, made_at)
select item_code, count(*), percentile_disc(0.9) within group (order by used_days), $1::date, $2::date, $5
  from case_file
 where closed_at >= $3 and closed_at < $4 and stage in ('closed', 'delivered') and used_days is not null
 group by item_code having count(*) >= $6
on conflict (item_code) do update
   set counted = excluded.counted, days = excluded.days, since = excluded.since, until = excluded.until,
       made_at = excluded.made_at"""


@dataclass(frozen=True)
class Usual:
    """近 90 天 `counted` 件中，90% 在 `days` 个工作日内办结."""

    days: int
    counted: int
    since: date
    until: date


async def reckon() -> int:
    """Count anew up to and including yesterday, and forget what has become too few; how many items have a figure."""
    until = clock.today() - timedelta(days=1)
    since = until - WINDOW + timedelta(days=1)
    begins, ends = _midnight(since), _midnight(until + timedelta(days=1))
    now, least = clock.now(), settings.current().cases.usual_least
    async with database.long_transaction(seconds=300) as tx:
        await tx.execute(RECKON, since, until, begins, ends, now, least)
        await tx.execute("delete from usual_duration where made_at <> $1", now)
        return int(await tx.fetchval("select count(*) from usual_duration"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


async def of(item_codes: Collection[str]) -> dict[str, Usual]:
    """Item code → what is usual, of those that have a figure."""
    rows = await database.fetch(
        "select item_code, days, counted, since, until from usual_duration where item_code = any($1::text[])",
        sorted(item_codes),
    )
    return {row["item_code"]: Usual(row["days"], row["counted"], row["since"], row["until"]) for row in rows}
