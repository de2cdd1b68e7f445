"""What the models cannot say of reminders of staff: one open one a matter, and told upwards only when it is late."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
create unique index staff_reminder_one_open on staff_reminder (kind, subject) where ended_at is null;
create index staff_reminder_ended on staff_reminder (ended_at) where ended_at is not null;
alter table staff_reminder add constraint staff_reminder_escalated_late check (escalated_at is null or late);
"""
UNDO = """
alter table staff_reminder drop constraint staff_reminder_escalated_late;
drop index staff_reminder_ended;
drop index staff_reminder_one_open;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0034_supervision_constraints")]
    operations = [ops.RunSQL(CHECKS, reverse_sql=UNDO)]
