"""What is counted, and when: periods are those of a calendar on a wall in Shanghai, whatever the database's zone is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from appointments import booking, counting, limits
from appointments.errors import TooManyBookings
from appointments.rule_errors import TooOften
from foundation import clock, database
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_slot, a_type
from tests.builders.rules import a_rule, an_event, barred

pytestmark = pytest.mark.usefixtures("db")

AROUND = [
    date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 31),
    date(2027, 1, 3), date(2027, 1, 4), date(2028, 2, 29),
]  # fmt: skip
PERIODS = [("live", 0), ("day", 0), ("week", 0), ("month", 0), ("year", 0), ("rolling", 1), ("rolling", 120)]
EVERY_DAY = f"""
select i.i from unnest($1::date[], $2::date[], $3::text[], $4::int[]) with ordinality i (around, day, period, days, i)
  cross join lateral (select 'no_show' as event, 'visit' as basis, i.period, i.days as period_days) r
  cross join lateral (select i.day, null::timestamptz as created_at, null::timestamptz as changed_at) a
 where {counting.within_period("i.around")}
"""


def on_the_wall(period: str, days: int, happened: date, around: date) -> bool:
    """The same, counted by hand."""
    if period == "day":
        return happened == around
    if period == "week":
        return happened - timedelta(days=happened.weekday()) == around - timedelta(days=around.weekday())
    if period == "month":
        return (happened.year, happened.month) == (around.year, around.month)
    if period == "year":
        return happened.year == around.year
    return period == "live" or happened > around - timedelta(days=days)


async def test_every_day_around_every_border_falls_where_it_should():
    cases = [
        (around, around + timedelta(days=n), period, days)
        for around in AROUND for n in range(-380, 381) for period, days in PERIODS
    ]  # fmt: skip
    rows = await database.fetch(EVERY_DAY, *map(list, zip(*cases, strict=True)))
    found = {row["i"] - 1 for row in rows}
    assert found == {i for i, (around, day, period, days) in enumerate(cases) if on_the_wall(period, days, day, around)}


@pytest.mark.parametrize(
    ("moment", "day"),
    [(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
     (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), date(2026, 12, 1)),
     (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), date(2027, 1, 1))],
)  # fmt: skip
@pytest.mark.parametrize(("event", "basis"), [("cancelled", "visit"), ("late_cancelled", "visit"), ("booked", "made")])
async def test_a_moment_belongs_to_the_day_in_shanghai(moment, day, event, basis):
    found = await database.fetchval(
        f"""select {counting.HAPPENED} from (select $1 as event, $2 as basis) r,
                   (select $3::timestamptz as created_at, $3::timestamptz as changed_at, date '2020-01-01' as day) a""",
        event, basis, moment,
    )  # fmt: skip
    assert found == day


def next_monday() -> date:
    """At least a week ahead, so that no day of its week or the next is past."""
    return clock.today() + timedelta(days=14 - clock.today().weekday())


async def booked_on(citizen, *days: date) -> None:
    for day in days:
        await an_event(citizen, "booked", day=day)


async def a_slot_on(day: date, **said):
    return await a_slot(starts_at=datetime(day.year, day.month, day.day, 9, tzinfo=clock.SHANGHAI), **said)


async def test_two_a_week_is_by_the_week_of_the_visit():
    await a_rule("weekly", period="week", threshold=2)
    citizen, monday = await a_citizen(), next_monday()
    await booked_on(citizen, monday, monday + timedelta(days=6))
    (same_week, next_week) = [await a_slot_on(monday + timedelta(days=n)) for n in (3, 7)]
    assert await barred(same_week, citizen) == {1: ("TooManyBookings", "weekly")}
    assert await barred(next_week, citizen) == {}
    with pytest.raises(TooManyBookings) as refused:
        await booking.reserve(slot_id=same_week.id, by=citizen, key="third")
    assert refused.value.message.endswith("（规定：同一证件每周最多 2 个预约）")


async def test_what_was_given_up_or_never_taken_is_not_counted():
    await a_rule("daily")
    monday = next_monday()
    slot = await a_slot_on(monday)
    for state in ("cancelled", "office_cancelled", "rescheduled", "declined", "lapsed"):
        citizen = await a_citizen()
        await an_event(citizen, state, day=monday)
        assert await barred(slot, citizen) == {}, state
    for state in ("held", "booked", "finished", "no_show", "unserved"):
        citizen = await a_citizen()
        await an_event(citizen, state, day=monday)
        assert await barred(slot, citizen) == {1: ("TooManyBookings", "daily")}, state


async def test_by_the_day_it_was_made_cancelling_gives_nothing_back():
    """Cancel and book again for another: a cap on doing, not on having. What the office cancelled is not counted."""
    await a_rule("agent", subject="agent", basis="made", threshold=2)
    agent, slot = await a_citizen(), await a_slot()
    for state in ("cancelled", "booked"):
        await an_event(await a_citizen(), state, day=slot.day, made_at=clock.now(), booked_by=str(agent))
    await an_event(await a_citizen(), "booked", day=slot.day, booked_by=str(agent))  # made another day
    person = await a_citizen()
    assert await barred(slot, person, booked_by=str(agent)) == {1: ("TooManyBookings", "agent")}
    assert await barred(slot, person, booked_by=str(await a_citizen())) == {}
    assert await barred(slot, person) == {}
    await database.execute("update appointment set state = 'office_cancelled' where state = 'cancelled'")
    assert await barred(slot, person, booked_by=str(agent)) == {}


async def test_what_staff_book_is_no_agents():
    await a_rule(subject="agent", basis="made", threshold=1)
    slot = await a_slot()
    await an_event(await a_citizen(), "booked", day=slot.day, made_at=clock.now(), booked_by=str(STAFF))
    assert await barred(slot, await a_citizen(), booked_by=str(STAFF)) == {}


async def test_an_organisation_counts_whoever_books_for_it():
    await a_rule("property", subject="organisation", event="held_now", period="live", threshold=1)
    slot = await a_slot()
    await an_event(await a_citizen(), "booked", day=slot.day, organisation="f" * 64)
    other = await a_citizen()
    assert await barred(slot, other, organisation="f" * 64) == {1: ("TooManyBookings", "property")}
    assert await barred(slot, other, organisation="e" * 64) == {}
    assert await barred(slot, other) == {}


async def test_cancelling_thrice_a_month_ends_the_month():
    await a_rule("cancels", event="cancelled", period="month", threshold=3)
    citizen, slot = await a_citizen(), await a_slot()
    first = clock.today().replace(day=1)
    for _ in range(3):
        await an_event(citizen, "cancelled", day=slot.day, changed_at=clock.now())
    last_month = await a_citizen()
    for n in range(3):
        midnight = datetime(first.year, first.month, first.day, tzinfo=clock.SHANGHAI) - timedelta(seconds=n > 0)
        await an_event(last_month, "cancelled", day=slot.day, changed_at=midnight)
    assert await barred(slot, citizen, last_month) == {1: ("TooOften", "cancels")}
    with pytest.raises(TooOften):
        await booking.reserve(slot_id=slot.id, by=citizen, key="again")


async def test_late_is_so_many_hours_before_the_visit():
    await a_rule("late", event="late_cancelled", period="month", threshold=1, late_hours=24)
    slot = await a_slot()
    early, late = await a_citizen(), await a_citizen()
    for citizen, before in ((early, timedelta(hours=25)), (late, timedelta(hours=23))):
        now = clock.shanghai(clock.now())
        made = await an_event(citizen, "cancelled", day=now.date() + timedelta(days=3), changed_at=clock.now())
        await database.execute("update slot set starts_at = $2, ends_at = $3 where id = $1",
                               made.slot_id, now + before, now + before + timedelta(hours=1))  # fmt: skip
    assert await barred(slot, early, late) == {2: ("TooOften", "late")}


async def test_a_rule_holds_where_it_says():
    hall = await a_hall(code="9901/01")
    here, there = await a_type(hall=hall), await a_type()
    await a_rule("hall", hall_path=hall.path)
    citizen, monday = await a_citizen(), next_monday()
    await an_event(citizen, "booked", day=monday, of=there)
    mine, elsewhere = await a_slot_on(monday, of=here), await a_slot_on(monday, of=there)
    assert await barred(mine, citizen) == {}  # what lies outside does not count
    await an_event(citizen, "booked", day=monday, of=here)
    assert await barred(mine, citizen) == {1: ("TooManyBookings", "hall")}
    assert await barred(elsewhere, citizen) == {}


@pytest.mark.parametrize(("per", "barred_at"), [("", "abcd"), ("hall", "abc"), ("department", "ab"), ("type", "a")])
async def test_counted_together_or_alone(per, barred_at):
    """a the same business, b of the same department, c in the same hall, d in another."""
    a = await a_type(hall=await a_hall())
    b = await a_type(hall=await a.hall, name="另一业务")
    b.department_id = a.department_id
    await b.save()
    c, d = await a_type(hall=await a.hall), await a_type()
    await a_rule("alone", per=per)
    citizen, monday = await a_citizen(), next_monday()
    await an_event(citizen, "booked", day=monday, of=a)
    found = [name for name, of in zip("abcd", (a, b, c, d), strict=True)
             if await barred(await a_slot_on(monday, of=of), citizen)]  # fmt: skip
    assert "".join(found) == barred_at


async def test_many_wants_in_one_statement_each_have_their_own_answer():
    await a_rule("daily")
    slot, people = await a_slot(), [await a_citizen() for _ in range(6)]
    for citizen in people[::2]:
        await an_event(citizen, "booked", day=slot.day)
    assert set(await barred(slot, *people)) == {1, 3, 5}


async def test_a_code_of_a_citys_limit_that_has_a_row_replaces_it():
    await limits.change(kind="overall", most=1, by=STAFF)
    slot, citizen = await a_slot(), await a_citizen()
    await an_event(citizen, "booked", day=slot.day + timedelta(days=1))
    assert await barred(slot, citizen) == {1: ("TooManyBookings", "overall")}
    assert await limits.current() == {"overall": 1, "that_day": 3}
