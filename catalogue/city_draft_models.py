"""Scenarios, themes, life events and their order on their way to being published."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Staff


class CityDraft(Model):
    """What an editor writes of a scenario, a theme or a life event and somebody else reviews before citizens see it.

    editing → submitted → published | editing (sent back); editing or submitted → dropped. With `ends` it takes the
    thing away; it is submitted as it is made.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=12)  # scenario, theme, life_event, order
    code = fields.CharField(max_length=60)
    base = fields.CharField(max_length=16, default="")  # mark of what stood when it was written; empty for what is new
    sheet: dict[str, Any] = fields.JSONField()  # may still have faults
    ends = fields.BooleanField(default=False)
    state = fields.CharField(max_length=12, default="editing")  # editing, submitted, published, dropped
    revision = fields.IntField(default=1)  # counts savings, so that two editors never overwrite each other unseen
    editors: list[int] = fields.JSONField(default=list)  # all who saved it: none of them may publish it
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="city_drafts", on_delete=OnDelete.RESTRICT, db_index=True
    )
    reviewer: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="city_drafts_reviewed", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    note = fields.CharField(max_length=400, default="")  # why it was sent back or dropped, or is to end
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "city_draft"
