"""What the models cannot say for `catalogue`: checks, partial unique indexes, triggers."""

from tortoise import migrations
from tortoise.migrations.operations import TortoiseOperation


class Migration(migrations.Migration):
    dependencies = [("models", "0003_identity_constraints")]
    operations: list[TortoiseOperation] = []
