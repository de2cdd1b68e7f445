"""冷却池: a place given back that nobody waits for rests a while, so that cancelling for a buyer to rebook is no trade.

A resting place stays counted in `slot.booked`: the counter is live appointments plus resting places.
"""

import secrets
from datetime import datetime, timedelta

from appointments.timetable import clock_time
from appointments.waiting_rules import Rule
from foundation import clock, database, metrics
from foundation.workdays import WorkCalendar

# A place never rests into the last hour before its slot closes: it would be nobody's.
BACK_BEFORE_CLOSE = timedelta(hours=1)
# A waiter who is busy elsewhere at this very moment is asked again so soon.
BUSY = timedelta(seconds=2)

_dice = secrets.SystemRandom()  # a guessable moment would be traded as well


async def rest(slot_id: int, *, until: datetime) -> None:
    """The place in hand rests until then."""
    await database.joined().execute(
        "insert into cooling_place (slot_id, back_at, created_at) values ($1, $2, clock_timestamp())", slot_id, until
    )
    metrics.count("places_cooled_total")


async def until(rule: Rule, *, now: datetime, close_at: datetime, release_time: str) -> datetime | None:
    """When a place given back `now` returns; None when at once."""
    if rule.cooling == "off":
        return None
    if rule.cooling == "random":
        back = now + timedelta(minutes=_dice.uniform(rule.cooling_least_minutes, rule.cooling_most_minutes))
    else:
        back = await _next_release(now, release_time)
    back = min(back, close_at - BACK_BEFORE_CLOSE)
    return back if back > now else None


async def _next_release(now: datetime, release_time: str) -> datetime:
    """The next moment at which slots are released: batches open on working days."""
    calendar, day = await WorkCalendar.current(), clock.shanghai(now).date()
    while not calendar.is_workday(day) or clock_time(day, release_time) <= now:
        day += timedelta(days=1)
    return clock_time(day, release_time)


async def rested() -> list[tuple[int, int]]:
    """(id, slot) of the places that have rested long enough, by the database's clock."""
    rows = await database.fetch(
        "select id, slot_id from cooling_place where back_at <= clock_timestamp() order by slot_id, id limit 500"
    )
    return [(row["id"], row["slot_id"]) for row in rows]
