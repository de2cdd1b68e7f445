"""Guides on their way to being published."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import ServiceItem
from identity.models import Staff


class GuideDraft(Model):
    """指南草稿: what an editor writes and somebody else reviews before it becomes a version of the guide.

    editing → submitted → published | editing (sent back); editing or submitted → dropped.
    """

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=60, db_index=True)
    item: fields.ForeignKeyNullableRelation[ServiceItem] = fields.ForeignKeyField(
        "models.ServiceItem", related_name="drafts", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    base_version = fields.IntField(default=0)  # of the guide it started from; 0 for an item that is new
    sheet: dict[str, Any] = fields.JSONField()  # an item sheet that may still have faults
    state = fields.CharField(max_length=12, default="editing")  # editing, submitted, published, dropped
    revision = fields.IntField(default=1)  # counts savings, so that two editors never overwrite each other unseen
    editors: list[int] = fields.JSONField(default=list)  # all who saved it: none of them may publish it
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="drafts", on_delete=OnDelete.RESTRICT, db_index=True
    )
    reviewer: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="drafts_reviewed", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    note = fields.CharField(max_length=400, default="")  # why it was sent back or dropped
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "guide_draft"
