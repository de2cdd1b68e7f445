"""Citizens, their platform accounts and delegations; staff and their roles."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model


class Citizen(Model):
    """市民: one per real identity, however many platform accounts. Numbers are sealed; fingerprints find them."""

    id = fields.BigIntField(primary_key=True)
    state = fields.CharField(max_length=12, default="active")  # active, merged, deleted
    merged_into: fields.ForeignKeyNullableRelation["Citizen"] = fields.ForeignKeyField(
        "models.Citizen", related_name="merged_from", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    real_name_sealed = fields.TextField(default="")
    id_type = fields.CharField(max_length=20, default="")
    id_number_sealed = fields.TextField(default="")
    id_fingerprint = fields.CharField(max_length=64, null=True, db_index=True)
    # 监护人: a minor without a document of their own is known through this citizen
    guardian: fields.ForeignKeyNullableRelation["Citizen"] = fields.ForeignKeyField(
        "models.Citizen", related_name="minors", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    phone_sealed = fields.TextField(default="")
    phone_fingerprint = fields.CharField(max_length=64, null=True, db_index=True)
    phone_verified_at = fields.DatetimeField(null=True)  # by a platform; a number that was only told has none
    verified_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "citizen"


class PlatformAccount(Model):
    """平台账号: (platform, app_id, openid) bound to a citizen."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="accounts", on_delete=OnDelete.RESTRICT, db_index=True
    )
    platform = fields.CharField(max_length=12)  # wechat, alipay
    app_id = fields.CharField(max_length=40)
    openid = fields.CharField(max_length=80)
    unionid = fields.CharField(max_length=80, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "platform_account"
        unique_together = (("platform", "app_id", "openid"),)


class Delegation(Model):
    """委托 / 亲友代办: `agent` may act for `principal` within `scope` until `until`."""

    id = fields.BigIntField(primary_key=True)
    principal: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="agents", on_delete=OnDelete.RESTRICT, db_index=True
    )
    agent: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="principals", on_delete=OnDelete.RESTRICT, db_index=True
    )
    scope: list[str] = fields.JSONField(default=list)  # of "book", "progress", "pay"
    items: list[str] = fields.JSONField(default=list, db_default="[]")  # item codes; none named is all of them
    until = fields.DateField()
    revoked_at = fields.DatetimeField(null=True)
    revoked_by = fields.CharField(max_length=80, default="", db_default="")  # the text of an Actor
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "delegation"


class Staff(Model):
    """工作人员."""

    id = fields.BigIntField(primary_key=True)
    username = fields.CharField(max_length=40, unique=True)
    display_name = fields.CharField(max_length=40)
    password_hash = fields.CharField(max_length=200)
    active = fields.BooleanField(default=True)
    failed_attempts = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    password_set_at = fields.DatetimeField(auto_now_add=True)
    must_change_password = fields.BooleanField(default=False, db_default=False)  # another one has set it
    signed_in_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "staff"


class StaffRole(Model):
    """角色: what a staff member may do, and in which halls (`hall_path` is a prefix; empty is the whole city)."""

    id = fields.BigIntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="roles", on_delete=OnDelete.RESTRICT, db_index=True
    )
    role = fields.CharField(max_length=20)
    hall_path = fields.CharField(max_length=60, default="")

    class Meta:
        table = "staff_role"
        unique_together = (("staff", "role", "hall_path"),)
