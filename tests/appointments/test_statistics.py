"""What each figure of the statistics means, one by one. `test_statistics_recount` has them all together."""

from datetime import date, datetime, timedelta

import pytest

from appointments import statistics
from appointments.models import AppointmentType
from appointments.statistics import By, Line
from appointments.statistics_errors import StatisticsRangeInvalid
from foundation import clock
from tests.builders.appointments import a_type
from tests.builders.past_days import MONDAY, Visit, a_past_slot, a_past_ticket, a_past_visit, a_sub_hall

pytestmark = pytest.mark.usefixtures("db")

SUNDAY = MONDAY + timedelta(days=6)


@pytest.fixture
async def of() -> AppointmentType:
    return await a_type(hall=await a_sub_hall())


async def total(of: AppointmentType, *, by: By = "day", start: date = MONDAY, end: date = SUNDAY) -> Line:
    hall = await of.hall
    return (await statistics.over(within=[hall.path], start=start, end=end, by=by)).total


async def test_places_and_who_took_them(of: AppointmentType) -> None:
    slot = await a_past_slot(of, capacity=4)
    await a_past_slot(of, hour=10, capacity=100, state="withdrawn")
    for state in ("finished", "no_show", "cancelled"):
        await a_past_visit(slot, Visit(state))
    found = await total(of)
    assert (found.places, found.taken, found.occupancy) == (4, 2, 0.5)
    assert (found.booked, found.cancelled, found.cancel_rate) == (3, 1, 1 / 3)


async def test_a_long_business_takes_its_further_places_too(of: AppointmentType) -> None:
    first, second = await a_past_slot(of), await a_past_slot(of, hour=10)
    await a_past_visit(first, Visit(further=second))
    await a_past_visit(first, Visit("cancelled", further=second))
    found = await total(of)
    assert (found.places, found.taken, found.booked) == (4, 2, 2)


async def test_offers_nobody_took_and_moved_bookings_are_no_bookings(of: AppointmentType) -> None:
    slot = await a_past_slot(of)
    for state in ("declined", "lapsed", "rescheduled", "held"):
        await a_past_visit(slot, Visit(state))
    assert (await total(of)).booked == 0


async def test_who_cancelled_or_was_cancelled_is_no_no_show(of: AppointmentType) -> None:
    slot = await a_past_slot(of)
    assert (await total(of)).no_show_rate is None
    for state in ("finished", "finished", "unserved", "no_show", "cancelled", "office_cancelled", "booked"):
        await a_past_visit(slot, Visit(state))
    assert (await total(of)).no_show_rate == 0.25


async def test_times_are_medians(of: AppointmentType) -> None:
    slot = await a_past_slot(of, capacity=9)
    for days, wait, served in ((1, 4, 10), (2, 6, 12), (9, 60, 90)):
        await a_past_visit(
            slot, Visit(lead=timedelta(days=days), drawn_before=timedelta(0), called_after=wait, served=served)
        )
    await a_past_visit(slot, Visit("unserved", lead=timedelta(days=2), drawn_before=timedelta(0)))
    found = await total(of)
    assert (found.lead_hours, found.wait_minutes, found.service_minutes) == (48, 6, 12)
    assert found.long_wait_minutes == pytest.approx(6 + 0.8 * 54)
    assert found.tickets == 4


async def test_a_pool_has_the_places_and_its_members_the_bookings() -> None:
    hall = await a_sub_hall()
    pool, member = await a_type(hall=hall, name="综合窗口"), await a_type(hall=hall, name="身份证")
    await AppointmentType.filter(id=member.id).update(pool_id=pool.id)
    await a_past_visit(await a_past_slot(pool), Visit(), of=member)
    found = await statistics.over(within=[hall.path], start=MONDAY, end=MONDAY, by="type")
    assert [(one.name, one.places, one.taken, one.booked) for one in found.lines] == [
        ("综合窗口", 2, 1, 0), ("身份证", 0, 0, 1)
    ]  # fmt: skip


async def test_walk_ins_are_a_line_of_their_own_among_the_businesses(of: AppointmentType) -> None:
    at = datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)
    await a_past_ticket(type_id=of.id, day=MONDAY, drawn_at=at, called_after=3, served=5)
    await a_past_visit(await a_past_slot(of), Visit())
    hall = await of.hall
    found = await statistics.over(within=[hall.path], start=MONDAY, end=MONDAY, by="type")
    assert [(one.name, one.tickets, one.walk_ins) for one in found.lines] == [(of.name, 0, 0), ("现场取号", 1, 1)]
    only = await statistics.over(within=[hall.path], start=MONDAY, end=MONDAY, by="type", type_id=of.id)
    assert [one.name for one in only.lines] == [of.name]
    assert only.total.tickets == 0


async def test_days_and_hours_are_those_of_shanghai(of: AppointmentType) -> None:
    await a_past_slot(of, hour=0, minute=30)  # still Sunday in UTC
    hall = await of.hall
    for by, name in (("day", "2026-03-02 周一"), ("weekday", "周一"), ("hour", "00:00–01:00")):
        found = await statistics.over(within=[hall.path], start=MONDAY, end=MONDAY, by=by)  # type: ignore[arg-type]
        assert [one.name for one in found.lines] == [name]
    assert (await total(of, start=MONDAY - timedelta(days=1), end=MONDAY - timedelta(days=1))).places == 0


async def test_only_the_subtree_that_was_asked_for() -> None:
    above = await a_sub_hall()
    below, beside = await a_sub_hall(under=above), await a_sub_hall()
    for hall in (above, below, beside):
        await a_past_slot(await a_type(hall=hall))

    async def halls(*within: str) -> list[str]:
        return [one.name for one in (await statistics.over(within=within, start=MONDAY, end=MONDAY, by="hall")).lines]

    assert await halls(above.path) == [above.name, below.name]
    assert await halls(below.path) == [below.name]
    assert await halls("") == [above.name, below.name, beside.name]
    assert await halls() == []


@pytest.mark.parametrize("days", [-1, 366])
async def test_a_range_that_is_upside_down_or_too_long_is_refused(days: int) -> None:
    with pytest.raises(StatisticsRangeInvalid):
        await statistics.over(within=[""], start=MONDAY, end=MONDAY + timedelta(days=days), by="day")
    await statistics.over(within=[""], start=MONDAY, end=MONDAY + timedelta(days=365), by="day")
