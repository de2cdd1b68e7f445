"""What the models cannot say of attachments and fees: a paper belongs to one thing, and what costs, costs something."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0035_staff_reminders_constraints")]
    operations = [
        ops.RunSQL(
            """
            alter table paper drop constraint paper_of_one_thing;
            alter table paper add constraint paper_of_one_thing
                check (num_nonnulls(filing_id, supplement_id, result_of_id, folder_id) = 1);
            alter table item_fee add constraint item_fee_costs check (amount_fen > 0);
            create index paper_folder_closed on paper_folder (kind, closed_at) where closed_at is not null;
            """,
            reverse_sql="""
            drop index paper_folder_closed;
            alter table item_fee drop constraint item_fee_costs;
            alter table paper drop constraint paper_of_one_thing;
            alter table paper add constraint paper_of_one_thing
                check (num_nonnulls(filing_id, supplement_id, result_of_id) = 1);
            """,
        ),
    ]
