"""What the models cannot say for `assistant`: checks, partial unique indexes, triggers."""

from tortoise import migrations
from tortoise.migrations.operations import Operation


class Migration(migrations.Migration):
    dependencies = [("models", "0008_feedback_constraints")]
    operations: list[Operation] = []
