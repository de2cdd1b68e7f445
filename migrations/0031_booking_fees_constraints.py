"""What the models cannot say of booking fees: an amount, and what finance looks for by a bill's number."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0026_cases_progress_constraints")]
    operations = [
        ops.RunSQL(
            "alter table type_fee add constraint type_fee_amount check (amount_fen between 1 and 10000000);",
            reverse_sql="alter table type_fee drop constraint type_fee_amount;",
        ),
    ]
