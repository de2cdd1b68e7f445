"""What stands beside a case: notices, what contradicts itself, notes of staff, who follows it, and usual durations."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from cases.models import Case, CaseEvent
from identity.models import Citizen, Staff


class CaseNotice(Model):
    """一次性告知书: one per event that asks for papers; number and date stay as they were told."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="notices", on_delete=OnDelete.RESTRICT, db_index=True
    )
    event: fields.ForeignKeyRelation[CaseEvent] = fields.OneToOneField(
        "models.CaseEvent", related_name="notice", on_delete=OnDelete.RESTRICT
    )
    document_no = fields.CharField(max_length=60)
    due = fields.DateField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "case_notice"


class CaseConflict(Model):
    """矛盾信息: what was told and cannot be so, kept until staff have looked at it; open → settled | gone."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="conflicts", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    case_no = fields.CharField(max_length=60)
    source = fields.CharField(max_length=60)
    event_id = fields.CharField(max_length=80)
    problem = fields.CharField(max_length=40)
    told: dict[str, Any] = fields.JSONField(default=dict)  # kind, moment, note and detail; nothing of a person
    told_hash = fields.CharField(max_length=64)
    told_times = fields.IntField(default=1)
    state = fields.CharField(max_length=8, default="open")  # open, settled, gone
    note = fields.CharField(max_length=300, default="")
    settled_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="conflicts_settled", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_conflict"
        unique_together = (("case_no", "source", "event_id", "problem", "told_hash"),)


class CaseNote(Model):
    """办件备注: what staff write down for each other; appended, never shown to the applicant."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="notes", on_delete=OnDelete.RESTRICT, db_index=True
    )
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="case_notes", on_delete=OnDelete.RESTRICT, db_index=True
    )
    text = fields.CharField(max_length=500)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "case_note"


class CaseSubscription(Model):
    """办件订阅: a person who is told when somebody's case moves, and what entitles them to it."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="subscriptions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="case_subscriptions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    proved_by = fields.CharField(max_length=10)  # applicant, agent, number
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "case_subscription"
        unique_together = (("case", "citizen"),)


class CaseSerial(Model):
    """流水号: the last one given under a prefix (a day, an item, a year)."""

    id = fields.BigIntField(primary_key=True)
    prefix = fields.CharField(max_length=60, unique=True)
    number = fields.BigIntField()

    class Meta:
        table = "case_serial"


class UsualDuration(Model):
    """通常用时: of the cases of an item that ended lately, within how many working days nine of ten were done."""

    id = fields.BigIntField(primary_key=True)
    item_code = fields.CharField(max_length=40, unique=True)
    counted = fields.IntField()
    days = fields.IntField()  # the 90th percentile
    since = fields.DateField()
    until = fields.DateField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "usual_duration"
