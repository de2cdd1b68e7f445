"""What the models cannot say of supplements: one is being prepared at a time, and what was sent answered something."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0036_attachments_constraints")]
    operations = [
        ops.RunSQL(
            """
            create unique index supplement_one_open on supplement (case_id) where state <> 'sent';
            alter table supplement add constraint supplement_sent_what
                check (state <> 'sent' or jsonb_array_length(wanted) > 0);
            """,
            reverse_sql="""
            alter table supplement drop constraint supplement_sent_what;
            drop index supplement_one_open;
            """,
        ),
    ]
