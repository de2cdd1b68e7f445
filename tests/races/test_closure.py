"""Closures while people book, slots are made and workers work. Each control turns one lock or rule off and fails."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from appointments import booking, closure, closure_span, closure_work, limits, rebook_places, rebooking, schedule, seats
from appointments.closure_errors import RebookOver
from appointments.errors import SlotSuspended
from appointments.models import Appointment, Slot
from foundation import clock, database
from foundation.models import WorkdayOverride
from tests.builders.appointments import STAFF, a_citizen, a_type, amiss, booked_and_live, citizens, told
from tests.builders.closures import EVERY_DAY, Shut, announced, morning, notices, whole_day
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def second_waits_for_first(first: Callable[[], Awaitable[Any]], second: Callable[[], Awaitable[Any]]) -> Any:
    """`first` has done its work and has not committed when `second` begins; what each gave, or its fault."""
    begun = asyncio.Event()

    async def works() -> Any:
        async with database.transaction():
            done = await first()
            begun.set()
            await until_somebody_waits(following)
        return done

    async def follows() -> Any:
        await begun.wait()
        return await second()

    following = asyncio.create_task(follows())
    return await asyncio.gather(works(), following, return_exceptions=True)


async def booked_while_closing() -> tuple[Any, int]:
    """A reservation has its place and has not committed when the hall closes; how many were noticed."""
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1)
    who = await a_citizen()
    held, made = await second_waits_for_first(
        lambda: booking.reserve(slot_id=slot.id, by=who, key="just now"),
        lambda: closure.announce(span=whole_day(of), reason="台风", by=STAFF),
    )
    return held, len(await notices(made))


async def test_who_booked_in_the_last_moment_is_found():
    held, noticed = await booked_while_closing()
    assert (held.state, noticed) == ("booked", 1)


async def test_control_reading_the_bookings_before_the_slots_are_locked_forgets_somebody(monkeypatch):
    async def stop_what_is_not_locked(slot_ids, *, of):
        await database.joined().execute(
            """update slot set state = 'suspended', closure_id = $2
                where id in (select id from slot where id = any($1) for update skip locked)""",
            slot_ids,
            of.id,
        )

    monkeypatch.setattr(closure_span, "stop", stop_what_is_not_locked)
    held, noticed = await booked_while_closing()
    assert (held.state, noticed) == ("booked", 0)


async def test_a_reservation_on_its_way_is_refused():
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1)
    who = await a_citizen()
    made, refused = await second_waits_for_first(
        lambda: closure.announce(span=whole_day(of), reason="台风", by=STAFF),
        lambda: booking.reserve(slot_id=slot.id, by=who, key="on its way"),
    )
    assert isinstance(refused, SlotSuspended)
    assert await notices(made) == []
    assert await booked_and_live(slot) == (0, 0)


async def test_in_a_rush_everybody_is_either_refused_or_noticed():
    of = await a_type()
    slots = await morning(of, days=2, number=4, capacity=6)
    crowd = await citizens(24)
    done = await asyncio.gather(
        *(booking.reserve(slot_id=slots[n % 4].id, by=who, key="rush") for n, who in enumerate(crowd[:12])),
        closure.announce(span=whole_day(of), reason="台风", by=STAFF),
        *(booking.reserve(slot_id=slots[n % 4].id, by=who, key="rush") for n, who in enumerate(crowd[12:])),
        return_exceptions=True,
    )
    made = done.pop(12)
    got = [one for one in done if not isinstance(one, BaseException)]
    assert {type(one) for one in done if isinstance(one, BaseException)} <= {SlotSuspended}
    assert len(await notices(made)) == len(got)
    await closure_work.work_through(closure_id=made.id)
    assert await Appointment.filter(state="booked").count() == 0
    assert await amiss() == []


async def closed_while_slots_are_made() -> set[str]:
    """The generator has made a day's slots and has not committed when the day is closed."""
    of = await a_type()
    day = whole_day(of).starts_at.date()
    await WorkdayOverride.create(day=day, is_workday=True, reason="测试", set_by="test")
    await schedule.create(type_id=of.id, periods=EVERY_DAY, effective_from=clock.today(), by=STAFF)
    await second_waits_for_first(
        lambda: schedule.generate(type_id=of.id, start=day, end=day, by=STAFF),
        lambda: closure.announce(span=whole_day(of), reason="台风", by=STAFF),
    )
    return {one.state for one in await Slot.filter(type=of)}


async def test_slots_made_in_the_last_moment_are_stopped():
    assert await closed_while_slots_are_made() == {"suspended"}


async def test_control_without_the_types_lock_slots_open_under_a_closure(monkeypatch):
    monkeypatch.setattr(closure_span, "LOCK_TYPES", "select $1::bigint[]")
    assert await closed_while_slots_are_made() == {"open"}


async def handled_twice() -> tuple[Shut, Any]:
    """One worker has handled somebody and has not committed when another takes the same notice; what it came to."""
    shut = await announced()
    (notice,) = await notices(shut.closure)
    first, second = await second_waits_for_first(
        lambda: closure_work.handle(notice.id), lambda: closure_work.handle(notice.id)
    )
    assert first is True
    return shut, second


async def test_two_workers_offer_once():
    shut, second = await handled_twice()
    assert second is False
    offer = await shut.offer()
    assert (offer.offer, offer.held is not None) == ("open", True)
    assert len(await told("BookingCancelled")) == len(await told("RebookOffered")) == 1
    assert await amiss() == []


async def test_control_without_the_persons_lock_only_the_database_stops_the_second(monkeypatch):
    async def nobody(*_: int) -> None: ...

    monkeypatch.setattr(limits, "lock_persons", nobody)
    _, second = await handled_twice()
    assert isinstance(second, asyncpg.UniqueViolationError)
    assert await amiss() == []


async def test_two_runs_at_once_do_everything_once():
    shut = await announced(people=12, later=8)
    work = [closure_work.work_through(closure_id=shut.closure.id) for _ in range(3)]
    await asyncio.gather(*work)
    assert len(await told("BookingCancelled")) == 12
    assert [one.offer for one in await notices(shut.closure)] == ["open"] * 12
    assert await Appointment.filter(state="held").count() == 12
    assert await amiss() == []


async def called_off_while_somebody_is_handled(monkeypatch: pytest.MonkeyPatch) -> Shut:
    """A worker has begun with somebody when the closure is withdrawn."""
    shut = await announced()
    (notice,) = await notices(shut.closure)
    begun, suggested = asyncio.Event(), rebook_places.suggested

    async def waits(*args: Any, **more: Any) -> Any:
        begun.set()
        await until_somebody_waits(calling_off)
        return await suggested(*args, **more)

    async def calls_off() -> None:
        await begun.wait()
        await closure.withdraw(closure_id=shut.closure.id, by=STAFF)

    monkeypatch.setattr(rebook_places, "suggested", waits)
    calling_off = asyncio.create_task(calls_off())
    await asyncio.gather(closure_work.handle(notice.id), calling_off)
    return shut


async def test_whom_a_worker_has_in_hand_is_told_all_or_nothing(monkeypatch):
    shut = await called_off_while_somebody_is_handled(monkeypatch)
    assert (await shut.offer()).open
    assert (await booking.by_id(shut.bookings[0].id)).state == "office_cancelled"
    assert await amiss() == []


async def test_control_without_the_closures_lock_somebody_is_cancelled_and_not_told(monkeypatch):
    monkeypatch.setattr(closure_work, "LOCK_CLOSURE", "select * from closure where id = $1")
    shut = await called_off_while_somebody_is_handled(monkeypatch)
    assert (await booking.by_id(shut.bookings[0].id)).state == "office_cancelled"
    assert await rebooking.after(shut.bookings[0].id) is None
    assert await amiss() != []


async def accepted_in_the_last_moment() -> tuple[Any, Shut]:
    """The offer was accepted in time and has not committed when its deadline passes and it is about to lapse."""
    shut = await announced(worked=True)
    offer = await shut.offer()
    soon = "update closure_notice set offered_until = clock_timestamp() + interval '1 second' where id = $1"
    await database.execute(soon, offer.notice_id)

    async def accepts() -> Any:
        booked = await rebooking.accept(code=offer.code, by=shut.people[0])
        over = "select offered_until <= clock_timestamp() from closure_notice where id = $1"
        async with asyncio.timeout(10):
            while not await database.fetchval(over, offer.notice_id):
                await asyncio.sleep(0.02)
        return booked

    booked, _ = await second_waits_for_first(accepts, rebooking.lapse)
    return booked, shut


async def test_accepted_is_not_lapsed():
    booked, shut = await accepted_in_the_last_moment()
    assert (await booking.by_id(booked.id)).state == "booked"
    assert (await shut.offer()).offer == "accepted"
    assert await amiss() == []


async def test_control_without_compare_and_set_the_booking_is_lost(monkeypatch):
    whatever = "update appointment set state = $2 where id = $1 and $3::text[] is not null and $4::timestamptz is null"
    monkeypatch.setattr(seats, "GIVE_BACK", f"{whatever} returning slot_id")
    booked, _ = await accepted_in_the_last_moment()
    assert (await booking.by_id(booked.id)).state == "lapsed"


async def test_lapsed_is_not_accepted():
    shut = await announced(worked=True)
    offer = await shut.offer()
    await database.execute("update closure_notice set offered_until = clock_timestamp() where id = $1", offer.notice_id)
    lapsed, refused = await second_waits_for_first(
        rebooking.lapse, lambda: rebooking.accept(code=offer.code, by=shut.people[0])
    )
    assert (lapsed, isinstance(refused, RebookOver)) == (1, True)
    assert await amiss() == []


async def test_the_last_place_goes_to_one_of_two_who_choose_it():
    shut = await announced(people=2, later=0, worked=True)
    (slot,) = await morning(shut.of, days=5, number=1, capacity=1)
    codes = [(await shut.offer(n)).code for n in range(2)]
    wanted = {"slot_id": slot.id, "type_id": shut.of.id}
    work = [rebooking.choose(code=code, by=who, **wanted) for code, who in zip(codes, shut.people, strict=True)]
    done = await asyncio.gather(*work, return_exceptions=True)
    assert sorted(isinstance(one, BaseException) for one in done) == [False, True]
    assert await booked_and_live(slot) == (1, 1)
    assert await amiss() == []
