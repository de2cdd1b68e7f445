"""A counter that is out of step is said aloud, in the log, to the monitor and to staff, and is left as it is."""

from typing import Any

import pytest

from appointments import history, jobs, place_check, seats
from appointments.models import Slot
from foundation import database, metrics
from foundation.audit import Deed
from tests.builders.appointments import a_held_place, a_slot, booked_and_live

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Errors in the log."""
    lines: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(place_check.log, "error", lambda event, **facts: lines.append((event, facts)), raising=False)
    return lines


def level() -> str:
    return next(
        line for line in metrics.exposition().decode().splitlines() if line.startswith("slots_out_of_step ")
    ).split()[1]


async def alarms(slot: Slot) -> list[Deed]:
    told = await history.of_type(type_id=slot.type_id)  # type: ignore[attr-defined]
    return [one for one in told if one.action == place_check.ACTION]


async def test_all_is_well_and_nothing_is_said(said):
    _, _, slot = await a_held_place(slot=await a_slot(capacity=3))
    await jobs.compare_places()
    assert (said, level(), await alarms(slot)) == ([], "0.0", [])


@pytest.mark.parametrize("booked", [0, 2])
async def test_a_counter_out_of_step_is_said_and_not_repaired(said, booked):
    _, _, slot = await a_held_place(slot=await a_slot(capacity=3))
    await Slot.filter(id=slot.id).update(booked=booked)
    found = {"slot_id": slot.id, "booked": booked, "live": 1, "cooling": 0}
    assert await seats.out_of_step() == [found]
    for _ in range(3):
        await jobs.compare_places()
    assert said == [("slot_out_of_step", found)] * 3
    assert level() == "1.0"
    (alarm,) = await alarms(slot)  # not every ten minutes
    assert found.items() <= alarm.detail.items()
    assert await booked_and_live(slot) == (booked, 1)


async def test_it_is_said_again_when_it_becomes_worse_and_ends_when_people_have_mended_it(said):
    _, _, slot = await a_held_place(slot=await a_slot(capacity=3))
    for booked in (2, 3):
        await Slot.filter(id=slot.id).update(booked=booked)
        await jobs.compare_places()
    assert len(await alarms(slot)) == 2
    await Slot.filter(id=slot.id).update(booked=1)
    await jobs.compare_places()
    assert level() == "0.0"
    assert len(said) == 2
    await database.execute("delete from appointment")
    await jobs.compare_places()  # a lost row is seen as well as a wrong counter
    assert level() == "1.0"
