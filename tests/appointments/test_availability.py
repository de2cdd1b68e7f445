"""In a crowd the list of slots is a moment old, and says so; alone one sees the present."""

import asyncio
from datetime import timedelta

import pytest

from appointments import availability, booking, slots
from appointments.errors import TypeNotFound
from foundation import clock
from tests.builders.appointments import a_citizen, a_slot, a_type

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def asked(monkeypatch):
    """How often the database was asked for the slots of a day. A moment lasts a minute here."""
    seen, really = [], slots.of_day

    async def counted(**wanted):
        seen.append(wanted)
        return await really(**wanted)

    monkeypatch.setattr(slots, "of_day", counted)
    monkeypatch.setattr(availability, "SECONDS", 60.0)
    return seen


async def test_a_crowd_is_told_what_one_saw(asked):
    slot = await a_slot(capacity=9)
    look = [availability.of_day(type_id=slot.type_id, day=slot.day) for _ in range(100)]
    seen = await asyncio.gather(*look)
    assert len(asked) == availability.FEW
    assert {one.rows[0].left for one in seen} == {9}
    with clock.shifted(timedelta(seconds=3)):
        assert (await availability.of_day(type_id=slot.type_id, day=slot.day)).age == 3


async def test_who_looks_alone_sees_the_present(asked):
    slot, citizen = await a_slot(capacity=9), await a_citizen()
    assert (await availability.of_day(type_id=slot.type_id, day=slot.day)).rows[0].left == 9
    await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    seen = await availability.of_day(type_id=slot.type_id, day=slot.day)
    assert (seen.rows[0].left, seen.age) == (8, 0)
    assert (await availability.days(type_id=slot.type_id)).rows[0].left == 8


async def test_after_a_moment_it_is_asked_anew(asked, monkeypatch):
    slot = await a_slot()
    for _ in range(20):
        await availability.of_day(type_id=slot.type_id, day=slot.day)
    monkeypatch.setattr(availability, "SECONDS", -1.0)
    await availability.of_day(type_id=slot.type_id, day=slot.day)
    assert len(asked) == availability.FEW + 1


async def test_a_question_that_failed_is_asked_anew(asked):
    for _ in range(20):
        with pytest.raises(TypeNotFound):
            await availability.of_day(type_id=404, day=clock.today())
    assert len(asked) == 20


async def test_it_does_not_grow_without_end(asked, monkeypatch):
    monkeypatch.setattr(availability, "MOST", 5)
    of = await a_type()
    for n in range(12):
        await availability.of_day(type_id=of.id, day=clock.today() + timedelta(days=n))
    assert len(availability._slots._asked) <= 5
