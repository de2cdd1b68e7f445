"""What a staff account has besides its password: a second factor, codes for a lost phone, the passwords before it."""

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model

from identity.models import Staff


class StaffFactor(Model):
    """动态口令: the secret of an authenticator app (RFC 6238). It counts from `confirmed_at` on.

    `last_step` is the time step of the code used last: none is taken twice.
    """

    id = fields.BigIntField(primary_key=True)
    staff: fields.OneToOneRelation[Staff] = fields.OneToOneField(
        "models.Staff", related_name="factor", on_delete=OnDelete.RESTRICT
    )
    secret_sealed = fields.TextField()
    confirmed_at = fields.DatetimeField(null=True)
    last_step = fields.BigIntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "staff_factor"


class StaffRecoveryCode(Model):
    """恢复码: opens the door once instead of a code of the app."""

    id = fields.BigIntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="recovery_codes", on_delete=OnDelete.RESTRICT, db_index=True
    )
    fingerprint = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_recovery_code"


class StaffPassword(Model):
    """用过的密码: a hash that was in use before, so that it is not chosen again."""

    id = fields.BigIntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="old_passwords", on_delete=OnDelete.RESTRICT, db_index=True
    )
    password_hash = fields.CharField(max_length=200)
    replaced_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "staff_password"
