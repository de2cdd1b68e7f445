"""Reconciliation as finance reads it: a month of channels and days, one day whole, what is still to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from foundation import clock, database
from payments import sending_back
from payments.differences import DEEDS, fitting, off_fen
from payments.reconciliation import CHANNELS, KEPT_DAYS, ready_at
from payments.reconciliation_errors import ReconciliationNotFound
from payments.reconciliation_models import Difference, Reconciliation, Statement

PAGE = 50

MONTH = """
select r.*, (select count(*) from difference d where d.reconciliation_id = r.id and d.state <> 'resolved') as open
  from reconciliation r where r.day >= $1 and r.day < $2"""
TO_DO = """
select count(*) filter (where state = 'open') as open, count(*) filter (where state = 'proposed') as proposed,
       count(*) filter (where state = 'approved') as approved,
       count(*) filter (where escalated_at is not null) as escalated
  from difference where state <> 'resolved'"""
BEGUN = """
select channel, least((select min(paid_at) from payment_order o where o.channel = c.channel and o.paid_at is not null),
                      (select min(day) from reconciliation r where r.channel = c.channel)::timestamp
                      at time zone 'Asia/Shanghai') as at
  from unnest($1::text[]) as c(channel)"""
DAYS_TO_DO = """
select r.channel, r.day, count(*) as number from difference d join reconciliation r on r.id = d.reconciliation_id
 where d.state <> 'resolved' group by r.channel, r.day order by r.day limit 12"""


@dataclass(frozen=True)
class Cell:
    """One channel, one day. `state` is also ``missing`` (nothing was tried) or ``none`` (nothing is due)."""

    channel: str
    day: date
    state: str
    problem: str = ""
    open: int = 0
    their_payments: int = 0
    their_fen: int = 0
    our_payments: int = 0
    our_fen: int = 0

    @property
    def mood(self) -> str:
        """``good`` when there is nothing to do, ``bad`` when there is, else how it stands."""
        return ("bad" if self.open else "good") if self.state == "compared" else self.state


@dataclass(frozen=True)
class ToDo:
    open: int
    proposed: int
    approved: int
    escalated: int
    days: list[tuple[str, date, int]]


@dataclass(frozen=True)
class OneDay:
    """A day of a channel: what both sides have, the files it came in."""

    reconciliation: Reconciliation
    statements: list[Statement]
    differences: list[Difference]
    shown_from: int
    number: int  # of differences in all that was asked for

    @property
    def more_from(self) -> int | None:
        ends = self.shown_from + len(self.differences)
        return ends if ends < self.number else None


async def month(first: date) -> list[list[Cell]]:
    """A line of cells, one a channel, for each day of the month that has begun, the latest first."""
    after = (first + timedelta(days=31)).replace(day=1)
    rows = await database.fetch(MONTH, first, after)
    known = {(row["channel"], row["day"]): row for row in rows}
    begun = {row["channel"]: row["at"] for row in await database.fetch(BEGUN, list(CHANNELS))}
    last = min(after - timedelta(days=1), clock.today() - timedelta(days=1))
    days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
    return [[_cell(channel, day, known.get((channel, day)), begun[channel]) for channel in CHANNELS] for day in days]


def _cell(channel: str, day: date, row: Mapping[str, Any] | None, begun: datetime | None) -> Cell:
    if row is None:
        due = begun is not None and clock.shanghai(begun).date() <= day and ready_at(day) <= clock.now()
        return Cell(channel, day, "missing" if due and (clock.today() - day).days <= KEPT_DAYS else "none")
    return Cell(
        channel,
        day,
        row["state"],
        row["problem"],
        row["open"],
        row["their_payments"],
        row["their_payments_fen"] - row["their_refunds_fen"],
        row["our_payments"],
        row["our_payments_fen"] - row["our_refunds_fen"],
    )


async def to_do() -> ToDo:
    row = await database.fetchrow(TO_DO)
    days = await database.fetch(DAYS_TO_DO)
    assert row is not None
    return ToDo(**row, days=[(one["channel"], one["day"], one["number"]) for one in days])


async def of_day(*, channel: str, day: date, everything: bool = False, start: int = 0) -> OneDay:
    """What is open first, resolved ones only when `everything` is wanted. Raises ReconciliationNotFound."""
    found = await Reconciliation.get_or_none(channel=channel, day=day)
    if found is None:
        raise ReconciliationNotFound
    wanted = Difference.filter(reconciliation=found)
    if not everything:
        wanted = wanted.exclude(state="resolved")
    some = await wanted.order_by("resolved_at", "id").offset(start).limit(PAGE).prefetch_related("reconciliation")
    kept = await Statement.filter(reconciliation=found).order_by("-id")
    return OneDay(found, kept, some, start, await wanted.count())


@dataclass(frozen=True)
class Shown:
    """A difference with what may be done about it and what it is worth."""

    one: Difference
    deeds: dict[str, str]
    off_fen: int


async def shown(channel: str, differences: Sequence[Difference]) -> list[Shown]:
    """Those of one channel."""
    held = await sending_back.in_quarantine(channel=channel, numbers=[one.number for one in differences])
    return [Shown(one, {deed: DEEDS[deed] for deed in fitting(one, held)}, off_fen(one)) for one in differences]
