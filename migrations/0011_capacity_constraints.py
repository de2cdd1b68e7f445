"""What the models cannot say for days that are not as the week is, for shares and for proposals."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# A day is either closed or opened, once; hours and windows may change several times in a day, at different times.
DAYS = """
alter table schedule_exception
    add constraint schedule_exception_span check (
        (starts = '') = (ends = '') and (starts = '' or starts < ends)
        and case kind when 'hours' then starts <> '' when 'capacity' then true else starts = '' end),
    add constraint schedule_exception_windows check (
        case kind when 'hours' then coalesce(windows, 1) between 1 and 200
                  when 'capacity' then windows is not null and windows <> 0 and windows between -200 and 200
                  else windows is null end);
create unique index schedule_exception_one_open_or_closed on schedule_exception (hall_id, coalesce(type_id, 0), day)
    where kind in ('closed', 'open');
create unique index schedule_exception_one_a_time on schedule_exception (
    hall_id, coalesce(type_id, 0), day, kind, starts) where kind in ('hours', 'capacity');
"""

# The job that gives shares back looks at the few rows that are not everybody's.
SLOTS = """
alter table slot add constraint slot_capacity check (capacity >= 0);
create index slot_of_a_share on slot (day, type_id) where share <> 'public';
create index slot_over on slot (type_id) where over > 0;
"""

PROPOSALS = """
alter table proposal
    add constraint proposal_applied_by_whom check ((applied_at is null) = (applied_by = ''));
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0010_notifications_constraints")]
    operations = [
        ops.RunSQL(
            DAYS,
            reverse_sql="""
            drop index schedule_exception_one_a_time; drop index schedule_exception_one_open_or_closed;
            alter table schedule_exception drop constraint schedule_exception_windows,
                drop constraint schedule_exception_span;
            """,
        ),
        ops.RunSQL(
            SLOTS,
            reverse_sql="""
            drop index slot_over; drop index slot_of_a_share; alter table slot drop constraint slot_capacity;
            """,
        ),
        ops.RunSQL(PROPOSALS, reverse_sql="alter table proposal drop constraint proposal_applied_by_whom;"),
    ]
