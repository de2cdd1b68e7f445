"""待办提醒: what comes near or is late reaches whoever answers for it, once, and then whoever oversees them."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from assistant import handover_desk
from cases import review
from cases.timeline import Kind
from feedback import answering, due_soon, rectifying
from feedback.consultation_models import Consultation
from foundation import clock, database
from identity import access
from identity.access import StaffMember
from notifications import duties, duty_list
from notifications.duty_models import StaffReminder, StaffReminderRead
from tests.builders import filing, opinions
from tests.builders.cases import a_case
from tests.builders.handovers import NIGHT, asked, office_hours
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env")
TUESDAY = date(2026, 6, 9)  # of a published year; no festival within two weeks


def on(day: date) -> datetime:
    return opinions.noon(day)


async def member(*roles: tuple[str, str]) -> StaffMember:
    found = await access.staff_member((await opinions.staff(*roles)).number)
    assert found is not None
    return found


async def refreshed(day: date) -> None:
    with clock.frozen(on(day)):
        await duties.refresh()


async def seen(who: StaffMember) -> list[tuple[str, bool, bool, bool]]:
    """Name of the kind, late, told upwards, unread."""
    lines = [line for some in (await duty_list.listed(who)).values() for line in some]
    return [(one.kind, one.late, one.escalated, one.fresh) for one in lines]


async def test_a_question_from_its_last_days_until_it_is_answered() -> None:
    agent, other, boss = [
        await member((role, path)) for role, path in (("agent", ""), ("agent", "x/"), ("supervisor", ""))
    ]
    with clock.frozen(on(TUESDAY)):
        one = await opinions.asked()  # five working days: until the Tuesday after
    await refreshed(date(2026, 6, 12))
    assert await duty_list.counts(agent) == []
    for _ in range(2):
        await refreshed(date(2026, 6, 15))
    assert await seen(agent) == [("consultation", False, False, True)]
    assert (await seen(other), await seen(boss)) == ([], [])
    await duty_list.mark_read(agent)
    await refreshed(date(2026, 6, 16))
    assert await seen(agent) == [("consultation", False, False, False)]
    await refreshed(date(2026, 6, 17))  # late: it is news again
    assert (await seen(agent), await seen(boss)) == ([("consultation", True, False, True)], [])
    await refreshed(date(2026, 6, 18))
    assert await seen(boss) == [("consultation", True, True, True)]
    await duty_list.mark_read(boss, kind="case")
    assert [one.fresh for one in await duty_list.counts(boss)] == [1]
    await opinions.answered(one, by=agent.actor)
    await refreshed(date(2026, 6, 18))
    assert (await seen(agent), await seen(boss)) == ([], [])
    assert await StaffReminder.filter(ended_at__not_isnull=True).count() == 1


async def test_whoever_owns_it_is_told_and_nobody_beside_them() -> None:
    first, second = await member(("agent", "")), await member(("agent", ""))
    with clock.frozen(on(TUESDAY)):
        one = await opinions.asked(title="张三的居住证")
        await answering.claim(consultation_id=one.id, by=first.actor)
    await refreshed(date(2026, 6, 16))
    assert (len(await seen(first)), await seen(second)) == (1, [])
    await answering.assign(consultation_id=one.id, owner_id=second.id, by=first.actor)
    await refreshed(date(2026, 6, 16))
    assert (await seen(first), len(await seen(second))) == ([], 1)
    reminder = await StaffReminder.get()
    assert (reminder.name, reminder.subject) == (f"咨询（{one.code}）", str(one.id))  # nothing that they typed


async def test_cases_of_a_hall_remind_its_window_and_stand_still_while_they_wait() -> None:
    window, elsewhere = await member(("window", "9901/01/")), await member(("window", "9901/02/"))
    with clock.frozen(on(TUESDAY) + timedelta(hours=1)):
        await a_case(Kind.RECEIVED, Kind.ACCEPTED, hall_path="9901/01/", promised_days=5, since=on(TUESDAY))
        await a_case(
            Kind.RECEIVED, Kind.ACCEPTED, Kind.SUSPENDED, hall_path="9901/01/", promised_days=5, since=on(TUESDAY)
        )  # fmt: skip
    await refreshed(date(2026, 6, 12))
    assert (await seen(window), await seen(elsewhere)) == ([("case", False, False, True)], [])


async def test_an_application_on_line_and_a_bad_mark_and_a_message() -> None:
    await filing.online_city()
    manager, agent = await member(("hall_manager", "")), await member(("agent", ""))
    with clock.frozen(on(TUESDAY)):
        _, applicant = await filing.an_applicant()
        code = await filing.submitted(applicant)
        mark, _ = await opinions.a_bad_mark()
    await refreshed(date(2026, 6, 12))
    assert {kind for kind, *_ in await seen(manager)} == {"rectification"}
    await refreshed(date(2026, 6, 15))
    assert {kind for kind, *_ in await seen(manager)} == {"rectification", "application"}
    await review.claim(code=code, within=filing.CITY, by=agent.actor)
    await rectifying.assign(rectification_id=mark.id, owner_id=agent.id, by=manager.actor)
    with clock.frozen(on(date(2026, 6, 15))):
        await rectifying.call_back(rectification_id=mark.id, text="已致歉", reached=True, by=agent.actor)
    await refreshed(date(2026, 6, 15))
    assert (await seen(manager), [kind for kind, *_ in await seen(agent)]) == ([], ["application"])
    with clock.frozen(on(date(2026, 6, 30))):
        (mending,) = await due_soon.rectifications()
    assert "整改" in mending.name


async def test_a_message_left_at_night_is_due_on_its_day() -> None:
    agent = await member(("agent", ""))
    with office_hours(NIGHT):
        _, left = await asked()
    assert left.due_on is not None
    with clock.frozen(on(left.due_on)):
        await duties.refresh()
        assert await seen(agent) == [("message", False, False, True)]
        await handover_desk.take(handover_id=left.id, by=agent.actor)
        await handover_desk.reply(handover_id=left.id, text="明天晴。", by=agent.actor)
        await duties.refresh()
        assert await seen(agent) == []


async def test_what_ended_long_ago_is_forgotten_with_who_read_it() -> None:
    agent = await member(("agent", ""))
    with clock.frozen(on(TUESDAY)):
        one = await opinions.asked()
    await refreshed(date(2026, 6, 16))
    for _ in range(2):
        await duty_list.mark_read(agent)
    await opinions.answered(one, by=agent.actor)
    await refreshed(date(2026, 6, 17))
    assert await duties.forget_ended(on(date(2026, 6, 17))) == 0
    assert await duties.forget_ended(on(date(2026, 6, 18))) == 1
    assert await StaffReminderRead.all().count() == 0


async def overtaken(monkeypatch: pytest.MonkeyPatch) -> int:
    """A run that has gathered goes on only when another, begun after a question was answered, waits or is over; how
    many reminders are open then.
    """
    gathered, go_on = asyncio.Event(), asyncio.Event()
    kind = duties.KINDS["consultation"]

    async def slowly() -> list[duties.Duty]:
        found = await due_soon.consultations()
        if not gathered.is_set():
            gathered.set()
            await go_on.wait()
        return found

    monkeypatch.setitem(duties.KINDS, "consultation", duties.Kind(name=kind.name, gather=slowly, answers=kind.answers))
    with clock.frozen(on(TUESDAY)):
        one = await opinions.asked()
    agent = await opinions.staff()
    with clock.frozen(on(date(2026, 6, 16))):
        first = asyncio.create_task(duties.refresh())
        await gathered.wait()
        await asyncio.create_task(opinions.answered(one, by=agent))
        second = asyncio.create_task(duties.refresh())
        await until_somebody_waits(second)
        go_on.set()
        await asyncio.gather(first, second)
    assert (await Consultation.get()).state == "answered"
    return await StaffReminder.filter(ended_at=None).count()


async def test_of_two_runs_the_later_knows_better(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await overtaken(monkeypatch) == 0


async def test_without_the_lock_an_old_run_would_remind_of_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "ONE_RUN", "select 1")
    assert await overtaken(monkeypatch) == 1
    assert await database.fetchval("select count(*) from staff_reminder") == 1
