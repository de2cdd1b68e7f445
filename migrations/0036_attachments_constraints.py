"""What the models cannot say of attachments: a paper belongs to one thing, of which a folder may be one."""

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
            create index paper_folder_closed on paper_folder (kind, closed_at) where closed_at is not null;
            """,
            reverse_sql="""
            drop index paper_folder_closed;
            alter table paper drop constraint paper_of_one_thing;
            alter table paper add constraint paper_of_one_thing
                check (num_nonnulls(filing_id, supplement_id, result_of_id) = 1);
            """,
        ),
    ]
