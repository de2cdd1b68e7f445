"""个人信息: who looked, what was agreed to, what was handed over, who leaves, what was deleted when its time was up."""

from datetime import date

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class RecordAccess(Model):
    """查阅记录: staff opened this person's record; appended, and shown to the person.

    `roles` is what the staff member was at that moment: pairs of role and hall path. The person reads
    those, not a name.
    """

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="looked_at", on_delete=OnDelete.RESTRICT, db_index=True
    )
    by = fields.CharField(max_length=80)  # the text of an Actor
    roles: list[list[str]] = fields.JSONField(default=list)
    what = fields.CharField(max_length=20)
    why = fields.CharField(max_length=200, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "record_access"


class PolicyConsent(Model):
    """隐私政策同意记录: which version somebody agreed to and when; taken back when `withdrawn_at` says so."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="policy_consents", on_delete=OnDelete.RESTRICT, db_index=True
    )
    version = fields.CharField(max_length=20)
    agreed_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "policy_consent"


class DataExport(Model):
    """个人信息副本: made by a job, fetched once, gone when its time is up. `content_sealed` is the archive."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="exports", on_delete=OnDelete.RESTRICT, db_index=True
    )
    code = fields.CharField(max_length=20, unique=True)
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")  # ready, fetched, expired
    content_sealed = fields.TextField(default="", db_default="")
    size = fields.IntField(default=0, db_default=0)
    asked_at = fields.DatetimeField()
    ready_at = fields.DatetimeField(null=True)
    good_until = fields.DatetimeField(null=True)

    class Meta:
        table = "data_export"


class Leaving(Model):
    """注销申请: carried out on its day unless the person thinks better of it. `state`: waiting, withdrawn, done."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="leavings", on_delete=OnDelete.RESTRICT, db_index=True
    )
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    asked_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    hindered_by = fields.CharField(max_length=60, default="", db_default="")  # the refusal that put it off
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "leaving"


class RetentionRun(Model):
    """到期清理记录: how many records of a kind were deleted on a day because their time was up. Names nobody."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=40)
    title = fields.CharField(max_length=60)
    days = fields.IntField()
    before: date = fields.DateField()
    deleted = fields.IntField()
    at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "retention_run"
