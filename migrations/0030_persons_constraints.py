"""What the models cannot say of persons: proofs, organisations and their agents, looks at records, leaving."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table citizen
    drop constraint citizen_id_type,
    add constraint citizen_id_type check (
        id_type in ('', 'id_card', 'hmt_permit', 'residence', 'passport', 'credit_code')),
    add constraint citizen_phone_verified_is_one check (phone_verified_at is null or phone_sealed <> ''),
    add constraint citizen_organisation_has_no_phone check (id_type <> 'credit_code' or phone_sealed = '');
alter table delegation
    add constraint delegation_revoked_by_whom check ((revoked_at is null) = (revoked_by = ''));
alter table identity_proof
    add constraint identity_proof_kind check (kind in ('phone', 'three_factor', 'face', 'in_person')),
    add constraint identity_proof_about_a_phone check (kind not in ('phone', 'three_factor') or about <> ''),
    add constraint identity_proof_by_whom check (by <> '');
alter table guardianship
    add constraint guardianship_between_two check (guardian_id <> child_id);
alter table organisation
    add constraint organisation_credit_code check (credit_code ~ '^[0-9A-Z]{18}$'),
    add constraint organisation_named check (name <> '');
alter table organisation_agent
    add constraint organisation_agent_role check (role in ('legal_person', 'administrator', 'agent')),
    add constraint organisation_agent_state check (state in ('asked', 'claimed', 'active', 'declined', 'ended')),
    add constraint organisation_agent_who check (state in ('asked', 'declined') or citizen_id is not null),
    add constraint organisation_agent_keeps_no_name check ((state = 'asked') = (name_sealed <> '')),
    add constraint organisation_agent_ended_when check ((state = 'ended') = (ended_at is not null));
alter table record_access
    add constraint record_access_what check (what <> ''),
    add constraint record_access_by_staff check (by ~ '^staff:[0-9]+$');
alter table data_export
    add constraint data_export_state check (state in ('waiting', 'ready', 'fetched', 'expired')),
    add constraint data_export_held_while_ready check ((state = 'ready') = (content_sealed <> ''));
alter table leaving
    add constraint leaving_state check (state in ('waiting', 'withdrawn', 'done')),
    add constraint leaving_ended_when check ((state = 'waiting') = (ended_at is null));
alter table retention_run
    add constraint retention_run_deleted check (deleted >= 0 and days > 0);
"""

ONCE = """
create unique index guardianship_one_live on guardianship (guardian_id, child_id) where ended_at is null;
create unique index organisation_agent_one_live on organisation_agent (organisation_id, citizen_id)
    where state in ('active', 'claimed');
create unique index organisation_agent_one_legal_person on organisation_agent (organisation_id)
    where state = 'active' and role = 'legal_person';
create unique index organisation_agent_asked_once on organisation_agent (organisation_id, id_fingerprint)
    where state = 'asked';
create unique index policy_consent_one_live on policy_consent (citizen_id, version) where withdrawn_at is null;
create unique index leaving_one_waiting on leaving (citizen_id) where state = 'waiting';
create unique index data_export_one_waiting on data_export (citizen_id) where state = 'waiting';
create index leaving_due on leaving (due_at) where state = 'waiting';
create index record_access_latest on record_access (citizen_id, what, by, at desc);
create index record_access_old on record_access (at);
"""

# Shown to the person as it happened; only the retention job takes away what is past its time, and says so.
APPEND_ONLY = """
create function record_access_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('zhijianban.record_access_retention', true) = 'on' then
        return old;
    end if;
    raise exception 'record_access is append-only' using errcode = 'restrict_violation';
end $$;
create trigger record_access_no_change before update or delete on record_access
    for each row execute function record_access_append_only();
create trigger record_access_no_truncate before truncate on record_access
    for each statement execute function record_access_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0029_feedback_desk_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table retention_run drop constraint retention_run_deleted;
            alter table leaving drop constraint leaving_ended_when, drop constraint leaving_state;
            alter table data_export drop constraint data_export_held_while_ready, drop constraint data_export_state;
            alter table record_access drop constraint record_access_by_staff, drop constraint record_access_what;
            alter table organisation_agent drop constraint organisation_agent_ended_when,
                drop constraint organisation_agent_keeps_no_name, drop constraint organisation_agent_who,
                drop constraint organisation_agent_state, drop constraint organisation_agent_role;
            alter table organisation drop constraint organisation_named, drop constraint organisation_credit_code;
            alter table guardianship drop constraint guardianship_between_two;
            alter table identity_proof drop constraint identity_proof_by_whom,
                drop constraint identity_proof_about_a_phone, drop constraint identity_proof_kind;
            alter table delegation drop constraint delegation_revoked_by_whom;
            alter table citizen drop constraint citizen_organisation_has_no_phone,
                drop constraint citizen_phone_verified_is_one, drop constraint citizen_id_type,
                add constraint citizen_id_type check (
                    id_type in ('', 'id_card', 'hmt_permit', 'residence', 'passport'));
            """,
        ),
        ops.RunSQL(
            ONCE,
            reverse_sql="""
            drop index record_access_old;
            drop index record_access_latest;
            drop index leaving_due;
            drop index data_export_one_waiting;
            drop index leaving_one_waiting;
            drop index policy_consent_one_live;
            drop index organisation_agent_asked_once;
            drop index organisation_agent_one_legal_person;
            drop index organisation_agent_one_live;
            drop index guardianship_one_live;
            """,
        ),
        ops.RunSQL(
            APPEND_ONLY,
            reverse_sql="""
            drop trigger record_access_no_truncate on record_access;
            drop trigger record_access_no_change on record_access;
            drop function record_access_append_only();
            """,
        ),
    ]
