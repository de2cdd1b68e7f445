"""Forms and filled examples that guides hand out."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Staff


class GuideFile(Model):
    """表格和示例文件: one file under its name for ever; what it holds lies in the object store under its fingerprint.

    A sheet names it, so that each version of a guide keeps the very files it was published with.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=80, unique=True)
    slug = fields.CharField(max_length=60, db_index=True)  # of the item it was sent for
    title = fields.CharField(max_length=120)  # as it was called by who sent it
    content_type = fields.CharField(max_length=100)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    sent_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="guide_files", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )  # empty when it came with a folder
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "guide_file"
