"""What the models cannot say of people around a booking: family lists, delegations asked for, who booked for whom."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table citizen
    add constraint citizen_guarded_has_no_document check (guardian_id is null or verified_at is null),
    add constraint citizen_guarded_by_another check (guardian_id <> id);
alter table family_member
    add constraint family_member_another check (owner_id <> member_id),
    add constraint family_member_relation check (relation in ('spouse', 'parent', 'child', 'other')),
    add constraint family_member_state check (state in ('active', 'removed', 'refused')),
    add constraint family_member_ended_when check ((state = 'active') = (ended_at is null));
alter table delegation_request
    add constraint delegation_request_state check (state in ('asked', 'granted', 'declined', 'withdrawn')),
    add constraint delegation_request_keeps_no_name check ((state = 'asked') = (name_sealed <> ''));
"""

# What somebody booked for others, the newest last.
READS = """
create index appointment_booked_for_another on appointment (booked_by, id) where booked_by <> '';
create index waitlist_joined_for_another on waitlist_entry (joined_by, id) where joined_by <> '';
create index draw_entered_for_another on draw_entry (entered_by, id) where entered_by <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0014_closure_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table delegation_request drop constraint delegation_request_keeps_no_name,
                drop constraint delegation_request_state;
            alter table family_member drop constraint family_member_ended_when, drop constraint family_member_state,
                drop constraint family_member_relation, drop constraint family_member_another;
            alter table citizen drop constraint citizen_guarded_by_another,
                drop constraint citizen_guarded_has_no_document;
            """,
        ),
        ops.RunSQL(
            READS,
            reverse_sql="""
            drop index draw_entered_for_another; drop index waitlist_joined_for_another;
            drop index appointment_booked_for_another;
            """,
        ),
    ]
