"""Tables of the ground floor."""

from tortoise import fields
from tortoise.models import Model


class AuditRow(Model):
    """Who did what to which thing, when and why (审计记录). Without foreign keys: the log outlives what it tells of."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(auto_now_add=True)
    actor = fields.CharField(max_length=80, db_index=True)
    action = fields.CharField(max_length=80)
    subject = fields.CharField(max_length=120, db_index=True)
    reason = fields.CharField(max_length=400, default="")
    detail: dict[str, object] = fields.JSONField(default=dict)
    request_id = fields.CharField(max_length=64, default="")

    class Meta:
        table = "audit_row"


class IdempotencyKey(Model):
    """What was answered to a key, so that a retry gets the same answer."""

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(max_length=120)
    key = fields.CharField(max_length=80)
    body_hash = fields.CharField(max_length=64)
    answer: dict[str, object] | None = fields.JSONField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True, db_index=True)

    class Meta:
        table = "idempotency_key"
        unique_together = (("scope", "key"),)


class WorkdayOverride(Model):
    """A day that staff declared a workday or a day off, against the published calendar (工作日历例外).

    With neither the published calendar holds again; the row stays, so that the calendar's edition goes on counting up.
    """

    id = fields.BigIntField(primary_key=True)
    day = fields.DateField(unique=True)
    is_workday = fields.BooleanField(null=True)
    reason = fields.CharField(max_length=200)
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "workday_override"
