from contextlib import contextmanager
from datetime import timedelta

import pytest

from appointments import booking, checkin
from appointments.errors import (
    AlreadyCheckedIn,
    BookingNotFound,
    CannotCheckIn,
    CheckInCodeStale,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
    WrongDay,
    WrongHall,
)
from foundation import clock, settings
from foundation.errors import Forbidden
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_held_place, booked_and_live, told

pytestmark = pytest.mark.usefixtures("db")


@contextmanager
def before_the_visit(held, minutes):
    with clock.frozen(held.starts_at - timedelta(minutes=minutes)):
        yield


async def test_the_code_on_the_phone_becomes_a_ticket():
    held, citizen, slot = await a_held_place()
    with before_the_visit(held, 10):
        shown = await checkin.code_for(code=held.code, by=citizen)
        drawn = await checkin.scan(scanned=shown.text, hall_code=held.hall_code, by=STAFF)
    assert (drawn.number, drawn.ahead, drawn.booking.state) == ("A001", 0, "checked_in")
    assert drawn.booking.ticket_number == "A001"
    assert await booked_and_live(slot) == (1, 1)
    (event,) = await told("CheckedIn")
    assert event["appointment_id"] == held.id
    assert (await AuditRow.get(action="booking.checked_in")).actor == str(STAFF)


async def test_the_code_lives_for_this_step_and_the_next():
    held, citizen, _ = await a_held_place()
    with before_the_visit(held, 10):
        shown = await checkin.code_for(code=held.code, by=citizen)
    assert timedelta() < shown.refresh_at - (held.starts_at - timedelta(minutes=10)) <= timedelta(seconds=60)
    with clock.frozen(shown.refresh_at + timedelta(seconds=60)), pytest.raises(CheckInCodeStale):
        await checkin.scan(scanned=shown.text, hall_code=held.hall_code, by=STAFF)
    with clock.frozen(shown.refresh_at + timedelta(seconds=59)):
        assert (await checkin.scan(scanned=shown.text, hall_code=held.hall_code, by=STAFF)).number == "A001"


async def test_a_code_is_accepted_while_keys_rotate(settings_env):
    from dataclasses import replace

    held, citizen, _ = await a_held_place()
    old = settings_env.secrets.fingerprint_keys
    with before_the_visit(held, 10):
        shown = await checkin.code_for(code=held.code, by=citizen)
        secrets = replace(settings_env.secrets, fingerprint_keys=f"new:{'ab' * 16},{old}")
        settings.use(replace(settings_env, secrets=secrets))
        assert (await checkin.code_for(code=held.code, by=citizen)).text != shown.text
        assert await checkin.scan(scanned=shown.text, hall_code=held.hall_code, by=STAFF)


@pytest.mark.parametrize("scanned", ["", "ABCDE", "ABCDE.", "HELD.0000000000000000", "HELD.签到"])
async def test_a_made_up_code_is_refused(scanned):
    held, _, _ = await a_held_place()
    with before_the_visit(held, 10), pytest.raises(CheckInCodeStale):
        await checkin.scan(scanned=scanned.replace("HELD", held.code), hall_code=held.hall_code, by=STAFF)


async def test_a_code_is_for_its_own_booking_and_its_own_citizen():
    held, citizen, _ = await a_held_place()
    other, _, _ = await a_held_place()
    with before_the_visit(held, 10):
        signature = (await checkin.code_for(code=held.code, by=citizen)).text.split(".")[1]
        with pytest.raises(CheckInCodeStale):
            await checkin.scan(scanned=f"{other.code}.{signature}", hall_code=other.hall_code, by=STAFF)
        with pytest.raises(BookingNotFound):
            await checkin.code_for(code=held.code, by=await a_citizen())


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [(31, TooEarlyToCheckIn), (-16, TooLateToCheckIn), (24 * 60, WrongDay), (-24 * 60, WrongDay)],
)
async def test_too_early_too_late_another_day(minutes, refusal):
    held, _, _ = await a_held_place()
    with before_the_visit(held, minutes), pytest.raises(refusal):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)


@pytest.mark.parametrize("minutes", [30, -15])
async def test_the_first_and_the_last_minute(minutes):
    held, _, _ = await a_held_place()
    with before_the_visit(held, minutes):
        assert await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)


async def test_wrong_hall_twice_cancelled_and_by_oneself():
    held, citizen, _ = await a_held_place()
    with before_the_visit(held, 5):
        with pytest.raises(WrongHall):
            await checkin.admit(code=held.code, hall_code="elsewhere", by=STAFF)
        with pytest.raises(Forbidden):
            await checkin.admit(code=held.code, hall_code=held.hall_code, by=citizen)
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
        with pytest.raises(AlreadyCheckedIn) as refused:
            await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
        assert refused.value.detail == {"number": "A001"}
        with pytest.raises(CannotCheckIn):
            await checkin.code_for(code=held.code, by=citizen)
    gone, citizen, _ = await a_held_place()
    await booking.cancel(code=gone.code, by=citizen)
    with before_the_visit(gone, 5), pytest.raises(CannotCheckIn):
        await checkin.admit(code=gone.code, hall_code=gone.hall_code, by=STAFF)


@pytest.mark.parametrize(
    "as_typed",
    [
        lambda text: f" {text[:4].lower()} {text[4:].lower()}\n",
        lambda text: "".join(chr(ord(one) + 0xFEE0) for one in text),  # full-width, as a Chinese input method types
        lambda text: text.replace(".", "。"),
    ],
)
@pytest.mark.parametrize("from_the_phone", [True, False])
async def test_a_code_is_read_however_it_reaches_the_counter(as_typed, from_the_phone):
    held, citizen, _ = await a_held_place()
    with before_the_visit(held, 10):
        shown = (await checkin.code_for(code=held.code, by=citizen)).text if from_the_phone else held.code
        text = as_typed(shown)
        assert checkin.is_scanned(text) is from_the_phone
        present = (
            checkin.scan(scanned=text, hall_code=held.hall_code, by=STAFF)
            if from_the_phone
            else checkin.admit(code=text, hall_code=held.hall_code, by=STAFF)
        )
        assert (await present).number == "A001"
