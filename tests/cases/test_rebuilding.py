"""The row of a case is what its log says: changes of the calendar are followed, what differs is found and mended."""

from datetime import timedelta

import pytest

from cases import progress_jobs, rebuilding
from cases.models import Case
from cases.timeline import Kind
from foundation import clock, database, workdays
from foundation.actor import Actor
from foundation.models import AuditRow
from foundation.workdays import WorkCalendar
from tests.builders.appointments import told
from tests.builders.cases import a_case

pytestmark = pytest.mark.usefixtures("db")
BY = Actor.staff(1)


async def a_workday_ahead() -> None:
    """The first working day to come is taken off."""
    day = (await WorkCalendar.current()).add_workdays(clock.today(), 1)
    await workdays.declare(day=day, is_workday=False, reason="台风停工", by=BY)


async def test_open_cases_follow_the_calendar_and_closed_ones_do_not():
    open_, waiting = await a_case(Kind.RECEIVED, Kind.ACCEPTED), await a_case()
    closed = await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED)
    await a_workday_ahead()
    await progress_jobs.count_deadlines_anew()
    calendar = await WorkCalendar.current()
    for case, moved in ((open_, True), (waiting, False), (closed, False)):
        now = await Case.get(id=case.id)
        assert (now.promised_due != case.promised_due) == moved
        assert (now.calendar_version == calendar.version) == (case is not closed)
        assert now.changed_at == case.changed_at, "nothing has happened to it"
    (event,) = await told("CaseDueMoved")
    now = await Case.get(id=open_.id)
    assert (event["before"], event["after"]) == (str(open_.promised_due), str(now.promised_due))
    trace = await AuditRow.get(subject=f"case:{open_.id}", action="case.refolded")
    assert trace.reason == "工作日历调整"
    await progress_jobs.count_deadlines_anew()
    assert len(await told("CaseDueMoved")) == 1


async def test_two_changes_within_a_second_are_two_calendars():
    before = (await WorkCalendar.current()).version
    await a_workday_ahead()
    one = (await WorkCalendar.current()).version
    await a_workday_ahead()
    assert len({before, one, (await WorkCalendar.current()).version}) == 3


async def test_a_row_that_is_not_what_its_log_says_is_found_and_mended():
    good, bad = await a_case(Kind.RECEIVED, Kind.ACCEPTED), await a_case(Kind.RECEIVED, Kind.ACCEPTED)
    since = clock.now() - timedelta(hours=1)
    assert await rebuilding.compare(since=since) == []
    await database.execute("update case_file set stage = 'reviewed', promised_due = null where id = $1", bad.id)
    assert await rebuilding.compare(since=since) == [bad.case_no]
    await progress_jobs.compare_rows_with_logs()
    assert await rebuilding.all_of_them(mend=False) == (2, [bad.case_no])
    assert await rebuilding.all_of_them(mend=True) == (2, [bad.case_no])
    assert await rebuilding.all_of_them(mend=False) == (2, [])
    mended = await Case.get(id=bad.id)
    assert (mended.stage, mended.promised_due) == ("accepted", good.promised_due)
