"""What the models cannot say for the directory: the kinds there are, and credit codes of the national form."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0018_refunds_and_receipts_constraints")]
    operations = [
        ops.RunSQL(
            """
            alter table intermediary
                add constraint intermediary_kind check (kind in ('公证', '司法鉴定', '翻译', '测绘', '检测检验', '评估',
                    '环评编制', '安全评价', '印章刻制', '体检')),
                add constraint intermediary_credit_code check (credit_code ~ '^[0-9A-HJ-NP-RTUW-Y]{18}$');
            """,
            reverse_sql="""
            alter table intermediary drop constraint intermediary_credit_code, drop constraint intermediary_kind;
            """,
        ),
    ]
