"""What the models cannot say for `assistant`: which kinds of answer there are, and that confidence is a share."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table turn
    add constraint turn_band check (band in
        ('answer', 'choose', 'unknown', 'person', 'emergency', 'complaint', 'greeting', 'empty')),
    add constraint turn_confidence check (confidence between 0 and 1);
create index conversation_changed_at on conversation (changed_at);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0008_feedback_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index conversation_changed_at;
            alter table turn drop constraint turn_confidence, drop constraint turn_band;
            """,
        ),
    ]
