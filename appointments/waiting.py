"""等候: how many are called before one, and about when. Told as a range, for nobody knows how long a visit takes.

Fastest and slowest quarter of recent visits set the range: of today if there were enough, else of the last two weeks,
else the pace every hall is assumed to have.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from appointments import booking, line, windows
from appointments.hall_errors import NotInLine
from catalogue.models import Department
from foundation import clock, database
from foundation.actor import Actor

ENOUGH = 5  # visits
LATEST_TODAY, LATEST_BEFORE = 20, 100
ASSUMED = (6.0, 10.0, 15.0)  # minutes of a visit: a quick one, the middle, a slow one
AT_WORK = timedelta(minutes=30)  # a window that called within this is at work

PACE = """
select count(*) as visits, percentile_cont(array[0.25, 0.5, 0.75]) within group (order by minutes) as quartiles
  from (select extract(epoch from finished_at - called_at) / 60.0 as minutes from ticket
         where hall_id = $1 and ($2::bigint[] is null or department_id = any($2)) and state = 'finished'
           and day between $3 and $4 and finished_at - called_at between interval '15 seconds' and interval '3 hours'
         order by finished_at desc limit $5) as recent
"""


@dataclass(frozen=True)
class Pace:
    """Minutes of a visit, and how many windows call from this line."""

    quick: float
    middle: float
    slow: float
    windows: int

    def wait(self, ahead: int) -> tuple[int, int]:
        """Between how many minutes one waits behind `ahead` others."""
        return int(ahead * self.quick / self.windows), ceil((ahead + 1) * self.slow / self.windows)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a ticket stands: `ahead` and the estimate while it waits, the window once it is called."""

    number: str
    state: str
    ahead: int | None = None
    minutes_from: int = 0
    minutes_to: int = 0
    estimate_from: datetime | None = None
    estimate_to: datetime | None = None
    window: str | None = None


async def of_booking(*, code: str, for_: Actor) -> Place:
    """The place of one's own booking in the queue. Raises BookingNotFound, NotInLine before the check-in."""
    return await of_shown(await booking.find(code=code, for_=for_))


async def of_shown(held: booking.Booking) -> Place:
    """The place of a booking that its holder was shown. Raises NotInLine before the check-in."""
    ticket_id = await database.fetchval("select id from ticket where appointment_id = $1", held.id)
    if ticket_id is None:
        raise NotInLine
    return await of_ticket(ticket_id)


async def of_ticket(ticket_id: int) -> Place:
    """The place of a ticket that is there."""
    row = await database.fetchrow("select * from ticket where id = $1", ticket_id)
    assert row is not None
    number, state = row["number"], row["state"]
    if state != "waiting" or row["day"] != clock.today():
        return Place(number=number, state=state, window=row["window"] or None)
    ahead = await line.ahead_of(
        ticket_id, hall_id=row["hall_id"], department_id=row["department_id"], window=row["window"]
    )
    shortest, longest = (await pace(row["hall_id"], row["department_id"])).wait(ahead)
    now = clock.now()
    return Place(
        number=number, state=state, ahead=ahead, window=row["window"] or None,
        minutes_from=shortest, minutes_to=longest,
        estimate_from=now + timedelta(minutes=shortest), estimate_to=now + timedelta(minutes=longest),
    )  # fmt: skip


async def of_newcomer(*, hall_id: int, department_code: str) -> tuple[int, int, int]:
    """How many stand in a department's line, and between how many minutes one waits who comes now."""
    department_id = (await Department.get(code=department_code)).id
    ahead = len(await line.of_department(hall_id, department_id))
    shortest, longest = (await pace(hall_id, department_id)).wait(ahead)
    return ahead, shortest, longest


async def pace(hall_id: int, department_id: int) -> Pace:
    """How fast the line of a department moves."""
    shared = await windows.line_of(hall_id, department_id)
    today = clock.today()
    quartiles = await _quartiles(hall_id, shared, since=0, latest=LATEST_TODAY)
    quartiles = quartiles or await _quartiles(hall_id, shared, since=14, latest=LATEST_BEFORE)
    at_work = await database.fetchval(
        """select count(distinct "window") from ticket where hall_id = $1 and day = $2 and called_at > $3
              and ($4::bigint[] is null or department_id = any($4)) and "window" <> '' and state <> 'waiting'""",
        hall_id, today, clock.now() - AT_WORK, shared,
    )  # fmt: skip
    return Pace(*(quartiles or ASSUMED), windows=max(1, at_work))


async def _quartiles(
    hall_id: int, departments: Collection[int] | None, *, since: int, latest: int
) -> tuple[float, float, float] | None:
    """Of the `latest` visits of the last `since` days; None when there were too few."""
    today = clock.today()
    wanted = None if departments is None else list(departments)
    row = await database.fetchrow(PACE, hall_id, wanted, today - timedelta(days=since), today, latest)
    if row is None or row["visits"] < ENOUGH:
        return None
    quick, middle, slow = row["quartiles"]
    return quick, middle, slow
