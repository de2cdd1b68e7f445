"""What was shown to staff before they decided: the one thing that may be applied."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import Hall


class Proposal(Model):
    """变更预览: a change, what it would do to slots and people, and the fingerprint of what it saw then."""

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyNullableRelation[Hall] = fields.ForeignKeyField(  # null is the whole city
        "models.Hall", related_name="proposals", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    change: dict[str, object] = fields.JSONField()  # what to do, as `appointments.changes` writes it
    body: dict[str, object] = fields.JSONField()  # what would come of it, as it was shown
    fingerprint = fields.CharField(max_length=64)
    made_by = fields.CharField(max_length=80)
    made_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(db_index=True)
    applied_at = fields.DatetimeField(null=True)
    applied_by = fields.CharField(max_length=80, default="", db_default="")
    choices: dict[str, object] = fields.JSONField(default=dict)  # appointment → keep, move or cancel, as decided

    class Meta:
        table = "proposal"
