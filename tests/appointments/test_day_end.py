from datetime import timedelta

import pytest

from appointments import booking, calling, checkin, day_end, jobs
from appointments.errors import CannotCheckIn
from appointments.models import Slot
from foundation import clock
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_held_place, a_type, booked_and_live, on_the_day, told, waiting

pytestmark = pytest.mark.usefixtures("db")


async def test_the_day_ends():
    absent, citizen, slot = await a_held_place()
    served, unserved = await waiting(2, of=await a_type())
    with on_the_day(served):
        await calling.next_ticket(hall_code=served.hall_code, window="1", by=STAFF)
    with clock.frozen(absent.starts_at + timedelta(days=1)):
        marked = await day_end.close_until(clock.today(), by=jobs.NIGHT)
        assert marked == {"no_show": 1, "unserved": 1, "finished": 1}
        assert await day_end.close_until(clock.today(), by=jobs.NIGHT) == {"no_show": 0, "unserved": 0, "finished": 0}
    assert (await booking.by_id(absent.id)).state == "no_show"
    assert (await booking.by_id(unserved.id)).state == "unserved"
    assert (await booking.by_id(unserved.id)).ticket_state == "dropped"
    assert (await booking.by_id(served.id)).state == "finished"
    for slot_id in (slot.id, served.slot_id):
        assert await booked_and_live(await Slot.get(id=slot_id)) == (0, 0)
    (missed,) = await told("VisitMissed")
    assert (missed["appointment_id"], missed["citizen_id"]) == (absent.id, citizen.number)
    assert [one["appointment_id"] for one in await told("VisitFinished")] == [served.id]
    assert (await AuditRow.get(action="booking.no_show")).actor == "system:appointments.night"


async def test_today_is_not_over():
    held, _, _ = await a_held_place()
    with clock.frozen(held.starts_at + timedelta(hours=8)):
        await jobs.end_the_day()
    assert (await booking.by_id(held.id)).state == "booked"


async def test_a_check_in_in_the_last_second_wins():
    held, _, _ = await a_held_place()
    with on_the_day(held):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
    assert not await day_end._close(held.id, "booked", by=jobs.NIGHT)
    assert (await booking.by_id(held.id)).state == "checked_in"


async def test_after_the_day_nobody_checks_in():
    held, _, _ = await a_held_place()
    with clock.frozen(held.starts_at + timedelta(days=1)):
        await jobs.end_the_day()
    with on_the_day(held), pytest.raises(CannotCheckIn):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
