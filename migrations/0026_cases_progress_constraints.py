"""What the models cannot say of cases in progress: kinds, what stands beside a case, indexes that hold at size."""

from tortoise import migrations
from tortoise.migrations import operations as ops

STAGES = """('received', 'accepted', 'refused', 'notice_once', 'supplemented', 'suspended', 'resumed',
            'special_started', 'special_ended', 'reviewed', 'decided', 'closed', 'delivered', 'withdrawn')"""

CHECKS = f"""
alter table case_event drop constraint case_event_kind_known;
alter table case_event
    add constraint case_event_kind_known check (kind in {STAGES[:-1]}, 'extended', 'voided'));
alter table case_file
    add constraint case_file_contradictions check (contradictions >= 0),
    add constraint case_file_ended_when check
        ((closed_at is not null) = (stage in ('refused', 'closed', 'delivered', 'withdrawn'))),
    add constraint case_file_pause_has_a_limit check (paused or pause_until is null);
alter table case_conflict
    add constraint case_conflict_state check (state in ('open', 'settled', 'gone')),
    add constraint case_conflict_ended_when check ((state = 'open') = (ended_at is null)),
    add constraint case_conflict_settled_by_whom check ((state = 'settled') = (settled_by_id is not null)),
    add constraint case_conflict_settled_says check (state <> 'settled' or note <> '');
alter table case_note add constraint case_note_says check (text <> '');
alter table case_subscription add constraint case_subscription_proved
    check (proved_by in ('applicant', 'agent', 'number'));
alter table case_serial add constraint case_serial_counts check (number > 0);
alter table usual_duration add constraint usual_duration_counts check (counted > 0 and days >= 0 and since <= until);
alter table case_import
    add constraint case_import_state check
        (state in ('waiting', 'rehearsing', 'rehearsed', 'running', 'done', 'dropped')),
    add constraint case_import_ended_when check ((ended_at is not null) = (state in ('done', 'dropped'))),
    add constraint case_import_position check (position between 0 and parts_number);
create unique index case_file_reference on case_file (source, reference) where reference <> '';
create index case_conflict_open on case_conflict (id) where state = 'open';
"""

# A list reads the newest first, whatever it is narrowed by; what is open is few among all that ever was.
INDEXES = """
create index case_file_of_hall on case_file (hall_path text_pattern_ops, id desc);
create index case_file_of_department on case_file (department_name, id desc);
create index case_file_of_item on case_file (item_code, id desc);
create index case_file_open_due on case_file ((coalesce(promised_due, legal_due)), id) where closed_at is null;
create index case_file_open_warn on case_file (warn_from, id) where closed_at is null;
create index case_file_open_paused on case_file (id) where closed_at is null and paused;
create index case_file_open_version on case_file (id, calendar_version) where closed_at is null;
create index case_file_open_stage on case_file (stage, id desc) where closed_at is null;
create index case_file_ended on case_file (closed_at) where closed_at is not null;
create index case_file_contradictory on case_file (id) where contradictions > 0;
create index case_file_changed on case_file (changed_at);
"""

APPEND_ONLY = """
create function case_note_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'case_note is append-only' using errcode = 'restrict_violation';
end $$;
create trigger case_note_no_change before update or delete on case_note
    for each row execute function case_note_append_only();
create function case_notice_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'case_notice is append-only' using errcode = 'restrict_violation';
end $$;
create trigger case_notice_no_change before update or delete on case_notice
    for each row execute function case_notice_append_only();
"""

REVERSE = """
drop trigger case_notice_no_change on case_notice;
drop function case_notice_append_only();
drop trigger case_note_no_change on case_note;
drop function case_note_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0025_teaching_constraints")]
    operations = [ops.RunSQL(CHECKS), ops.RunSQL(INDEXES), ops.RunSQL(APPEND_ONLY, reverse_sql=REVERSE)]
