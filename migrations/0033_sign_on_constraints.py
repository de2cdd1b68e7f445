"""Accounts of the province's single sign-on beside those of the two platforms."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0032_staff_factor_constraints")]
    operations = [
        ops.RunSQL(
            """
            alter table platform_account drop constraint platform_account_platform,
                add constraint platform_account_platform check (platform in ('wechat', 'alipay', 'sign_on'));
            """,
            reverse_sql="""
            alter table platform_account drop constraint platform_account_platform,
                add constraint platform_account_platform check (platform in ('wechat', 'alipay'));
            """,
        ),
    ]
