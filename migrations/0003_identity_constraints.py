"""What the models cannot say for `identity`: checks, partial unique indexes, triggers."""

from tortoise import migrations
from tortoise.migrations.operations import TortoiseOperation


class Migration(migrations.Migration):
    dependencies = [("models", "0002_foundation_constraints")]
    operations: list[TortoiseOperation] = []
