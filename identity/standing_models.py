"""实名等级 and 监护: how we know who somebody is, and who speaks for a child."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class IdentityProof(Model):
    """核验记录: one way in which somebody proved who they are; appended.

    `kind`: phone, three_factor, face, in_person. `about` is the keyed hash of the phone, where it was about one:
    with another phone it proves nothing. `mark` is the keyed hash of what was shown, which serves once.
    """

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="proofs", on_delete=OnDelete.RESTRICT, db_index=True
    )
    kind = fields.CharField(max_length=12)
    about = fields.CharField(max_length=64, default="", db_default="")
    mark = fields.CharField(max_length=64, null=True, unique=True)
    by = fields.CharField(max_length=80)  # the text of an Actor
    at = fields.DatetimeField()

    class Meta:
        table = "identity_proof"


class Guardianship(Model):
    """监护: `guardian` acts for `child` in everything until the child is of age. The register has confirmed it."""

    id = fields.BigIntField(primary_key=True)
    guardian: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="wards", on_delete=OnDelete.RESTRICT, db_index=True
    )
    child: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="guardians", on_delete=OnDelete.RESTRICT, db_index=True
    )
    confirmed_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "guardianship"
