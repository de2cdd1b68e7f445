"""Cases on their way, as an append-only log of events."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class Case(Model):
    """办件: one application on its way. `case_no` stays; stage and deadlines are folded from its events."""

    id = fields.BigIntField(primary_key=True)
    case_no = fields.CharField(max_length=60, unique=True)
    source = fields.CharField(max_length=60)  # key id of the department that pushes it, or where it was registered
    reference = fields.CharField(max_length=80, default="")  # what the source itself calls it
    hall_path = fields.CharField(max_length=60, default="")  # where it was taken in; whose staff look after it
    item_code = fields.CharField(max_length=40)
    item_name = fields.CharField(max_length=120)
    department_name = fields.CharField(max_length=60)
    citizen: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="cases", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    applicant_fingerprint = fields.CharField(max_length=64, default="", db_index=True)
    applicant_name_sealed = fields.TextField(default="")
    factor_fingerprint = fields.CharField(max_length=64, default="")  # case_no with the number's last four
    legal_days = fields.IntField(null=True)
    promised_days = fields.IntField(null=True)
    stage = fields.CharField(max_length=20, default="received")
    accepted_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    promised_due = fields.DateField(null=True)
    legal_due = fields.DateField(null=True)
    warn_from = fields.DateField(null=True)  # from this day on the light is yellow
    paused = fields.BooleanField(default=False)
    pause_until = fields.DateField(null=True)  # the limit of the pause: later days count again
    used_days = fields.IntField(null=True)  # working days from acceptance to the end, once it has ended
    contradictions = fields.IntField(default=0)  # events of the log that the fold had to set aside
    calendar_version = fields.CharField(max_length=60, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "case_file"


class CaseEvent(Model):
    """办件事件: appended, never changed; the department's `event_id` makes a repeated push harmless."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="events", on_delete=OnDelete.RESTRICT, db_index=True
    )
    source = fields.CharField(max_length=60)
    event_id = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=20)  # received, accepted, notice_once, supplemented, suspended, …
    happened_at = fields.DatetimeField()
    received_at = fields.DatetimeField(auto_now_add=True)
    note = fields.CharField(max_length=400, default="")
    detail: dict[str, Any] = fields.JSONField(default=dict)  # see `cases.details`
    told_by = fields.CharField(max_length=80, default="")  # the Actor who appended it
    body_hash = fields.CharField(max_length=64)

    class Meta:
        table = "case_event"
        unique_together = (("source", "event_id"),)
