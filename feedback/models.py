"""好差评 of visits and cases, and what a bad mark sets going."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class Rating(Model):
    """好差评: once per finished visit or closed case. Five levels, 5 非常满意 … 1 非常不满意."""

    id = fields.BigIntField(primary_key=True)
    subject_kind = fields.CharField(max_length=10)  # visit, case
    subject_id = fields.BigIntField()
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="ratings", on_delete=OnDelete.RESTRICT, db_index=True
    )
    level = fields.IntField()
    tags: list[str] = fields.JSONField(default=list)
    text = fields.CharField(max_length=500, default="")
    place = fields.CharField(max_length=80, default="")  # hall or department it is counted for
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "rating"
        unique_together = (("subject_kind", "subject_id"),)


class Rectification(Model):
    """差评整改: the lowest two levels open one, with a deadline to call back and one to mend."""

    id = fields.BigIntField(primary_key=True)
    rating: fields.OneToOneRelation[Rating] = fields.OneToOneField(
        "models.Rating", related_name="rectification", on_delete=OnDelete.RESTRICT
    )
    state = fields.CharField(max_length=12, default="open")  # open, called_back, mended
    call_back_due = fields.DateField()
    mend_due = fields.DateField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "rectification"
