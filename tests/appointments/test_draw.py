"""Draws before they are held: announced, entered, called off; and nobody books past them."""

from collections.abc import Iterator
from datetime import date, timedelta

import asyncpg
import pytest

from appointments import booking, draw, draw_entries, draw_jobs, draw_results, draw_rules, drawing, schedule
from appointments.draw_errors import (
    CannotCancelDraw,
    DrawCalledOff,
    DrawEntryNotFound,
    DrawNotDone,
    DrawNotFound,
    DrawNotOpenYet,
    DrawOver,
    DrawRuleInvalid,
    WishesInvalid,
)
from appointments.draw_models import Draw, DrawEntry
from appointments.draw_rules import Rule
from appointments.draw_timing import window
from appointments.errors import AlreadyBookedThatDay, NotYetReleased, ReasonNeeded, SlotSuspended
from appointments.models import AppointmentType, Slot
from appointments.redraw import method
from appointments.timetable import Period, clock_time
from foundation import clock, crypto, database
from foundation.errors import Forbidden
from foundation.workdays import WorkCalendar
from identity.errors import RealNameNeeded
from tests.builders.appointments import STAFF, a_citizen, a_held_place, a_slot, a_type, told
from tests.builders.draws import HOUR, a_draw, enters, held, registered, registration_ends, releases

pytestmark = pytest.mark.usefixtures("db")

RULE = Rule(register_hours=10, settle_minutes=60)


async def a_drawn_type() -> AppointmentType:
    """Its slots of the next days are planned; a draw opens two working days before its day."""
    of = await a_type(release_workdays=2, release_time="23:59")
    await draw_rules.change(type_id=of.id, rule=RULE, by=STAFF)
    periods = [Period(weekday=n, starts="09:00", ends="10:00", slot_minutes=30, windows=2) for n in range(1, 8)]
    await schedule.create(type_id=of.id, periods=periods, effective_from=clock.today(), by=STAFF)
    await of.refresh_from_db()
    return of


@pytest.fixture
def still() -> Iterator[None]:
    """No registration opens while the test looks."""
    with clock.frozen(clock.now()):
        yield


async def generated(of: AppointmentType, days: int = 25) -> None:
    start = clock.today()
    await schedule.generate(type_id=of.id, start=start, end=start + timedelta(days=days), by=STAFF)


async def release_of(of: AppointmentType, day: date) -> set[object]:
    return set(await Slot.filter(type_id=of.id, day=day).values_list("release_at", flat=True))


@pytest.mark.usefixtures("still")
async def test_draws_are_announced_before_people_may_register():
    of = await a_drawn_type()
    await generated(of)
    await draw_jobs.announce_draws()
    found = await Draw.filter(type_id=of.id).order_by("day")
    assert found
    calendar, days = await WorkCalendar.current(), {one.day for one in found}
    for one in found:
        assert clock.now() < one.opens_at
        assert (one.opens_at, one.closes_at) == window_of(of, one.day, calendar)
        assert one.closes_at + HOUR == one.release_at
        assert one.seed == ""
        assert one.seed_hash == method.seed_hash(crypto.open_sealed(one.seed_sealed), one.code)
    assert {row.day for row in await Slot.filter(type_id=of.id)} - days == {
        day
        for day in {row.day for row in await Slot.filter(type_id=of.id)}
        if window(of, day, calendar, RULE).opens_at <= clock.now()
    }
    await draw_jobs.announce_draws()
    assert await Draw.filter(type_id=of.id).count() == len(found)
    assert await generated_again(of) == "nothing"


def window_of(of: AppointmentType, day: date, calendar: WorkCalendar) -> tuple[object, object]:
    planned = window(of, day, calendar, RULE)
    return planned.opens_at, planned.closes_at


async def generated_again(of: AppointmentType) -> str:
    start = clock.today()
    done = await schedule.generate(type_id=of.id, start=start, end=start + timedelta(days=25), by=STAFF)
    return "nothing" if done.nothing else str(done)


async def test_the_registration_is_over_before_the_day_begins():
    of = await a_type(release_workdays=2, release_time="08:00")
    day, calendar = date(2026, 11, 25), await WorkCalendar.current()
    long = window(of, day, calendar, Rule(register_hours=168, settle_minutes=120))
    assert long.opens_at == clock_time(date(2026, 11, 23), "08:00")
    assert (long.closes_at, long.release_at) == (clock_time(date(2026, 11, 24), "22:00"), clock_time(day, "00:00"))
    short = window(of, day, calendar, Rule())
    assert short.closes_at == clock_time(date(2026, 11, 24), "08:00")
    assert short.release_at == clock_time(date(2026, 11, 24), "10:00")


@pytest.mark.usefixtures("still")
async def test_slots_of_a_drawn_day_are_nobodys_until_the_draw_is_over():
    of = await a_drawn_type()
    await generated(of)
    calendar = await WorkCalendar.current()
    days = sorted({row.day for row in await Slot.filter(type_id=of.id)})
    to_come = [day for day in days if window(of, day, calendar, RULE).to_come]
    for day in days:
        starts = set(await Slot.filter(type_id=of.id, day=day).values_list("starts_at", flat=True))
        ordinary = {window(of, day, calendar, RULE).opens_at}
        assert await release_of(of, day) == (starts if day in to_come else ordinary)


@pytest.mark.usefixtures("still")
async def test_the_plan_follows_the_end_of_a_draw():
    of = await a_drawn_type()
    await generated(of)
    await draw_jobs.announce_draws()
    first, second = await Draw.filter(type_id=of.id).order_by("day").limit(2)
    await draw.cancel(code=first.code, by=STAFF, reason="系统升级")
    assert await releases(first, first.day) == {first.release_at}
    assert await generated_again(of) == "nothing"
    assert await releases(second, second.day) != {second.release_at}


@pytest.mark.usefixtures("still")
async def test_a_type_that_stops_drawing_holds_its_announced_draws():
    of = await a_drawn_type()
    await generated(of)
    await draw_jobs.announce_draws()
    announced = await Draw.filter(type_id=of.id).count()
    await draw_rules.stop(type_id=of.id, by=STAFF, reason="改为定时放号")
    await draw_jobs.announce_draws()
    assert await generated_again(of) == "nothing"
    assert await Draw.filter(type_id=of.id, state="open").count() == announced


@pytest.mark.parametrize(
    ("rules", "rule", "fault"),
    [
        ({"release_workdays": 1}, Rule(), "放号应提前至少 2 个工作日"),
        ({"real_name_needed": False}, Rule(), "须实名预约"),
        ({"slots_needed": 2}, Rule(), "一次占用多个号段"),
        ({}, Rule(register_hours=0), "登记时长应为"),
        ({}, Rule(settle_minutes=5), "余号放出应间隔"),
    ],
)
async def test_what_cannot_be_drawn(rules, rule, fault):
    of = await a_type(**rules)
    with pytest.raises(DrawRuleInvalid) as no:
        await draw_rules.change(type_id=of.id, rule=rule, by=STAFF)
    assert fault in no.value.detail[0]
    await of.refresh_from_db()
    assert of.release_mode == "fixed"


async def test_a_shared_pool_is_not_drawn_by_one_of_its_members():
    pool = await a_type()
    of = await a_type(hall=await pool.hall, pool=pool)
    with pytest.raises(DrawRuleInvalid):
        await draw_rules.change(type_id=of.id, rule=Rule(), by=STAFF)


async def test_registering_changing_and_stepping_back():
    one, (first, second) = await a_draw(slots=2)
    citizen = await a_citizen()
    entry = await enters(one, citizen, second)
    assert (entry.outcome, entry.wishes, entry.any_slot, entry.rank) == ("registered", [second.id], False, None)
    again = await enters(one, citizen, first, second, any_slot=True)
    assert (again.number, again.wishes, again.any_slot) == (entry.number, [first.id, second.id], True)
    for _ in range(2):
        assert (await draw_entries.withdraw(code=one.code, by=citizen)).outcome == "withdrawn"
    back = await enters(one, citizen)
    assert back.number != entry.number
    assert [row.outcome for row in await draw_entries.of(citizen)] == ["registered", "withdrawn"]
    assert await database.fetchval("select count(*) from audit_row where action like 'draw_entry.%'") == 4


async def test_another_persons_entry_is_not_there():
    one, _ = await a_draw()
    await registered(one, 1)
    with pytest.raises(DrawEntryNotFound):
        await draw_entries.find(code=one.code, for_=await a_citizen())
    with pytest.raises(DrawEntryNotFound):
        await draw_entries.withdraw(code=one.code, by=await a_citizen())
    with pytest.raises(Forbidden):
        await enters(one, STAFF)


async def test_only_within_the_window_by_the_databases_clock():
    citizen = await a_citizen()
    early, _ = await a_draw(opens_in=HOUR)
    with pytest.raises(DrawNotOpenYet):
        await enters(early, citizen)
    late, _ = await a_draw()
    await enters(late, citizen)
    await registration_ends(late)
    with clock.shifted(-3 * HOUR):  # a process whose clock is wrong
        with pytest.raises(DrawOver):
            await enters(late, citizen)
        with pytest.raises(DrawOver):
            await draw_entries.withdraw(code=late.code, by=citizen)
    with pytest.raises(DrawNotFound):
        await draw_entries.register(code="NOSUCHDRAW", wishes=[], any_slot=True, by=citizen)


async def test_wishes_that_cannot_be():
    one, (slot,) = await a_draw()
    elsewhere, citizen = await a_slot(), await a_citizen()
    for wishes in ([], [slot.id, slot.id], [elsewhere.id], [slot.id, 10**12]):
        with pytest.raises(WishesInvalid):
            await draw_entries.register(code=one.code, wishes=wishes, any_slot=False, by=citizen)
    await Slot.filter(id=slot.id).update(state="suspended")
    with pytest.raises(SlotSuspended):
        await enters(one, citizen)


async def test_who_may_not_book_may_not_enter():
    one, (slot,) = await a_draw()
    with pytest.raises(RealNameNeeded):
        await enters(one, await a_citizen(verified=False))
    of = await AppointmentType.get(id=one.type_id)
    same_day = await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=3))
    _, holder, _ = await a_held_place(slot=same_day)
    with pytest.raises(AlreadyBookedThatDay):
        await enters(one, holder)


async def test_nobody_books_directly_before_the_draw():
    one, (slot,) = await a_draw(places=5)
    citizen = await a_citizen()
    with pytest.raises(NotYetReleased):
        await booking.reserve(slot_id=slot.id, by=citizen, key="past")
    await registration_ends(one)  # the registration is over, and the worker has not come yet
    with pytest.raises(NotYetReleased):
        await booking.reserve(slot_id=slot.id, by=citizen, key="past")
    await draw.close(one.id)
    with pytest.raises(NotYetReleased):
        await booking.reserve(slot_id=slot.id, by=citizen, key="past")


async def test_a_draw_called_off():
    one, (slot,) = await a_draw()
    (citizen,) = await registered(one, 1)
    with pytest.raises(ReasonNeeded):
        await draw.cancel(code=one.code, by=STAFF, reason=" ")
    await draw.cancel(code=one.code, by=STAFF, reason="系统升级")
    await slot.refresh_from_db()
    assert slot.release_at == one.release_at
    for verb in (enters(one, citizen), draw_entries.withdraw(code=one.code, by=citizen)):
        with pytest.raises(DrawCalledOff):
            await verb
    for _ in range(2):
        await draw_jobs.hold_draws()
    entry = await draw_entries.find(code=one.code, for_=citizen)
    assert (entry.outcome, entry.reason) == ("cancelled", "系统升级")
    assert [event["citizen_id"] for event in await told("DrawCancelled")] == [citizen.number]
    with pytest.raises(CannotCancelDraw):
        await draw.cancel(code=one.code, by=STAFF, reason="再取消一次")
    with pytest.raises(DrawNotFound):
        await draw.cancel(code="NOSUCHDRAW", by=STAFF, reason="没有")
    with pytest.raises(DrawNotDone):
        await draw_results.published(code=one.code)


async def test_nobody_calls_it_off_once_the_lots_could_be_known():
    one, _ = await a_draw()
    await registration_ends(one)
    with pytest.raises(CannotCancelDraw):
        await draw.cancel(code=one.code, by=STAFF, reason="结果不如意")


async def test_a_day_that_lost_its_places_is_called_off_by_itself():
    one, (slot,) = await a_draw()
    await registered(one, 2)
    await Slot.filter(id=slot.id).update(state="withdrawn")
    await registration_ends(one)
    await draw_jobs.hold_draws()
    await one.refresh_from_db()
    assert (one.state, one.reason, one.seed) == ("cancelled", draw.NO_PLACES, "")
    assert len(await told("DrawCancelled")) == 2


async def test_what_is_published_never_changes():
    one, _ = await a_draw(places=2)
    await registered(one, 3)
    for change in ("seed_hash = repeat('0', 64)", "closes_at = closes_at + interval '1 hour'"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(f"update draw set {change} where id = $1", one.id)
    await held(one)
    for change in ("seed = repeat('0', 64)", "entries_hash = ''", "places = '[]'"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(f"update draw set {change} where id = $1", one.id)
    for change in ("rank = 9", "number = 'X'", "wishes = '[1]'"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(f"update draw_entry set {change} where draw_id = $1 and rank = 1", one.id)


async def test_a_draw_as_everybody_reads_it():
    one, (first, second) = await a_draw(slots=2, places=3)
    await registered(one, 2)
    (coming,) = await draw_results.of_type(type_id=one.type_id)
    assert (coming.code, coming.label, coming.may_register) == (one.code, "登记中", True)
    seen = await draw_results.find(code=one.code)
    assert (seen.places, seen.entries, seen.may_register, seen.seed) == (6, 2, True, "")
    assert [slot.id for slot in await draw_results.slots(code=one.code)] == [first.id, second.id]
    assert [view.code for view in await draw_results.of_hall(hall_code=seen.hall_code)] == [one.code]
    await held(one)
    over = await draw_results.find(code=one.code)
    assert (over.state, over.won, over.places, len(over.seed), over.may_register) == ("drawn", 2, 6, 64, False)
    assert await drawing.counts(one.id) == {"won": 2}


async def test_what_is_kept_of_a_person():
    one, _ = await a_draw()
    (citizen,) = await registered(one, 1)
    (row,) = await draw_jobs.export(citizen.number)
    assert (row["outcome"], row["day"]) == ("已登记", one.day.isoformat())
    await draw_jobs.forget(citizen.number)
    assert (await DrawEntry.get(draw_id=one.id)).outcome == "withdrawn"
