"""What the models cannot say for rules, sanctions and appeals, and what counting reads."""

from tortoise import migrations
from tortoise.migrations import operations as ops

RULES = """
alter table booking_rule
    add constraint booking_rule_version_counts_up check (version >= 1),
    add constraint booking_rule_named check (btrim(name) <> '' and btrim(code) <> ''),
    add constraint booking_rule_subject check (subject in ('person', 'phone', 'agent', 'organisation')),
    add constraint booking_rule_event check (event in (
        'held_now', 'booked', 'cancelled', 'late_cancelled', 'no_show', 'missing_papers', 'missed')),
    add constraint booking_rule_period check (
        period in ('live', 'day', 'week', 'month', 'year', 'rolling')
        and (period = 'rolling') = (period_days > 0) and period_days between 0 and 730
        and (period <> 'live' or event = 'held_now')),
    add constraint booking_rule_basis check (
        basis = 'visit' and (period <> 'rolling' or event <> 'booked') or basis = 'made' and event = 'booked'),
    add constraint booking_rule_per check (per in ('', 'type', 'department', 'hall')),
    add constraint booking_rule_threshold check (threshold between 1 and 1000),
    add constraint booking_rule_late_hours check (late_hours between 1 and 720),
    add constraint booking_rule_one_scope check (hall_path = '' or type_id is null),
    add constraint booking_rule_sanction check (
        sanction in ('refuse', 'days', 'month_end') and (sanction = 'days') = (sanction_days > 0)
        and sanction_days between 0 and 1095
        and (sanction = 'refuse' or (event not in ('held_now', 'booked') and per = ''))),
    add constraint booking_rule_ends_after_start check (effective_until >= effective_from);
create unique index booking_rule_one_open on booking_rule (code) where effective_until is null;
"""

# A sanction says by whom and why it was lifted, and only then. Booking looks for the active ones of a subject.
SANCTIONS = """
alter table sanction
    add constraint sanction_subject check (subject in ('person', 'phone', 'agent', 'organisation')),
    add constraint sanction_of_somebody check (subject_key <> ''),
    add constraint sanction_ends_after_start check (until > begins_at),
    add constraint sanction_state check (state in ('active', 'lifted')),
    add constraint sanction_lifted_by_whom check (
        (state = 'lifted') = (lifted_by <> '' and lifted_why <> '' and lifted_at is not null)
        and (lifted_by = '') = (lifted_at is null));
create index sanction_in_force on sanction (subject_key, until) where state = 'active';
alter table appeal
    add constraint appeal_says_something check (btrim(text) <> ''),
    add constraint appeal_state check (state in ('open', 'accepted', 'rejected')),
    add constraint appeal_decided_by_whom check (
        (state = 'open') = (decided_by = '') and (state = 'open') = (decided_at is null)
        and (state = 'open') = (reason = ''));
create index appeal_open on appeal (filed_at) where state = 'open';
alter table exemption
    add constraint exemption_reasoned check (btrim(why) <> '');
alter table papers_missing
    add constraint papers_missing_says_what check (btrim(what) <> '');
"""

# Those who book for others, and bookings for an organisation, are few among all.
COUNTED = """
create index appointment_of_agent on appointment (booked_by, day) where booked_by <> '';
create index appointment_of_organisation on appointment (organisation, day) where organisation <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0011_capacity_constraints")]
    operations = [
        ops.RunSQL(
            RULES,
            reverse_sql="""
            drop index booking_rule_one_open;
            alter table booking_rule drop constraint booking_rule_version_counts_up,
                drop constraint booking_rule_named, drop constraint booking_rule_subject,
                drop constraint booking_rule_event, drop constraint booking_rule_period,
                drop constraint booking_rule_basis, drop constraint booking_rule_per,
                drop constraint booking_rule_threshold, drop constraint booking_rule_late_hours,
                drop constraint booking_rule_one_scope, drop constraint booking_rule_sanction,
                drop constraint booking_rule_ends_after_start;
            """,
        ),
        ops.RunSQL(
            SANCTIONS,
            reverse_sql="""
            alter table papers_missing drop constraint papers_missing_says_what;
            alter table exemption drop constraint exemption_reasoned;
            drop index appeal_open;
            alter table appeal drop constraint appeal_says_something, drop constraint appeal_state,
                drop constraint appeal_decided_by_whom;
            drop index sanction_in_force;
            alter table sanction drop constraint sanction_subject, drop constraint sanction_of_somebody,
                drop constraint sanction_ends_after_start, drop constraint sanction_state,
                drop constraint sanction_lifted_by_whom;
            """,
        ),
        ops.RunSQL(COUNTED, reverse_sql="drop index appointment_of_organisation; drop index appointment_of_agent;"),
    ]
