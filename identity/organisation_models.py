"""组织机构: companies and the people who act for them."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class Organisation(Model):
    """组织: known by its 统一社会信用代码. `subject` is the citizen row that owns its bookings, bills and cases.

    Name and code are in the public register, so they are not sealed.
    """

    id = fields.BigIntField(primary_key=True)
    subject: fields.OneToOneRelation[Citizen] = fields.OneToOneField(
        "models.Citizen", related_name="organisation", on_delete=OnDelete.RESTRICT
    )
    credit_code = fields.CharField(max_length=18, unique=True)
    name = fields.CharField(max_length=120)
    verified_at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "organisation"


class OrganisationAgent(Model):
    """经办人: somebody who acts for an organisation, or was asked to.

    `role`: legal_person, administrator, agent. `state`: asked by the organisation, waits for the person; claimed by the
    person, waits for a window; active; ended; declined. What was typed of somebody who was asked goes with the answer.
    """

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="agents", on_delete=OnDelete.RESTRICT, db_index=True
    )
    citizen: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="organisations", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    name_sealed = fields.TextField(default="", db_default="")
    id_type = fields.CharField(max_length=20, default="", db_default="")
    id_fingerprint = fields.CharField(max_length=64, default="", db_default="", db_index=True)
    role = fields.CharField(max_length=16)
    scope: list[str] = fields.JSONField(default=list)
    until = fields.DateField()
    state = fields.CharField(max_length=10)
    added_by = fields.CharField(max_length=80)  # the text of an Actor
    reason = fields.CharField(max_length=200, default="", db_default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    decided_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "organisation_agent"
