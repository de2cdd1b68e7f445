"""What the models cannot say for `feedback`."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table rating add constraint rating_level_known check (level between 1 and 5);
alter table rectification add constraint rectification_dues_ordered check (call_back_due <= mend_due);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0007_cases_constraints")]
    operations = [ops.RunSQL(CHECKS)]
