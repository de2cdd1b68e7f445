"""Entering, closing and giving at the same moment. Each control leaves one lock out, and what it kept is broken."""

import asyncio
import contextvars
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg
import pytest

from appointments import booking, difference, draw, draw_entries, draw_jobs, draw_results, drawing, limits, schedule
from appointments.draw_errors import AlreadyInDraw, DrawOver
from appointments.draw_models import DrawEntry
from appointments.errors import NotYetReleased
from appointments.models import AppointmentType, ScheduleException
from appointments.redraw import checking
from appointments.timetable import Period
from foundation import clock, database
from foundation.errors import Refusal
from tests.builders.appointments import STAFF, a_citizen, a_slot, amiss, booked_and_live, citizens, told
from tests.builders.draws import a_crowd, a_draw, enters, registered, registration_ends
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")

T = TypeVar("T")
INDEX = """create unique index draw_entry_one_per_person on draw_entry (draw_id, citizen_id)
            where outcome = 'registered'"""
ENTRY = """insert into draw_entry (number, draw_id, citizen_id, any_slot, wishes, passed, created_at, changed_at)
           values ($1, $2, $3, true, '[]', '[]', now(), now())"""


def elsewhere(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """On a connection of its own, though begun within a transaction."""
    return asyncio.create_task(work, context=contextvars.Context())


async def test_one_person_on_many_devices_enters_once():
    one, _ = await a_draw()
    citizen = await a_citizen()
    entered = await asyncio.gather(*(enters(one, citizen) for _ in range(12)))
    assert len({entry.number for entry in entered}) == 1
    assert await DrawEntry.filter(draw_id=one.id).count() == 1


async def test_control_without_the_persons_lock_the_index_alone_says_no(monkeypatch):
    """Both look, find no entry, and write one. The index keeps it to one, and the second hears of it."""
    one, _ = await a_draw()
    citizen = await a_citizen()

    async def no_lock(*citizen_ids, booked_by=()):
        """Leave it out."""

    monkeypatch.setattr(limits, "lock_subjects", no_lock)
    may_have, both = draw_entries.eligibility.may_have, asyncio.Barrier(2)

    async def asked(**about):
        answer = await may_have(**about)
        await both.wait()
        return answer

    record = draw_entries.audit.record

    async def entered(*what, **about):
        await until_somebody_waits()  # the other, at the index, for this commit
        await record(*what, **about)

    monkeypatch.setattr(draw_entries.eligibility, "may_have", asked)
    monkeypatch.setattr(draw_entries.audit, "record", entered)
    outcomes = await asyncio.gather(enters(one, citizen), enters(one, citizen), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["AlreadyInDraw", "Entry"]
    assert any(isinstance(each, AlreadyInDraw) for each in outcomes)


async def test_control_without_the_index_two_would_stand():
    one, _ = await a_draw()
    citizen = await a_citizen()
    await enters(one, citizen)
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(ENTRY, "SECOND", one.id, citizen.number)
    assert await without_the_index(one.id, citizen.number) == 2


async def without_the_index(draw_id: int, citizen_id: int) -> int:
    """How many entries the person would have; what was done is undone."""
    async with database.transaction() as tx:
        await tx.execute("drop index draw_entry_one_per_person")
        await tx.execute(ENTRY, "SECOND", draw_id, citizen_id)
        found = await tx.fetchval("select count(*) from draw_entry where draw_id = $1", draw_id)
        await tx.execute("delete from draw_entry where number = 'SECOND'")
        await tx.execute(INDEX)
    return int(found)


async def registering_while_it_closes(monkeypatch) -> tuple[object, int]:
    """Somebody who was in time is still writing when the draw is closed: what they hear, and entries without a rank."""
    one, _ = await a_draw(places=3)
    await registered(one, 2)
    late, in_time = await a_citizen(), asyncio.Event()
    real = draw_entries._valid

    async def slowly(*args):
        slot_id = await real(*args)
        in_time.set()
        await until_somebody_waits(closing)
        return slot_id

    monkeypatch.setattr(draw_entries, "_valid", slowly)

    async def close():
        await in_time.wait()
        await registration_ends(one)
        await draw.close(one.id)

    closing = asyncio.create_task(close())
    entered = await asyncio.gather(enters(one, late), return_exceptions=True)
    await closing
    await one.refresh_from_db()
    assert one.state == "closed"
    return entered[0], await DrawEntry.filter(draw_id=one.id, rank=None).count()


async def test_who_was_in_time_is_waited_for(monkeypatch):
    entry, outside = await registering_while_it_closes(monkeypatch)
    assert isinstance(entry, draw_entries.Entry)
    assert outside == 0


async def test_control_without_the_draws_lock_an_entry_stays_outside_the_list(monkeypatch):
    async def unlocked(code):
        found = await database.fetchrow("select *, clock_timestamp() as now from draw where code = $1", code)
        assert found is not None
        return found

    monkeypatch.setattr(draw_entries, "_open", unlocked)
    entry, outside = await registering_while_it_closes(monkeypatch)
    assert isinstance(entry, draw_entries.Entry)
    assert outside == 1


async def test_who_waits_for_the_closing_hears_that_it_is_over():
    """They came before the end and were held up by the lock: the clock is read after it was granted."""
    one, _ = await a_draw()
    await registered(one, 1)
    await registration_ends(one)
    late = await a_citizen()
    async with database.transaction() as tx:
        await tx.execute("select 1 from draw where id = $1 for update", one.id)
        waiting = elsewhere(enters(one, late))
        await until_somebody_waits(waiting)
        await draw.close(one.id)
    with pytest.raises(DrawOver):
        await waiting


async def test_closed_and_given_by_many_at_once():
    one, slots = await a_draw(slots=3, places=4)
    await a_crowd(one, 60)
    await registration_ends(one)
    await asyncio.gather(*(draw_jobs.hold_draws() for _ in range(5)))
    await one.refresh_from_db()
    assert one.state == "drawn"
    assert [await booked_and_live(slot) for slot in slots] == [(4, 4)] * 3
    assert len(await told("BookingConfirmed")) == 12
    assert len(await told("DrawLost")) == 48
    assert await database.fetchval("select count(*) from audit_row where action = 'draw.closed'") == 1
    assert await database.fetchval("select count(*) from audit_row where action = 'draw.drawn'") == 1
    document = await draw_results.published(code=one.code)
    assert checking.faults(checking.read(document)) == []
    assert await amiss() == []


async def two_runs(monkeypatch) -> list[object]:
    """A second run looks at who is next while the first one is in the middle of its batch."""
    one, _ = await a_draw(places=2)
    await registered(one, 4)
    await registration_ends(one)
    await draw.close(one.id)
    real, begun, first = drawing._turn, asyncio.Event(), True

    async def held_up(turn, left):
        nonlocal first
        mine, first = first, False
        if mine:
            begun.set()
            await until_somebody_waits(second)
        return await real(turn, left)

    monkeypatch.setattr(drawing, "_turn", held_up)

    async def again():
        await begun.wait()
        await drawing.settle(one.id)

    second = asyncio.create_task(again())
    done = await asyncio.gather(drawing.settle(one.id), second, return_exceptions=True)
    return [each for each in done if isinstance(each, BaseException)]


async def test_a_second_run_waits_for_the_first(monkeypatch):
    assert await two_runs(monkeypatch) == []
    assert len(await told("BookingConfirmed")) == 2
    assert len(await told("DrawLost")) == 2


async def test_control_without_its_lock_the_losers_hear_it_twice(monkeypatch):
    monkeypatch.setattr(drawing, "ALONE", "select $1::bigint")
    await two_runs(monkeypatch)
    assert len(await told("DrawLost")) != 2


async def test_nobody_slips_in_while_the_slots_are_open_to_the_draw(monkeypatch):
    """A batch releases its slots for itself alone: who asks meanwhile waits, and is refused as before."""
    one, (slot,) = await a_draw(places=2)
    await registered(one, 1)
    await registration_ends(one)
    await draw.close(one.id)
    real, asking, stranger = drawing._turn, [], await a_citizen()

    async def with_a_stranger(turn, left):
        outcome = await real(turn, left)
        asked = elsewhere(past())
        asking.append(asked)
        await until_somebody_waits(asked)
        return outcome

    async def past():
        return await booking.reserve(slot_id=slot.id, by=stranger, key="past")

    monkeypatch.setattr(drawing, "_turn", with_a_stranger)
    await drawing.settle(one.id)
    (answer,) = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answer, NotYetReleased)
    assert await booked_and_live(slot) == (1, 1)


async def test_bookings_elsewhere_while_the_draw_is_held_keep_the_limits():
    """A winner's limit is counted under the person's lock, whatever they book at that moment."""
    one, (slot,) = await a_draw(places=8)
    people = await citizens(8)
    for by in people:
        await enters(one, by)
    others = [await a_slot(capacity=8, starts_in=timedelta(days=10 + n)) for n in range(limits.DEFAULTS["overall"])]
    await registration_ends(one)
    books = [booking.reserve(slot_id=each.id, by=by, key=str(each.id)) for by in people for each in others]
    done = await asyncio.gather(draw_jobs.hold_draws(), *books, return_exceptions=True)
    assert [each for each in done if isinstance(each, Exception) and not isinstance(each, Refusal)] == []
    most = await database.fetchval(
        "select max(n) from (select count(*) as n from appointment where state = 'booked' group by citizen_id) of_each"
    )
    assert most == limits.DEFAULTS["overall"]
    assert await amiss() == []
    counter, live = await booked_and_live(slot)
    assert counter == live


async def ends_while_slots_are_made(monkeypatch) -> bool:
    """The night's run has read that the day is to be drawn when its draw ends: whether what is left is released."""
    one, (slot, _) = await a_draw(slots=2)
    of = await AppointmentType.get(id=one.type_id)
    hall = await of.hall
    await ScheduleException.create(hall=hall, day=one.day, kind="open", reason="照常办公", created_by="test")
    period = Period(weekday=one.day.isoweekday(), starts="09:00", ends="10:00", slot_minutes=30, windows=1)
    await schedule.create(type_id=of.id, periods=[period], effective_from=clock.today(), by=STAFF)
    await registration_ends(one)
    await draw.close(one.id)
    real, read = difference.there, asyncio.Event()

    async def slowly(*args, **span):
        read.set()
        await until_somebody_waits(ending)
        return await real(*args, **span)

    monkeypatch.setattr(difference, "there", slowly)

    async def end():
        await read.wait()
        await drawing.settle(one.id)

    ending = asyncio.create_task(end())
    await asyncio.gather(schedule.generate(type_id=of.id, start=one.day, end=one.day, by=STAFF), ending)
    await slot.refresh_from_db()
    await one.refresh_from_db()
    assert one.state == "drawn"
    return bool(slot.release_at == one.release_at)


async def test_a_draw_that_ends_while_slots_are_made_releases_what_is_left(monkeypatch):
    assert await ends_while_slots_are_made(monkeypatch)


async def test_control_without_the_types_lock_what_is_left_stays_shut(monkeypatch):
    monkeypatch.setattr(draw, "LOCK_TYPE", "select $1::bigint")
    assert not await ends_while_slots_are_made(monkeypatch)
