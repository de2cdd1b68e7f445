"""What the models cannot say of conversations that a person answers: one open each, held by whom."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table handover
    add constraint handover_state check (state in ('waiting', 'message', 'held', 'ended')),
    add constraint handover_outcome check (outcome in ('', 'returned', 'closed', 'withdrawn', 'abandoned')),
    add constraint handover_ended_how check ((state = 'ended') = (ended_at is not null and outcome <> '')),
    add constraint handover_held_by_whom check (case state when 'held' then agent_id is not null
        when 'ended' then true else agent_id is null end),
    add constraint handover_taken_when check ((agent_id is null) = (taken_at is null)),
    add constraint handover_message_due check (state <> 'message' or due_on is not null);
alter table handover_line
    add constraint handover_line_said_by check (said_by in ('citizen', 'agent', 'system')),
    add constraint handover_line_by_whom check ((said_by = 'agent') = (staff_id is not null)),
    add constraint handover_line_says check (text <> '');
create unique index handover_one_open on handover (conversation_id) where state <> 'ended';
create unique index handover_line_once on handover_line (handover_id, said_by, key) where key <> '';
create index handover_waiting on handover (asked_at, id) where state in ('waiting', 'message');
create index handover_open_of on handover (asker) where state <> 'ended';
create index handover_ended_at on handover (ended_at) where state = 'ended';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0021_learning_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index handover_ended_at;
            drop index handover_open_of;
            drop index handover_waiting;
            drop index handover_line_once;
            drop index handover_one_open;
            alter table handover_line drop constraint handover_line_says, drop constraint handover_line_by_whom,
                drop constraint handover_line_said_by;
            alter table handover drop constraint handover_message_due, drop constraint handover_taken_when,
                drop constraint handover_held_by_whom, drop constraint handover_ended_how,
                drop constraint handover_outcome, drop constraint handover_state;
            """,
        ),
    ]
