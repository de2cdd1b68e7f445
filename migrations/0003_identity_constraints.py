"""What the models cannot say for `identity`: one active citizen per number, and which words a state may be."""

from tortoise import migrations
from tortoise.migrations import operations as ops

ONE_PERSON = """
create unique index citizen_one_per_number on citizen (id_fingerprint)
    where state = 'active' and id_fingerprint is not null;
create index platform_account_unionid on platform_account (platform, unionid) where unionid <> '';
"""

CHECKS = """
alter table citizen
    add constraint citizen_state check (state in ('active', 'merged', 'deleted')),
    add constraint citizen_merged_into_another check ((state = 'merged') = (merged_into_id is not null)),
    add constraint citizen_not_into_itself check (merged_into_id <> id),
    add constraint citizen_verified_whole check (
        (verified_at is null) = (id_fingerprint is null)
        and (verified_at is null or (real_name_sealed <> '' and id_number_sealed <> '' and id_type <> ''))),
    add constraint citizen_id_type check (id_type in ('', 'id_card', 'hmt_permit', 'residence', 'passport')),
    add constraint citizen_gone_holds_nothing check (
        state = 'active' or (id_fingerprint is null and real_name_sealed = '' and phone_sealed = ''));
alter table platform_account
    add constraint platform_account_platform check (platform in ('wechat', 'alipay')),
    add constraint platform_account_named check (openid <> '');
alter table delegation
    add constraint delegation_between_two check (principal_id <> agent_id);
alter table staff
    add constraint staff_username check (username ~ '^[a-z][a-z0-9.-]{2,39}$'),
    add constraint staff_failed_attempts check (failed_attempts >= 0);
alter table staff_role
    add constraint staff_role_role check (
        role in ('hall_manager', 'window', 'agent', 'editor', 'finance', 'supervisor', 'admin')),
    add constraint staff_role_hall_path check (hall_path = '' or hall_path ~ '^([^/]+/)+$');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0002_foundation_constraints")]
    operations = [
        ops.RunSQL(
            ONE_PERSON,
            reverse_sql="drop index platform_account_unionid; drop index citizen_one_per_number;",
        ),
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table staff_role drop constraint staff_role_hall_path, drop constraint staff_role_role;
            alter table staff drop constraint staff_failed_attempts, drop constraint staff_username;
            alter table delegation drop constraint delegation_between_two;
            alter table platform_account drop constraint platform_account_named,
                drop constraint platform_account_platform;
            alter table citizen drop constraint citizen_gone_holds_nothing, drop constraint citizen_id_type,
                drop constraint citizen_verified_whole, drop constraint citizen_not_into_itself,
                drop constraint citizen_merged_into_another, drop constraint citizen_state;
            """,
        ),
    ]
