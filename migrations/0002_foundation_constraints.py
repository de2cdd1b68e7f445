"""What the models cannot say for `foundation`: checks, and an audit log that can only grow."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table audit_row
    add constraint audit_row_actor_named check (actor ~ '^(citizen|staff|department|channel|system):.+'),
    add constraint audit_row_action_named check (action <> ''),
    add constraint audit_row_subject_named check (subject <> '');
alter table idempotency_key
    add constraint idempotency_key_named check (scope <> '' and key <> ''),
    add constraint idempotency_key_body_hashed check (length(body_hash) = 64);
alter table workday_override
    add constraint workday_override_reasoned check (reason <> '');
"""

# The retention job says so for its own transaction (`set local zhijianban.audit_retention = 'on'`) and may then delete
# what is older than the law asks for. Nobody changes a row.
APPEND_ONLY = """
create function audit_row_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('zhijianban.audit_retention', true) = 'on' then
        return old;
    end if;
    raise exception 'audit_row is append-only' using errcode = 'restrict_violation';
end $$;
create trigger audit_row_no_change before update or delete on audit_row
    for each row execute function audit_row_append_only();
create trigger audit_row_no_truncate before truncate on audit_row
    for each statement execute function audit_row_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table workday_override drop constraint workday_override_reasoned;
            alter table idempotency_key drop constraint idempotency_key_body_hashed,
                drop constraint idempotency_key_named;
            alter table audit_row drop constraint audit_row_subject_named, drop constraint audit_row_action_named,
                drop constraint audit_row_actor_named;
            """,
        ),
        ops.RunSQL(
            APPEND_ONLY,
            reverse_sql="""
            drop trigger audit_row_no_truncate on audit_row;
            drop trigger audit_row_no_change on audit_row;
            drop function audit_row_append_only();
            """,
        ),
    ]
