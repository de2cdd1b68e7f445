"""亲友: whom a citizen takes along, and how two people agree that one acts for the other."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class FamilyMember(Model):
    """亲友: `owner` may take `member` along (同行人). One with a document is the citizen of that identity.

    `state`: active; removed by the owner, who still looks after what was booked; refused by the member, for good.
    """

    id = fields.BigIntField(primary_key=True)
    owner: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="family", on_delete=OnDelete.RESTRICT, db_index=False
    )
    member: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="family_of", on_delete=OnDelete.RESTRICT, db_index=True
    )
    relation = fields.CharField(max_length=10)  # spouse, parent, child, other
    born_sealed = fields.TextField(default="")  # of a minor without a document; a document tells by itself
    state = fields.CharField(max_length=10, default="active", db_default="active")
    created_at = fields.DatetimeField(auto_now_add=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "family_member"
        unique_together = (("owner", "member"),)


class DelegationInvitation(Model):
    """委托邀请: whoever brings the code, of which only the keyed hash is kept, becomes the principal's agent. Once."""

    id = fields.BigIntField(primary_key=True)
    principal: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="invitations", on_delete=OnDelete.RESTRICT, db_index=True
    )
    code_fingerprint = fields.CharField(max_length=64, unique=True)
    scope: list[str] = fields.JSONField(default=list)
    items: list[str] = fields.JSONField(default=list, db_default="[]")
    until = fields.DateField()
    good_until = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "delegation_invitation"


class DelegationRequest(Model):
    """委托申请: an agent asks to act for a person, known by name and number, who need not have an account yet.

    `state`: asked, granted, declined, withdrawn. What was typed of the principal goes when it is closed.
    """

    id = fields.BigIntField(primary_key=True)
    agent: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="delegation_requests", on_delete=OnDelete.RESTRICT, db_index=True
    )
    name_sealed = fields.TextField(default="")
    id_type = fields.CharField(max_length=20)
    id_fingerprint = fields.CharField(max_length=64, db_index=True)
    scope: list[str] = fields.JSONField(default=list)
    items: list[str] = fields.JSONField(default=list, db_default="[]")
    until = fields.DateField()
    state = fields.CharField(max_length=10, default="asked", db_default="asked")
    good_until = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "delegation_request"
