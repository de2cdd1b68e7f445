"""What a visitor shows at the desk, and which booking of the day it is."""

from datetime import UTC, datetime, time, timedelta

import pytest

from appointments import at_the_desk, booking, checkin
from appointments.errors import CheckInCodeStale, TooLateToCheckIn, WrongDay, WrongHall
from appointments.hall_errors import NoBookingToday
from foundation import clock
from foundation.actor import Actor
from identity.errors import NumberFault
from tests.builders import identity
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, a_slot, a_type, on_the_day

pytestmark = pytest.mark.usefixtures("db")


async def somebody() -> tuple[Actor, str]:
    number = identity.id_number()
    return Actor.citizen((await identity.citizen(number=number)).id), number


async def shows(shown: str, hall: str, **more):
    return await at_the_desk.check_in(shown=shown, hall_code=hall, by=STAFF, **more)


async def test_the_code_on_the_phone_the_booking_code_or_the_document():
    of = await a_type()
    for way in ("phone", "code", "document"):
        citizen, number = await somebody()
        held, _, _ = await a_held_place(slot=await a_slot(of=of, starts_at=at_nine()), by=citizen)
        with on_the_day(held):
            shown = {
                "phone": (await checkin.code_for(code=held.code, by=citizen)).text,
                "code": held.code.lower(),
                "document": f" {number[:6]} {number[6:14]}-{number[14:]} ".lower(),
            }[way]
            assert (await shows(shown, held.hall_code)).booking.id == held.id
        of = await a_type(hall=await of.hall)  # one slot of a type begins at a moment


def at_nine() -> datetime:
    return datetime.combine(clock.today() + timedelta(days=2), time(9), clock.SHANGHAI)


async def test_a_mistyped_number_is_named_and_anothers_finds_nothing():
    citizen, number = await somebody()
    held, _, _ = await a_held_place(by=citizen)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    with on_the_day(held):
        with pytest.raises(NumberFault):
            await shows(wrong, held.hall_code)
        with pytest.raises(NoBookingToday):
            await shows(identity.id_number(), held.hall_code)
        with pytest.raises(CheckInCodeStale):
            await shows(f"{held.code}.0123456789abcdef", held.hall_code)


async def test_a_document_lets_in_late_and_first_as_staff_say():
    citizen, number = await somebody()
    held, _, _ = await a_held_place(by=citizen)
    with clock.frozen(held.starts_at + timedelta(hours=1)):
        with pytest.raises(TooLateToCheckIn):
            await shows(number, held.hall_code)
        assert (await shows(number, held.hall_code, late=True)).number == "L001"
    citizen, number = await somebody()
    held, _, _ = await a_held_place(by=citizen)
    with on_the_day(held):
        assert (await shows(number, held.hall_code, priority="elderly")).number == "P001"


@pytest.mark.parametrize(
    ("hour", "minute", "checked_in"), [(8, 45, 0), (9, 10, 0), (10, 0, 1), (10, 55, 1), (11, 10, 1), (12, 0, None)]
)
async def test_of_two_bookings_of_the_day_it_is_the_one_whose_time_it_is(hour, minute, checked_in):
    """At nine and at eleven, each from half an hour before to a quarter after; between them it is the next."""
    hall, (citizen, number), nine = await a_hall(), await somebody(), at_nine()
    held = []
    for hours in (0, 2):
        of = await a_type(hall=hall, check_in_early_minutes=30 if hours == 0 else 60)
        slot = await a_slot(of=of, starts_at=nine + timedelta(hours=hours))
        held.append(await booking.reserve(slot_id=slot.id, by=citizen, key=f"at {hours}"))
    with clock.frozen(nine.replace(hour=hour, minute=minute)):
        if checked_in is None:
            with pytest.raises(TooLateToCheckIn):
                await shows(number, hall.code)
        else:
            assert (await shows(number, hall.code)).booking.id == held[checked_in].id


async def test_another_persons_code_is_another_persons_visit():
    """Nobody but its holder gets its rotating code; the booking code names its own hall and no other."""
    held, _, _ = await a_held_place()
    with on_the_day(held), pytest.raises(booking.BookingNotFound):
        await checkin.code_for(code=held.code, by=await a_citizen())
    with on_the_day(held), pytest.raises(WrongHall) as wrong:
        await shows(held.code, (await a_hall()).code)
    assert wrong.value.detail == {"hall_name": held.hall_name}


async def test_around_midnight_a_day_is_a_day_in_shanghai():
    """A slot half an hour after midnight is of the new day, although it is yesterday in UTC."""
    of, citizen = await a_type(check_in_late_minutes=60), await a_citizen()
    midnight = datetime.combine(clock.today() + timedelta(days=3), time(0), clock.SHANGHAI)
    last = await a_slot(of=of, starts_at=midnight - timedelta(minutes=15))
    first = await a_slot(of=of, starts_at=midnight + timedelta(minutes=30))
    assert (first.day - last.day).days == 1
    assert first.starts_at.astimezone(UTC).date() == last.day
    evening = await booking.reserve(slot_id=last.id, by=citizen, key="last")  # two days: one booking each
    morning = await booking.reserve(slot_id=first.id, by=citizen, key="first")
    with clock.frozen(midnight - timedelta(minutes=1)):
        assert (await shows(evening.code, evening.hall_code)).number == "A001"
    with clock.frozen(midnight + timedelta(minutes=1)):
        assert (await shows(morning.code, morning.hall_code)).number == "A001"  # numbers begin anew
    other = await booking.reserve(slot_id=(await a_slot(of=of, starts_at=last.starts_at - timedelta(minutes=5))).id,
                                  by=await a_citizen(), key="late")  # fmt: skip
    with clock.frozen(midnight + timedelta(minutes=1)), pytest.raises(WrongDay):
        await shows(other.code, other.hall_code)
