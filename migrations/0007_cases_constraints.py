"""What the models cannot say for `cases`: known stages, and a log that can only grow."""

from tortoise import migrations
from tortoise.migrations import operations as ops

KINDS = """('received', 'accepted', 'refused', 'notice_once', 'supplemented', 'suspended', 'resumed', 'special_started',
           'special_ended', 'reviewed', 'decided', 'closed', 'delivered', 'withdrawn')"""

CHECKS = f"""
alter table case_file
    add constraint case_file_stage_known check (stage in {KINDS}),
    add constraint case_file_days check (coalesce(legal_days, 0) >= 0 and coalesce(promised_days, 0) >= 0);
alter table case_event add constraint case_event_kind_known check (kind in {KINDS});
create index case_file_mine on case_file (citizen_id, changed_at desc);
"""

APPEND_ONLY = """
create function case_event_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'case_event is append-only' using errcode = 'restrict_violation';
end $$;
create trigger case_event_no_change before update or delete on case_event
    for each row execute function case_event_append_only();
create trigger case_event_no_truncate before truncate on case_event
    for each statement execute function case_event_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0006_appointments_constraints")]
    operations = [ops.RunSQL(CHECKS), ops.RunSQL(APPEND_ONLY)]
