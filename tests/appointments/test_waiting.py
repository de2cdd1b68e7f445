from datetime import timedelta

import pytest

from appointments import board, booking, kiosks, passing, waiting, windows
from appointments.errors import BookingNotFound
from appointments.hall_errors import KioskNotFound, KioskUnknown, KioskUnnamed, NotInLine
from appointments.hall_models import Kiosk, Ticket
from appointments.waiting import ASSUMED, Pace
from catalogue.models import Department, Hall
from foundation import clock, database
from foundation.actor import Actor
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, a_type, on_the_day
from tests.builders.appointments import waiting as queue_of
from tests.builders.hall_queue import a_department, a_walk_in, next_at, serve

pytestmark = pytest.mark.usefixtures("db")


async def visits(hall: Hall, department: Department, *, minutes: list[int], days_ago: int = 0) -> None:
    """Visits that took so long, long enough ago that nobody is at work because of them."""
    for n, taken in enumerate(minutes):
        await a_walk_in(hall, department)
        call = await next_at(hall, f"old {days_ago}-{n}")
        await database.execute(
            """update ticket set state = 'finished', day = day - $2::int, called_at = $3::timestamptz,
                      finished_at = $3::timestamptz + make_interval(mins => $4), number = 'W9' || id, turn = null
                where id = $1""",
            call.ticket_id, days_ago, clock.now() - timedelta(hours=2), taken,
        )  # fmt: skip


async def test_the_range_comes_from_the_visits_of_today() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    assert await waiting.pace(hall.id, department.id) == Pace(*ASSUMED, windows=1)
    await visits(hall, department, minutes=[30] * 8, days_ago=3)
    assert await waiting.pace(hall.id, department.id) == Pace(30, 30, 30, windows=1)
    await visits(hall, department, minutes=[4, 6, 8, 10])
    assert (await waiting.pace(hall.id, department.id)).middle == 30  # four visits are not enough
    await visits(hall, department, minutes=[12])
    assert await waiting.pace(hall.id, department.id) == Pace(6, 8, 10, windows=1)


async def test_visits_of_another_department_count_only_where_windows_are_shared() -> None:
    hall = await a_hall()
    police, taxes = await a_department(hall=hall), await a_department(hall=hall)
    await visits(hall, taxes, minutes=[40] * 5)
    assert (await waiting.pace(hall.id, police.id)).middle == 40
    await windows.assign(hall_code=hall.code, window="1", department_codes=[police.code], by=STAFF)
    assert (await waiting.pace(hall.id, police.id)).middle == ASSUMED[1]


def test_more_windows_shorten_the_wait() -> None:
    assert Pace(6, 10, 15, windows=1).wait(4) == (24, 75)
    assert Pace(6, 10, 15, windows=3).wait(4) == (8, 25)
    assert Pace(6, 10, 15, windows=1).wait(0) == (0, 15)


async def test_ones_own_place_moves_up_until_the_call() -> None:
    first, second = await queue_of(2, of=await a_type())
    me = Actor.citizen(second.citizen_id)
    hall = await Hall.get(id=second.hall_id)
    with on_the_day(first):
        place = await waiting.of_booking(code=second.code, for_=me)
        assert (place.number, place.state, place.ahead, place.window) == ("A002", "waiting", 1, None)
        assert place.estimate_from == clock.now() + timedelta(minutes=6)
        assert place.estimate_to == clock.now() + timedelta(minutes=30)
        await serve(hall, "3")
        assert (await waiting.of_booking(code=second.code, for_=me)).ahead == 0
        await next_at(hall, "4")
        place = await waiting.of_booking(code=second.code, for_=me)
        assert (place.state, place.ahead, place.window, place.estimate_to) == ("called", None, "4", None)


async def test_the_place_is_ones_own_and_begins_at_the_check_in() -> None:
    held, citizen, _ = await a_held_place()
    with pytest.raises(NotInLine):
        await waiting.of_booking(code=held.code, for_=citizen)
    with pytest.raises(BookingNotFound):
        await waiting.of_booking(code=held.code, for_=await a_citizen())


async def test_who_is_sent_to_a_window_stands_behind_those_sent_there() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    drawn = [await a_walk_in(hall, department) for _ in range(3)]
    for one in drawn[1:]:
        await passing.transfer(ticket_id=one.ticket_id, hall_code=hall.code, to_window="5", by=STAFF)
    assert [(await waiting.of_ticket(one.ticket_id)).ahead for one in drawn] == [0, 0, 1]


async def test_the_screen_shows_numbers_and_no_names() -> None:
    first, second = await queue_of(2, of=await a_type())
    hall = await Hall.get(id=first.hall_id)
    with on_the_day(first):
        await next_at(hall, "3")
        screen = await board.screen(hall_code=hall.code)
        assert [(one.number, one.window) for one in screen.calls] == [("A001", "3")]
        assert (screen.next, screen.waiting) == (["A002"], 1)
        assert [(one.department, one.waiting) for one in screen.queues] == [("公安窗口", 1)]
        assert "张" not in str(screen)
        seen = await board.of_hall(hall_code=hall.code)
        assert [(one.number, one.name, one.kind_name) for one in seen.called + seen.waiting] == [
            ("A001", "张*", "预约"), ("A002", "张*", "预约"),
        ]  # fmt: skip
    assert (await booking.by_id(second.id)).state == "checked_in"


async def test_a_kiosk_is_known_by_its_key_until_it_is_revoked() -> None:
    hall, other = await a_hall(), await a_hall()
    made = await kiosks.set_up(hall_code=hall.code, name=" 一楼东侧 ", by=STAFF)
    known = await kiosks.known(key=made.key)
    assert (known.hall_code, str(known.actor)) == (hall.code, f"system:kiosk:{made.id}")
    assert made.key not in str(await database.fetch("select * from kiosk"))
    assert made.key not in str(await database.fetch("select * from audit_row"))
    for wrong in ("", made.key[:-1], made.key + "x"):
        with pytest.raises(KioskUnknown):
            await kiosks.known(key=wrong)
    with pytest.raises(KioskNotFound):
        await kiosks.revoke(kiosk_id=made.id, hall_code=other.code, by=STAFF)
    for _ in range(2):
        await kiosks.revoke(kiosk_id=made.id, hall_code=hall.code, by=STAFF)
    with pytest.raises(KioskUnknown):
        await kiosks.known(key=made.key)
    assert [(one.name, one.revoked_at is None) for one in await kiosks.of_hall(hall_code=hall.code)] == [
        ("一楼东侧", False)
    ]
    assert await AuditRow.filter(subject=f"kiosk:{made.id}").count() == 2
    with pytest.raises(KioskUnnamed):
        await kiosks.set_up(hall_code=hall.code, name=" ", by=STAFF)
    assert await Kiosk.all().count() == 1
    assert await Ticket.all().count() == 0
