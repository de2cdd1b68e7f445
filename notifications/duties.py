"""待办提醒: every ten minutes what is due is gathered from the rooms, and the reminders are made to say the same.

What is new is added, what moved is moved, what is done ends, and what has been late for some working days goes to
whoever oversees it as well. Run twice it changes nothing; two runs go one after another.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases import due_soon as progress
from feedback import due_soon as opinions
from foundation import clock, database, settings
from foundation.duties import Duty
from foundation.workdays import WorkCalendar
from identity.access import Role


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is due, who sees to it where nobody owns it, and who is told when they do not."""

    name: str
    gather: Callable[[], Awaitable[list[Duty]]]
    answers: tuple[Role, ...]
    oversees: tuple[Role, ...] = (Role.SUPERVISOR,)


KINDS = {
    "case": Kind(name="办件", gather=progress.cases, answers=(Role.WINDOW, Role.HALL_MANAGER)),
    "application": Kind(
        name="网上预审", gather=progress.applications, answers=(Role.WINDOW, Role.HALL_MANAGER),
        oversees=(Role.HALL_MANAGER, Role.SUPERVISOR),
    ),
    "consultation": Kind(name="咨询投诉", gather=opinions.consultations, answers=(Role.AGENT,)),
    "rectification": Kind(name="差评整改", gather=opinions.rectifications, answers=(Role.HALL_MANAGER, Role.AGENT)),
    "message": Kind(name="留言", gather=opinions.messages, answers=(Role.AGENT,)),
}  # fmt: skip

TOLD = """
create temporary table told on commit drop as
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::date[])
           as t(kind, subject, name, hall_path, owner_id, due_on)"""
ENDED = """
update staff_reminder r set ended_at = $1 where ended_at is null
   and not exists (select from told t where t.kind = r.kind and t.subject = r.subject)"""
SEEN_ANEW = """
delete from staff_reminder_read s using staff_reminder r join told t using (kind, subject)
 where s.reminder_id = r.id and r.ended_at is null and (r.due_on <> t.due_on or (not r.late and t.due_on < $1))"""
MOVED = """
update staff_reminder r
   set name = t.name, hall_path = t.hall_path, owner_id = t.owner_id, due_on = t.due_on, late = t.due_on < $1,
       escalated_at = case when t.due_on < $1 then r.escalated_at end
  from told t where t.kind = r.kind and t.subject = r.subject and r.ended_at is null
   and (r.name, r.hall_path, r.owner_id, r.due_on, r.late)
       is distinct from (t.name, t.hall_path, t.owner_id, t.due_on, t.due_on < $1)"""
ADDED = """
insert into staff_reminder (kind, subject, name, hall_path, owner_id, due_on, late, raised_at)
select kind, subject, name, hall_path, owner_id, due_on, due_on < $1, $2 from told
on conflict (kind, subject) where ended_at is null do nothing"""
ESCALATED = """
update staff_reminder set escalated_at = $2 where ended_at is null and late and escalated_at is null and due_on < $1"""
ONE_RUN = "select pg_advisory_xact_lock(hashtextextended('staff-reminders', 35))"


@database.retry_on_deadlock
async def refresh() -> None:
    """Make the reminders say what is due now."""
    async with database.transaction() as tx:
        await tx.execute(ONE_RUN)  # first: what is gathered before it may be old by the time it is written
        due = [duty for kind in KINDS.values() for duty in await kind.gather()]
        calendar, today, now = await WorkCalendar.current(), clock.today(), clock.now()
        await tx.execute(TOLD, *_columns(due))
        await tx.execute(ENDED, now)
        await tx.execute(SEEN_ANEW, today)
        await tx.execute(MOVED, today)
        await tx.execute(ADDED, today, now)
        await tx.execute(ESCALATED, missed_before(calendar, today), now)


def _columns(due: Sequence[Duty]) -> list[list[object]]:
    rows = [(one.kind, one.subject, one.name, one.hall_path, one.owner_id, one.due_on) for one in due]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(6)]


def missed_before(calendar: WorkCalendar, today: date) -> date:
    """A day before this one has been missed by at least as many working days as settings give those who answer."""
    day, left = today, settings.current().console.escalate_workdays
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_workday(day)
    return day


async def forget_ended(before: datetime) -> int:
    """Reminders that ended before, with who read them; how many."""
    async with database.transaction() as tx:
        await tx.execute(
            "delete from staff_reminder_read s using staff_reminder r where r.id = s.reminder_id and r.ended_at < $1",
            before,
        )
        gone = await tx.fetch("delete from staff_reminder where ended_at < $1 returning id", before)
    return len(gone)
