"""Limits as data: the rules, what they led to, and how that is undone."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from appointments.models import Appointment, AppointmentType
from identity.models import Citizen


class BookingRule(Model):
    """预约规则, one version of it: at `threshold` events of a `subject` within a `period` there are no more bookings.

    A version never changes but for the moment it ends; `code` is common to all versions. The words stand in
    `appointments.rule_words`, what each counts in `appointments.counting`.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=40)
    version = fields.IntField()
    name = fields.CharField(max_length=60)  # as citizens read it: 每周最多预约 2 次
    subject = fields.CharField(max_length=12)  # person, phone, agent, organisation
    event = fields.CharField(max_length=16)
    period = fields.CharField(max_length=8)  # live, day, week, month, year, rolling
    period_days = fields.IntField(default=0)  # of rolling
    basis = fields.CharField(max_length=8, default="visit")  # booked: by the day of the visit, or the day it was made
    per = fields.CharField(max_length=12, default="")  # counted all together, or for each type, department, hall alone
    threshold = fields.IntField()
    late_hours = fields.IntField(default=24)  # a cancellation so short before the slot is late
    hall_path = fields.CharField(max_length=60, default="")  # holds in this subtree of halls; empty everywhere
    type: fields.ForeignKeyNullableRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="booking_rules", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    sanction = fields.CharField(max_length=10, default="refuse")  # refuse while it counts; days, month_end: a block
    sanction_days = fields.IntField(default=0)  # of days
    effective_from = fields.DatetimeField()
    effective_until = fields.DatetimeField(null=True)
    created_by = fields.CharField(max_length=80)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "booking_rule"
        unique_together = (("code", "version"),)


class Sanction(Model):
    """限制预约: a block that a rule led to. active until `until` by the clock, or lifted.

    `subject_key` is a citizen's id, an agent's Actor, or the fingerprint of a phone or an organisation; of a person
    who has left (注销) ``id:`` and the fingerprint of their number, until the block is over. `trigger` is the event
    that reached the threshold.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    rule: fields.ForeignKeyRelation[BookingRule] = fields.ForeignKeyField(
        "models.BookingRule", related_name="sanctions", on_delete=OnDelete.RESTRICT, db_index=False
    )
    subject = fields.CharField(max_length=12)
    subject_key = fields.CharField(max_length=80)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="sanctions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    trigger: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="triggered_sanctions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    begins_at = fields.DatetimeField()
    until = fields.DatetimeField()
    state = fields.CharField(max_length=8, default="active", db_default="active")
    lifted_by = fields.CharField(max_length=80, default="", db_default="")
    lifted_why = fields.CharField(max_length=400, default="", db_default="")
    lifted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sanction"
        unique_together = (("rule", "subject_key", "trigger"),)


class SanctionCause(Model):
    """限制所依据的事件: an appointment that was counted. While the row is there the appointment cannot go."""

    id = fields.BigIntField(primary_key=True)
    sanction: fields.ForeignKeyRelation[Sanction] = fields.ForeignKeyField(
        "models.Sanction", related_name="causes", on_delete=OnDelete.RESTRICT, db_index=False
    )
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="sanctions", on_delete=OnDelete.RESTRICT, db_index=True
    )

    class Meta:
        table = "sanction_cause"
        unique_together = (("sanction", "appointment"),)


class Appeal(Model):
    """申诉: the citizen's word against a sanction, once. open, accepted or rejected; decided by staff with a reason."""

    id = fields.BigIntField(primary_key=True)
    sanction: fields.OneToOneRelation[Sanction] = fields.OneToOneField(
        "models.Sanction", related_name="appeal", on_delete=OnDelete.RESTRICT
    )
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="appeals", on_delete=OnDelete.RESTRICT, db_index=True
    )
    text = fields.CharField(max_length=500)
    state = fields.CharField(max_length=8, default="open", db_default="open")
    filed_at = fields.DatetimeField(auto_now_add=True)
    decided_by = fields.CharField(max_length=80, default="", db_default="")
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=400, default="", db_default="")

    class Meta:
        table = "appeal"


class Exemption(Model):
    """免计: an appointment whose cancelling or missing no rule counts any more."""

    id = fields.BigIntField(primary_key=True)
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="exemption", on_delete=OnDelete.RESTRICT
    )
    granted_by = fields.CharField(max_length=80)
    why = fields.CharField(max_length=400)
    granted_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "exemption"


class PapersMissing(Model):
    """缺少材料: the citizen came, and could not be served because papers were missing."""

    id = fields.BigIntField(primary_key=True)
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="papers_missing", on_delete=OnDelete.RESTRICT
    )
    what = fields.CharField(max_length=200)
    noted_by = fields.CharField(max_length=80)
    noted_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "papers_missing"
