"""爽约 is counted by the night job alone, once; a block says what it stands on, ends by the clock, can be undone."""

from datetime import date, datetime, timedelta

import pytest

from appointments import booking, credit, day_end, exemptions, jobs, rule_jobs, sanctions
from appointments.errors import ReasonNeeded
from appointments.events import BookingCancelled, VisitMissed
from appointments.models import Appointment, ScheduleException, Slot
from appointments.rule_errors import NotHere, NothingToExempt, Sanctioned, SanctionNotFound, SanctionOver
from appointments.rule_events import PapersNoted
from appointments.rule_models import Sanction, SanctionCause
from foundation import clock, database
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, a_slot, a_type, told
from tests.builders.rules import NO_SHOWS, a_rule, an_event, barred, no_shows

pytestmark = pytest.mark.usefixtures("db")


async def a_blocked_citizen():
    """Two missed visits under a rule of two; the citizen, the visits, the sanction."""
    await a_rule("missed-twice", **NO_SHOWS)
    citizen = await a_citizen()
    missed = await no_shows(citizen)
    (held,) = await credit.of(citizen)
    return citizen, missed, held


async def test_two_missed_visits_block_and_say_why():
    citizen, missed, held = await a_blocked_citizen()
    assert held.reason == "同一证件连续 120 天内爽约 2 次，限制预约 90 天"
    assert (held.state, held.rule_code, held.rule_version) == ("active", "missed-twice", 1)
    assert {one.code for one in held.causes} == {one.code for one in missed}
    assert held.until == datetime.combine(clock.today() + timedelta(days=90), datetime.min.time(), clock.SHANGHAI)
    with pytest.raises(Sanctioned) as refused:
        await booking.reserve(slot_id=(await a_slot()).id, by=citizen, key="one")
    assert refused.value.detail["sanction"] == held.code
    assert datetime.fromisoformat(refused.value.detail["until"]) == held.until
    assert held.reason in refused.value.message
    (event,) = await told("Sanctioned")
    assert (event["sanction_id"], event["citizen_id"]) == (held.id, citizen.number)
    assert await AuditRow.filter(action="sanction.made", subject=f"sanction:{held.id}").count() == 1
    assert await barred(await a_slot(), await a_citizen()) == {}


async def test_weighing_again_changes_nothing():
    _, missed, _ = await a_blocked_citizen()
    for one in missed:
        assert await sanctions.weigh(one.id) == []
    assert await Sanction.all().count() == 1
    assert len(await told("Sanctioned")) == 1


async def missed_yesterday(citizen) -> Appointment:
    """A booking nobody came to, of a day that is over, as the night finds it."""
    return await an_event(citizen, "booked", day=clock.today() - timedelta(days=1))


async def the_worker_hears() -> None:
    for event in await told("VisitMissed"):
        await rule_jobs.weigh_missed(
            VisitMissed(appointment_id=event["appointment_id"], citizen_id=event["citizen_id"])
        )


async def test_the_night_job_run_again_does_not_count_twice():
    await a_rule(**{**NO_SHOWS, "threshold": 2})
    citizen = await a_citizen()
    one = await missed_yesterday(citizen)
    await Slot.filter(id=one.slot_id).update(booked=1)
    for _ in range(3):
        await jobs.end_the_day()
        await the_worker_hears()
    assert (await Appointment.get(id=one.id)).state == "no_show"
    assert await credit.of(citizen) == []
    two = await missed_yesterday(citizen)
    await Slot.filter(id=two.slot_id).update(booked=1)
    for _ in range(2):
        await jobs.end_the_day()
        await the_worker_hears()
    (held,) = await credit.of(citizen)
    assert {cause.code for cause in held.causes} == {one.code, two.code}


async def test_each_event_is_punished_once():
    """After the block two new ones are needed; the old ones are spent."""
    citizen, _, held = await a_blocked_citizen()
    await database.execute(
        "update sanction set begins_at = begins_at - interval '91 days', until = clock_timestamp() where id = $1",
        held.id,
    )
    third = await an_event(citizen, days_ago=1)
    assert await sanctions.weigh(third.id) == []
    fourth = await an_event(citizen, days_ago=0)
    assert len(await sanctions.weigh(fourth.id)) == 1
    latest, first = await credit.of(citizen)
    assert (latest.state, first.state) == ("active", "expired")
    assert {one.code for one in latest.causes} == {third.code, fourth.code}


async def test_a_block_ends_by_the_clock():
    citizen, _, held = await a_blocked_citizen()
    await Sanction.filter(id=held.id).update(until=held.begins_at + timedelta(microseconds=1))
    assert await barred(await a_slot(), citizen) == {}
    assert (await credit.by_id(held.id)).state == "expired"
    with pytest.raises(SanctionOver):
        await sanctions.lift(code=held.code, by=STAFF, reason="已到期")


@pytest.mark.parametrize(
    ("kind", "days", "today", "until"),
    [("days", 1, "2026-11-30", "2026-12-01"), ("days", 90, "2026-11-30", "2027-02-28"),
     ("month_end", 0, "2026-12-31", "2027-01-01"), ("month_end", 0, "2028-02-01", "2028-03-01")],
)  # fmt: skip
def test_whole_days_and_months_in_shanghai(kind, days, today, until):
    ends = sanctions.end(kind, days, date.fromisoformat(today))
    assert ends == datetime.fromisoformat(until).replace(tzinfo=clock.SHANGHAI)


async def test_no_shows_of_the_last_of_a_month_count_for_that_month():
    """The night after, when they are weighed, is the next month."""
    await a_rule("monthly", event="no_show", period="month", threshold=2, sanction="days", sanction_days=30)
    first = clock.today().replace(day=1)
    last = first - timedelta(days=1)
    citizen, other = await a_citizen(), await a_citizen()
    for day in (last.replace(day=1), last):
        missed = await an_event(citizen, day=day)
    assert len(await sanctions.weigh(missed.id)) == 1
    for day in (last.replace(day=1) - timedelta(days=1), last):
        missed = await an_event(other, day=day)
    assert await sanctions.weigh(missed.id) == []


@pytest.mark.parametrize(("days", "blocked"), [(119, True), (120, False)])
async def test_rolling_days_end_with_the_event_that_is_weighed(days, blocked):
    await a_rule(**NO_SHOWS)
    citizen, yesterday = await a_citizen(), clock.today() - timedelta(days=1)
    await an_event(citizen, day=yesterday - timedelta(days=days))
    latest = await an_event(citizen, day=yesterday)
    assert bool(await sanctions.weigh(latest.id)) is blocked


@pytest.mark.parametrize("order", [(12, 7, 2), (2, 7, 12), (7, 12, 2)])
@pytest.mark.parametrize(("period", "sanctioned"), [(5, 0), (6, 1), (11, 1)])
async def test_a_night_that_catches_up_weighs_in_any_order(order, period, sanctioned):
    """Of three days, each five days from the next, no two count together within five days."""
    await a_rule(**{**NO_SHOWS, "period_days": period})
    citizen, today = await a_citizen(), clock.today()
    missed = [await an_event(citizen, day=today - timedelta(days=n)) for n in order]
    for one in missed:
        await sanctions.weigh(one.id)
    assert len(await credit.of(citizen)) == sanctioned


async def test_what_the_office_cancels_and_a_closed_day_never_count():
    await a_rule(**{**NO_SHOWS, "threshold": 1})
    await a_rule(event="cancelled", period="month", threshold=1, sanction="month_end")
    held, citizen, _ = await a_held_place()
    await booking.cancel(code=held.code, by=STAFF, reason="台风停办")
    event = BookingCancelled(appointment_id=held.id, citizen_id=citizen.number, by_office=True, reason="台风停办")
    await rule_jobs.weigh_cancelled(event)
    assert await sanctions.weigh(held.id) == []
    of = await a_type()
    missed = await an_event(citizen, of=of)
    hall = await of.hall
    await ScheduleException.create(hall=hall, day=missed.day, kind="closed", reason="台风", created_by=str(STAFF))
    assert await sanctions.weigh(missed.id) == []
    assert await credit.of(citizen) == []


async def test_cancelling_and_rebooking_for_others_is_no_trade():
    """The agent who cancels for one to book for the next is counted as an agent, whoever the persons are."""
    await a_rule(subject="agent", event="cancelled", period="day", threshold=2, sanction="days", sanction_days=7)
    agent = await a_citizen()
    for _ in range(2):
        held, person, _ = await a_held_place()
        await Appointment.filter(id=held.id).update(booked_by=str(agent))
        await booking.cancel(code=held.code, by=person)
        await rule_jobs.weigh_cancelled(BookingCancelled(appointment_id=held.id, citizen_id=person.number))
    slot, other = await a_slot(), await a_citizen()
    assert set(await barred(slot, other, booked_by=str(agent))) == {1}
    assert await barred(slot, other) == {}
    assert await barred(slot, agent) == {}  # what they need themselves
    assert [one.subject for one in await credit.of(agent)] == ["agent"]


async def test_a_check_in_in_the_last_second_is_no_missed_visit():
    await a_rule(**{**NO_SHOWS, "threshold": 1})
    citizen = await a_citizen()
    one = await missed_yesterday(citizen)
    await Slot.filter(id=one.slot_id).update(booked=1)
    await Appointment.filter(id=one.id).update(state="checked_in")
    assert not await day_end._close(one.id, "booked", by=STAFF)
    assert await told("VisitMissed") == []
    assert await sanctions.weigh(one.id) == []


async def test_missing_papers_count_where_a_rule_says_so():
    await a_rule("missed", event="missed", period="month", threshold=2, sanction="days", sanction_days=30)
    citizen = await a_citizen()
    came = await an_event(citizen, "finished", day=clock.today())
    for _ in range(2):
        await exemptions.note_missing_papers(code=came.code, what="缺户口簿", by=STAFF)
    assert len(await told("PapersNoted")) == 1
    await rule_jobs.weigh_unprepared(PapersNoted(appointment_id=came.id, citizen_id=citizen.number))
    assert await credit.of(citizen) == []
    missed = await an_event(citizen, day=clock.today())
    await sanctions.weigh(missed.id)
    (held,) = await credit.of(citizen)
    assert sorted(one.what for one in held.causes) == ["爽约", "缺少材料：缺户口簿"]
    with pytest.raises(NotHere):
        await exemptions.note_missing_papers(code=missed.code, what="缺照片", by=STAFF)
    with pytest.raises(ReasonNeeded):
        await exemptions.note_missing_papers(code=came.code, what=" ", by=STAFF)


async def test_lifting_frees_at_once_and_what_it_stood_on_counts_no_more():
    citizen, missed, held = await a_blocked_citizen()
    with pytest.raises(ReasonNeeded):
        await sanctions.lift(code=held.code, by=STAFF, reason=" ")
    await sanctions.lift(code=held.code.lower(), by=STAFF, reason="系统故障，无法签到")
    assert await barred(await a_slot(), citizen) == {}
    now = await credit.by_id(held.id)
    assert (now.state, now.lifted_why) == ("lifted", "系统故障，无法签到")
    assert all(one.exempt for one in now.causes)
    with pytest.raises(SanctionOver):
        await sanctions.lift(code=held.code, by=STAFF, reason="再来一次")
    third = await an_event(citizen, days_ago=1)
    for one in (*missed, third):
        assert await sanctions.weigh(one.id) == []
    (event,) = await told("SanctionLifted")
    assert event["sanction_id"] == held.id
    assert await AuditRow.filter(action="sanction.lifted", actor=str(STAFF)).count() == 1
    assert await AuditRow.filter(action="booking.exempted").count() == 2


async def test_exempting_one_visit_fells_what_cannot_stand_without_it():
    citizen, missed, held = await a_blocked_citizen()
    await exemptions.grant(code=missed[0].code, by=STAFF, reason="持住院证明")
    assert (await credit.by_id(held.id)).state == "lifted"
    third = await an_event(citizen, days_ago=1)
    assert len(await sanctions.weigh(third.id)) == 1  # with the second, which was never punished
    came = await an_event(citizen, "finished", days_ago=1)
    with pytest.raises(NothingToExempt):
        await exemptions.grant(code=came.code, by=STAFF, reason="无")
    with pytest.raises(ReasonNeeded):
        await exemptions.grant(code=missed[1].code, by=STAFF, reason="")


async def test_what_a_sanction_stands_on_cannot_go():
    _, missed, held = await a_blocked_citizen()
    assert await SanctionCause.filter(sanction_id=held.id).count() == 2
    with pytest.raises(Exception, match="violates"):
        await database.execute("delete from appointment where id = $1", missed[0].id)


async def test_who_sees_a_sanction():
    citizen, _, held = await a_blocked_citizen()
    assert (await credit.mine(code=held.code, for_=citizen)).id == held.id
    with pytest.raises(SanctionNotFound):
        await credit.mine(code=held.code, for_=await a_citizen())
    assert (await credit.find(code=held.code)).citizen_id == citizen.number
    with pytest.raises(SanctionNotFound):
        await credit.find(code="NONE")


async def test_staff_find_those_of_their_halls():
    await a_rule(**NO_SHOWS)
    of = await a_type(hall=await a_hall(code="9901/07"))
    hall, citizen = await of.hall, await a_citizen()
    missed = [await an_event(citizen, days_ago=n, of=of) for n in (3, 4)]
    await sanctions.weigh(missed[1].id)
    await sanctions.weigh(missed[0].id)
    (held,) = await credit.of(citizen)
    for within, found in (([hall.path], [held.id]), ([""], [held.id]), (["9902/"], []), ([], [])):
        assert [one.id for one in await credit.listed(within=within)] == found
    for search in (held.code.lower(), missed[0].code):
        assert [one.id for one in await credit.listed(within=[""], search=search)] == [held.id]
    assert await credit.listed(within=[""], search="NOTHING") == []
    assert sanctions.within([hall.path], held.halls)
    assert not sanctions.within(["9902/"], held.halls)
