"""The same words to many, and whom none reached."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class MassSend(Model):
    """群发: one occasion for everybody of an audience. `state`: spreading, done, stopped. `reached_id`: the last
    citizen who has been given theirs, so that a run that dies is taken up where it stopped.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=40)
    mark = fields.CharField(max_length=80, unique=True)  # what it is about: the same fact makes no second one
    topics: list[list[str]] = fields.JSONField(default=list)  # [["theme", "housing"], …]
    told: dict[str, Any] = fields.JSONField(default=dict)
    page = fields.CharField(max_length=120, default="")
    hall_path = fields.CharField(max_length=80, default="")
    state = fields.CharField(max_length=10, default="spreading", db_index=True)
    reached_id = fields.BigIntField(default=0)
    people = fields.IntField(default=0)
    made_by = fields.CharField(max_length=80)
    made_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "mass_send"


class UnreachedNotice(Model):
    """须电话告知: an urgent message that no channel took. `state`: open, called, moot (they have read it by now)."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="unreached", on_delete=OnDelete.RESTRICT, db_index=True
    )
    occasion = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=40)
    hall_path = fields.CharField(max_length=80, default="")
    problem = fields.CharField(max_length=120, default="")
    state = fields.CharField(max_length=8, default="open")
    handled_by = fields.CharField(max_length=80, default="")
    made_at = fields.DatetimeField(auto_now_add=True)
    handled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "unreached_notice"
        unique_together = (("citizen", "occasion"),)
