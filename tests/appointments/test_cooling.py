from datetime import UTC, datetime, timedelta

import pytest

from appointments import booking, cooling, jobs, seats, waiting_rules, waitlist
from appointments.errors import SlotFull, TypeNotFound, WaitingRuleInvalid
from appointments.waiting_models import CoolingPlace
from appointments.waiting_rules import Rule
from foundation import clock, database
from foundation.actor import Actor
from tests.builders.appointments import STAFF, a_citizen, a_full_slot, booked_and_live

pytestmark = pytest.mark.usefixtures("db")
QUARTER = Rule(cooling="random", cooling_least_minutes=15, cooling_most_minutes=15)
RANDOM = Rule(cooling="random", cooling_least_minutes=10, cooling_most_minutes=20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI).astimezone(UTC)


async def a_cooling_place(rule: Rule = RANDOM):
    slot, holder, held = await a_full_slot()
    await waiting_rules.change(type_id=held.type_id, rule=rule, by=STAFF)
    await booking.cancel(code=held.code, by=holder)
    return slot


async def rested(slot) -> None:
    await database.execute(
        "update cooling_place set back_at = clock_timestamp() - interval '1 second' where slot_id = $1", slot.id
    )


async def test_without_a_rule_a_cancelled_place_is_everybodys():
    slot, holder, held = await a_full_slot()
    await booking.cancel(code=held.code, by=holder)
    assert await booked_and_live(slot) == (0, 0)
    assert not await CoolingPlace.exists()


async def test_a_cancelled_place_rests_and_cannot_be_traded():
    slot = await a_cooling_place()
    assert await booked_and_live(slot) == (1, 0)
    assert await seats.out_of_step() == []
    with pytest.raises(SlotFull):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="the buyer")
    place = await CoolingPlace.get(slot_id=slot.id)
    assert timedelta(minutes=9) < place.back_at - clock.now() < timedelta(minutes=20)
    await jobs.pass_places_on()
    assert await booked_and_live(slot) == (1, 0)
    await rested(slot)
    await jobs.pass_places_on()
    await jobs.pass_places_on()
    assert await booked_and_live(slot) == (0, 0)
    assert not await CoolingPlace.exists()


async def test_who_comes_while_it_rests_waits_for_it():
    slot, citizen = await a_cooling_place(), await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=citizen)
    await rested(slot)
    await jobs.pass_places_on()
    assert (await waitlist.find(code=entry.code, for_=citizen)).state == "offered"
    assert await booked_and_live(slot) == (1, 1)


async def test_a_waiter_goes_before_the_pool():
    slot, holder, held = await a_full_slot()
    await waiting_rules.change(type_id=held.type_id, rule=RANDOM, by=STAFF)
    entry = await waitlist.join(slot_id=slot.id, by=await a_citizen())
    await booking.cancel(code=held.code, by=holder)
    assert (await waitlist.by_id(entry.id)).state == "offered"
    assert not await CoolingPlace.exists()
    await waitlist.decline(code=entry.code, by=Actor.citizen(entry.citizen_id))
    assert await CoolingPlace.filter(slot_id=slot.id).count() == 1


async def test_a_counter_that_forgets_a_resting_place_is_reported():
    slot = await a_cooling_place()
    await CoolingPlace.filter(slot_id=slot.id).delete()
    assert await seats.out_of_step() == [{"slot_id": slot.id, "booked": 1, "live": 0, "cooling": 0}]


@pytest.mark.parametrize(
    ("rule", "now", "back"),
    [
        (Rule(), "2026-11-20 10:00", None),
        (QUARTER, "2026-11-20 10:00", "2026-11-20 10:15"),
        (Rule(cooling="next_release"), "2026-11-20 07:00", "2026-11-20 08:00"),
        (Rule(cooling="next_release"), "2026-11-20 10:00", "2026-11-23 08:00"),  # Friday → Monday
        (Rule(cooling="next_release"), "2026-11-23 10:00", "2026-11-24 08:00"),
        (Rule(cooling="next_release"), "2026-11-24 08:00", "2026-11-24 09:00"),  # an hour before the slot closes
        (Rule(cooling="next_release"), "2026-11-24 09:30", None),
    ],
)  # fmt: skip
async def test_when_it_returns(rule, now, back):
    found = await cooling.until(rule, now=at(now), close_at=at("2026-11-24 10:00"), release_time="08:00")
    assert found == (back and at(back))


async def test_random_moments_differ():
    args = {"now": clock.now(), "close_at": clock.now() + timedelta(days=2), "release_time": "08:00"}
    moments = {await cooling.until(RANDOM, **args) for _ in range(20)}
    assert len(moments) > 15
    assert all(timedelta(minutes=10) <= one - args["now"] <= timedelta(minutes=20) for one in moments)


async def test_rules_are_checked_and_remembered():
    _, _, held = await a_full_slot()
    wrong = Rule(offer_minutes=1, cooling="sometimes", cooling_least_minutes=9, cooling_most_minutes=3)
    with pytest.raises(WaitingRuleInvalid) as refused:
        await waiting_rules.change(type_id=held.type_id, rule=wrong, by=STAFF)
    assert len(refused.value.detail) == 3
    with pytest.raises(TypeNotFound):
        await waiting_rules.change(type_id=held.type_id + 999, rule=RANDOM, by=STAFF)
    assert await waiting_rules.of(held.type_id) == Rule()
    for rule in (RANDOM, Rule(offer_minutes=60)):
        await waiting_rules.change(type_id=held.type_id, rule=rule, by=STAFF)
        assert await waiting_rules.of(held.type_id) == rule
