"""Catalogues that somebody sent and nobody has approved yet."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Staff


class CatalogueImport(Model):
    """目录导入: a file as it was sent, with what it would change; waiting → applied | dropped."""

    id = fields.BigIntField(primary_key=True)
    filename = fields.CharField(max_length=120)
    file = fields.BinaryField()
    edition = fields.BigIntField()  # what `changes` was rehearsed against
    changes: dict[str, Any] = fields.JSONField()
    state = fields.CharField(max_length=8, default="waiting")  # waiting, applied, dropped
    sender: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="imports", on_delete=OnDelete.RESTRICT, db_index=True
    )
    approver: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="imports_approved", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "catalogue_import"
