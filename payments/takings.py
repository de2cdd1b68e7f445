"""收款统计: money by day and channel, and by 执收单位.

What came in counts on the day it was paid, what went back on the day it was returned; days are those of Asia/Shanghai.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from foundation import database
from payments.register_errors import TakingsRangeInvalid
from payments.registers import beginning

MOST_DAYS = 366
CHANNELS = ("wechat", "alipay")

RECEIVED = """
select (o.paid_at at time zone 'Asia/Shanghai')::date as day, o.channel, count(*)::int as number,
       sum(o.amount_fen)::bigint as fen
  from payment_order o join bill b on b.id = o.bill_id
 where o.paid_at >= $1 and o.paid_at < $2 and ($3 = '' or b.exec_unit_code = $3) group by 1, 2
"""
RETURNED = """
select (r.done_at at time zone 'Asia/Shanghai')::date as day, o.channel, count(*)::int as number,
       sum(r.amount_fen)::bigint as fen
  from refund r join payment_order o on o.id = r.order_id join bill b on b.id = o.bill_id
 where r.done_at >= $1 and r.done_at < $2 and r.state = 'done' and ($3 = '' or b.exec_unit_code = $3) group by 1, 2
"""
BY_UNIT = """
select b.exec_unit_name as name, sum(o.amount_fen)::bigint as fen
  from payment_order o join bill b on b.id = o.bill_id
 where o.paid_at >= $1 and o.paid_at < $2 and o.settles and ($3 = '' or b.exec_unit_code = $3)
 group by 1 order by 2 desc
"""


@dataclass(frozen=True)
class Money:
    """So many payments or refunds, and their sum."""

    number: int = 0
    fen: int = 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.number + other.number, self.fen + other.fen)


NOTHING = Money()


@dataclass(frozen=True)
class Day:
    """What came in and went back on a day (or, with None, in all), by channel."""

    day: date | None
    received: Mapping[str, Money] = field(default_factory=dict)
    returned: Mapping[str, Money] = field(default_factory=dict)

    @property
    def came(self) -> Money:
        return sum(self.received.values(), NOTHING)

    @property
    def went(self) -> Money:
        return sum(self.returned.values(), NOTHING)

    @property
    def left_fen(self) -> int:
        return self.came.fen - self.went.fen


@dataclass(frozen=True)
class Takings:
    days: list[Day]
    total: Day
    units: list[tuple[str, int]]


async def over(*, start: date, end: date, unit: str = "") -> Takings:
    """From `start` to `end`, both counted, a line for every day; of one 执收单位 if named.

    Raises TakingsRangeInvalid.
    """
    if not 0 <= (end - start).days < MOST_DAYS:
        raise TakingsRangeInvalid
    span = (beginning(start), beginning(end + timedelta(days=1)), unit)
    received, returned = _by_day(await database.fetch(RECEIVED, *span)), _by_day(await database.fetch(RETURNED, *span))
    units = [(row["name"], row["fen"]) for row in await database.fetch(BY_UNIT, *span)]
    every = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    days = [Day(day, received.get(day, {}), returned.get(day, {})) for day in every]
    return Takings(days, Day(None, _summed(received), _summed(returned)), units)


def _by_day(rows: list[Any]) -> dict[date, dict[str, Money]]:
    found: dict[date, dict[str, Money]] = {}
    for row in rows:
        found.setdefault(row["day"], {})[row["channel"]] = Money(row["number"], row["fen"])
    return found


def _summed(by_day: dict[date, dict[str, Money]]) -> dict[str, Money]:
    return {channel: sum((one.get(channel, NOTHING) for one in by_day.values()), NOTHING) for channel in CHANNELS}
