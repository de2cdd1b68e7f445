from datetime import timedelta

import asyncpg
import pytest

from appointments import booking, limits
from appointments.errors import (
    AlreadyBookedThatDay,
    BookingNotFound,
    CannotCancel,
    KeyInvalid,
    LimitInvalid,
    NotYetReleased,
    ReasonNeeded,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
    TooBusy,
    TooLateToCancel,
    TooManyBookings,
)
from appointments.models import Appointment
from foundation import clock, database
from foundation.actor import Actor
from foundation.errors import Forbidden, NotSignedIn
from foundation.idempotency import KeyReused
from foundation.models import AuditRow
from identity.errors import RealNameNeeded
from identity.models import Citizen
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_hall,
    a_slot,
    a_type,
    booked_and_live,
    citizens,
    slots_of_one_day,
    told,
)

pytestmark = pytest.mark.usefixtures("db")


async def test_a_place_is_taken_and_told():
    citizen, slot = await a_citizen(), await a_slot(capacity=2)
    held = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    assert held.state == "booked"
    assert held == await booking.find(code=held.code, for_=citizen)
    assert await booked_and_live(slot) == (1, 1)
    (event,) = await told("BookingConfirmed")
    assert (event["appointment_id"], event["citizen_id"]) == (held.id, citizen.number)
    row = await AuditRow.get(action="booking.reserved")
    assert (row.subject, row.actor) == (f"appointment:{held.id}", str(citizen))
    assert row.detail == {"slot_id": slot.id}


async def test_the_same_key_gives_the_same_booking():
    citizen, slot = await a_citizen(), await a_slot()
    first = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    assert await booking.reserve(slot_id=slot.id, by=citizen, key="one") == first
    assert await booked_and_live(slot) == (1, 1)
    assert len(await told("BookingConfirmed")) == 1


async def test_a_key_is_remembered_after_the_booking_ended():
    citizen, slot = await a_citizen(), await a_slot()
    first = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    await booking.cancel(code=first.code, by=citizen)
    again = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    assert (again.id, again.state) == (first.id, "cancelled")
    assert await booked_and_live(slot) == (0, 0)


async def test_a_key_with_another_body_is_refused():
    citizen, slot, other = await a_citizen(), await a_slot(), await a_slot()
    await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    with pytest.raises(KeyReused):
        await booking.reserve(slot_id=other.id, by=citizen, key="one")
    assert await booked_and_live(other) == (0, 0)
    for key in ("", "k" * 81):
        with pytest.raises(KeyInvalid):
            await booking.reserve(slot_id=other.id, by=citizen, key=key)


async def test_two_citizens_may_use_the_same_key():
    slot = await a_slot(capacity=2)
    for citizen in await citizens(2):
        await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    assert await booked_and_live(slot) == (2, 2)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"released_ago": timedelta(seconds=-60)}, NotYetReleased),
        ({"starts_in": timedelta(seconds=-1)}, SlotClosed),
        ({"state": "suspended"}, SlotSuspended),
        ({"state": "withdrawn"}, SlotSuspended),
        ({"capacity": 0}, SlotFull),
    ],
)
async def test_the_refusal_says_why(given, refusal):
    slot = await a_slot(**given)
    with pytest.raises(refusal):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    assert await booked_and_live(slot) == (0, 0)
    assert not await AuditRow.all().exists()
    assert not await told("BookingConfirmed")


async def test_a_slot_not_yet_released_says_when():
    slot = await a_slot(released_ago=timedelta(hours=-1))
    with pytest.raises(NotYetReleased) as refused:
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    assert refused.value.detail == {"release_at": slot.release_at.isoformat()}


async def test_the_clock_of_the_database_decides_not_ours():
    slot = await a_slot(released_ago=timedelta(hours=-1))
    with clock.shifted(timedelta(hours=2)), pytest.raises(NotYetReleased):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")


async def test_no_slot_no_booking():
    with pytest.raises(SlotNotFound):
        await booking.reserve(slot_id=404, by=await a_citizen(), key="one")
    slot = await a_slot(of=await a_type(active=False))
    with pytest.raises(SlotNotFound):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")


async def test_a_type_may_ask_for_a_real_name():
    stranger = await a_citizen(verified=False)
    with pytest.raises(RealNameNeeded):
        await booking.reserve(slot_id=(await a_slot()).id, by=stranger, key="one")
    free = await a_slot(of=await a_type(real_name_needed=False))
    assert (await booking.reserve(slot_id=free.id, by=stranger, key="two")).citizen_id == stranger.number


async def test_only_a_citizen_who_is_there_books():
    slot, gone = await a_slot(), await a_citizen(verified=False)
    await Citizen.filter(id=gone.number).update(state="deleted")
    with pytest.raises(NotSignedIn):
        await booking.reserve(slot_id=slot.id, by=gone, key="one")
    with pytest.raises(Forbidden):
        await booking.reserve(slot_id=slot.id, by=STAFF, key="one")


async def test_one_live_booking_per_person_type_and_day():
    citizen, business = await a_citizen(), await a_type()
    first, second = await slots_of_one_day(2, of=business)
    held = await booking.reserve(slot_id=first.id, by=citizen, key="one")
    with pytest.raises(AlreadyBookedThatDay):
        await booking.reserve(slot_id=second.id, by=citizen, key="two")
    await booking.cancel(code=held.code, by=citizen)
    assert (await booking.reserve(slot_id=second.id, by=citizen, key="three")).slot_id == second.id


async def test_limits_of_a_day_and_overall():
    citizen = await a_citizen()
    for n in range(3):
        await booking.reserve(slot_id=(await a_slot()).id, by=citizen, key=f"day {n}")
    with pytest.raises(TooManyBookings) as refused:
        await booking.reserve(slot_id=(await a_slot()).id, by=citizen, key="day 4")
    assert refused.value.detail == {
        "limit": "that_day", "most": 3, "window": "day", "rule": "同一天的预约最多 3 个"
    }  # fmt: skip
    for n in range(2):
        slot = await a_slot(starts_in=timedelta(days=3))
        await booking.reserve(slot_id=slot.id, by=citizen, key=f"other {n}")
    with pytest.raises(TooManyBookings) as refused:
        await booking.reserve(slot_id=(await a_slot(starts_in=timedelta(days=4))).id, by=citizen, key="sixth")
    assert refused.value.detail == {
        "limit": "overall", "most": 5, "window": "live", "rule": "未办结的预约最多 5 个"
    }  # fmt: skip


async def test_limits_are_data():
    await limits.change(kind="overall", most=1, by=STAFF)
    assert await limits.current() == {"overall": 1, "that_day": 3}
    citizen = await a_citizen()
    await booking.reserve(slot_id=(await a_slot()).id, by=citizen, key="one")
    with pytest.raises(TooManyBookings):
        await booking.reserve(slot_id=(await a_slot(starts_in=timedelta(days=5))).id, by=citizen, key="two")
    with pytest.raises(LimitInvalid):
        await limits.change(kind="overall", most=0, by=STAFF)


async def test_cancelling_frees_the_place_once():
    citizen, slot = await a_citizen(), await a_slot()
    held = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    assert (await booking.cancel(code=held.code, by=citizen)).state == "cancelled"
    assert (await booking.cancel(code=held.code, by=citizen)).state == "cancelled"
    assert await booked_and_live(slot) == (0, 0)
    assert len(await told("BookingCancelled")) == 1
    assert await AuditRow.filter(action="booking.cancelled").count() == 1
    assert (await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="next")).state == "booked"


async def test_a_citizen_cancels_in_time_the_office_also_later():
    citizen, slot = await a_citizen(), await a_slot(starts_in=timedelta(minutes=100))  # cancel_minutes is 120
    held = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    with pytest.raises(TooLateToCancel):
        await booking.cancel(code=held.code, by=citizen)
    assert await booked_and_live(slot) == (1, 1)
    with pytest.raises(ReasonNeeded):
        await booking.cancel(code=held.code, by=STAFF, reason=" ")
    assert (await booking.cancel(code=held.code, by=STAFF, reason="设备故障")).state == "office_cancelled"
    assert await booked_and_live(slot) == (0, 0)
    (event,) = await told("BookingCancelled")
    assert event["by_office"] is True
    assert event["reason"] == "设备故障"
    with pytest.raises(CannotCancel):
        await booking.cancel(code=held.code, by=citizen)


async def test_another_persons_booking_is_not_found():
    held = await booking.reserve(slot_id=(await a_slot()).id, by=await a_citizen(), key="one")
    other = await a_citizen()
    with pytest.raises(BookingNotFound):
        await booking.find(code=held.code, for_=other)
    with pytest.raises(BookingNotFound):
        await booking.cancel(code=held.code, by=other)
    assert await booking.of(other) == []
    assert (await booking.find(code=held.code.lower(), for_=STAFF)).id == held.id


async def test_my_bookings():
    citizen, hall = await a_citizen(), await a_hall()
    early = await a_slot(of=await a_type(hall=hall))
    late = await a_slot(starts_in=timedelta(days=4))
    for slot in (early, late):
        await booking.reserve(slot_id=slot.id, by=citizen, key=str(slot.id))
    mine = await booking.of(citizen)
    assert [one.slot_id for one in mine] == [late.id, early.id]
    assert mine[1].hall_name == hall.name
    await booking.cancel(code=mine[0].code, by=citizen)
    assert [one.slot_id for one in await booking.of(citizen, live=True)] == [early.id]
    assert [one.slot_id for one in await booking.of(citizen, live=False)] == [late.id]


async def test_a_failing_event_leaves_nothing(monkeypatch):
    """Place, booking, audit and event are one: when the outbox refuses, all is as before."""
    slot = await a_slot()
    monkeypatch.setattr("foundation.events.deferral", lambda event: (None, None, None, None, "{}", None))
    with pytest.raises(Exception, match="null value"):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    assert await booked_and_live(slot) == (0, 0)
    assert not await Appointment.all().exists()


async def test_the_database_has_the_last_word_on_places():
    slot = await a_slot(capacity=1)
    with pytest.raises(Exception, match="slot_booked_within_capacity"):
        await database.execute("update slot set booked = 2 where id = $1", slot.id)
    with pytest.raises(Exception, match="slot_booked_within_capacity"):
        await database.execute("update slot set booked = -1 where id = $1", slot.id)


async def test_codes_do_not_count_up():
    slot = await a_slot(capacity=3)
    codes = [(await booking.reserve(slot_id=slot.id, by=one, key="k")).code for one in await citizens(3)]
    assert len({code[:4] for code in codes}) == 3


async def test_nobody_else_reads_by_actor_kind():
    held = await booking.reserve(slot_id=(await a_slot()).id, by=await a_citizen(), key="one")
    assert (await booking.find(code=held.code, for_=Actor.system("reminders"))).code == held.code


async def test_waiting_too_long_says_try_again(monkeypatch):
    async def waited(*_: object, **__: object):
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    async def busy(citizen_ids):
        return {}

    monkeypatch.setattr("appointments.seats.number_the_free", busy)
    monkeypatch.setattr("appointments.seats.lock_and_number", waited)
    with pytest.raises(TooBusy) as refused:
        await booking.reserve(slot_id=(await a_slot()).id, by=await a_citizen(), key="one")
    assert refused.value.retry_after == 2
