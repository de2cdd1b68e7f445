from datetime import timedelta

import pytest

from appointments import share_back, slots
from appointments.errors import HallNotFound, TypeNotFound
from foundation import clock
from tests.builders.appointments import STAFF, a_hall, a_held_place, a_slot, a_type, slots_of_one_day
from tests.builders.planning import a_planned_type, periods, workday

pytestmark = pytest.mark.usefixtures("db")


async def test_from_hall_to_type():
    hall, empty = await a_hall(), await a_hall()
    of = await a_type(hall=hall, item_codes=["11440100X"])
    await a_type(hall=hall, active=False)
    department = await of.department
    assert [one.code for one in await slots.halls()] == [hall.code]
    assert [one.code for one in await slots.halls(item_code="11440100X")] == [hall.code]
    assert await slots.halls(item_code="another") == []
    assert [(one.code, one.types) for one in await slots.departments(hall_code=hall.code)] == [(department.code, 1)]
    (found,) = await slots.types(hall_code=hall.code, department_code=department.code)
    assert (found.id, found.name, found.item_codes) == (of.id, of.name, ["11440100X"])
    assert await slots.types(hall_code=hall.code, department_code="another") == []
    assert await slots.departments(hall_code=empty.code) == []
    with pytest.raises(HallNotFound):
        await slots.departments(hall_code="nowhere")


async def test_days_count_what_can_be_had_now():
    of = await a_type()
    today = clock.today()
    held, _, slot = await a_held_place(slot=await a_slot(of=of, capacity=5))
    later = await a_slot(of=of, capacity=9, starts_in=timedelta(days=9), released_ago=timedelta(days=-1))
    await a_slot(of=of, starts_in=timedelta(days=-3))
    await a_slot(of=of, starts_in=timedelta(days=4), state="withdrawn")
    first, second = await slots.days(type_id=of.id)
    assert (first.day, first.left, first.capacity, first.release_at) == (held.day, 4, 5, None)
    assert (second.day, second.left, second.release_at) == (later.day, 0, later.release_at)
    assert slot.day > today
    assert await slots.days(type_id=(await a_type()).id) == []
    with pytest.raises(TypeNotFound):
        await slots.days(type_id=404)


async def test_slots_of_a_day_say_why_not():
    of = await a_type()
    (free, full, suspended, gone) = await slots_of_one_day(4, of=of)
    await a_held_place(slot=full)
    await type(free).filter(id=suspended.id).update(state="suspended")
    await type(free).filter(id=gone.id).update(state="withdrawn")
    seen = {one.id: (one.left, one.why) for one in await slots.of_day(type_id=of.id, day=free.day)}
    assert seen == {free.id: (1, "open"), full.id: (0, "full"), suspended.id: (1, "suspended")}
    later = await a_slot(of=of, starts_in=timedelta(days=9), released_ago=timedelta(days=-1))
    assert [one.why for one in await slots.of_day(type_id=of.id, day=later.day)] == ["not_released"]
    past = await a_slot(of=of, starts_in=timedelta(days=-9))
    assert [one.why for one in await slots.of_day(type_id=of.id, day=past.day)] == ["closed"]
    assert await slots.of_day(type_id=of.id, day=clock.today() + timedelta(days=99)) == []
    with pytest.raises(TypeNotFound):
        await slots.of_day(type_id=404, day=clock.today())


async def test_places_of_all_shares_but_those_that_staff_give():
    shared = periods(ends="09:30", windows=10, online_percent=50, priority_percent=20, staff_percent=20)
    of, day = await a_planned_type(shared), await workday()
    assert [(one.share, one.left) for one in await slots.of_day(type_id=of.id, day=day)] == [
        ("public", 5), ("priority", 2)
    ]  # fmt: skip
    (found,) = [one for one in await slots.days(type_id=of.id) if one.day == day]
    assert (found.left, found.capacity) == (5, 5)
    await share_back.give_back(type_id=of.id, day=day, by=STAFF)
    assert [(one.share, one.left) for one in await slots.of_day(type_id=of.id, day=day)] == [("public", 9)]


async def test_a_member_of_a_pool_offers_the_slots_of_the_pool():
    pool, day = await a_planned_type(), await workday()
    member = await a_type(hall=await pool.hall, pool=pool)
    shown = [one.id for one in await slots.of_day(type_id=pool.id, day=day)]
    assert [one.id for one in await slots.of_day(type_id=member.id, day=day)] == shown
    assert len(shown) == 4
    assert await slots.days(type_id=member.id) == await slots.days(type_id=pool.id)
