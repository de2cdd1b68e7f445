"""Around a full slot: who waits, by which rule, which places rest; and the reminders told."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from appointments.models import Appointment, AppointmentType, Slot
from identity.models import Citizen


class WaitlistEntry(Model):
    """候补: a place in the queue for a full slot; entries of a slot are served in the order of their ids.

    waiting, offered (a place is held until `offer_until`), accepted, declined, lapsed (过期), left, closed
    (`closed_why`).
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField(
        "models.Slot", related_name="waitlist", on_delete=OnDelete.RESTRICT, db_index=True
    )
    type: fields.ForeignKeyRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="waitlist", on_delete=OnDelete.RESTRICT, db_index=True
    )
    day = fields.DateField()
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="waitlist", on_delete=OnDelete.RESTRICT, db_index=True
    )
    joined_by = fields.CharField(max_length=80, default="", db_default="")  # who joined for them, an Actor
    state = fields.CharField(max_length=10, default="waiting", db_default="waiting")
    appointment: fields.OneToOneNullableRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="waitlist_entry", on_delete=OnDelete.RESTRICT, null=True
    )
    offer_until = fields.DatetimeField(null=True)
    closed_why = fields.CharField(max_length=40, default="", db_default="")
    joined_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "waitlist_entry"


class WaitingRule(Model):
    """候补与冷却规则 of a type; without a row the defaults of `appointments.waiting_rules` hold."""

    id = fields.BigIntField(primary_key=True)
    type: fields.OneToOneRelation[AppointmentType] = fields.OneToOneField(
        "models.AppointmentType", related_name="waiting_rule", on_delete=OnDelete.RESTRICT
    )
    waitlist = fields.BooleanField(default=True)
    offer_minutes = fields.IntField(default=30)
    cooling = fields.CharField(max_length=12, default="off")  # off, random, next_release
    cooling_least_minutes = fields.IntField(default=10)
    cooling_most_minutes = fields.IntField(default=120)
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "waiting_rule"


class CoolingPlace(Model):
    """冷却中的名额: a place given back that nobody can have before `back_at`; its slot still counts it in `booked`."""

    id = fields.BigIntField(primary_key=True)
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField(
        "models.Slot", related_name="cooling", on_delete=OnDelete.RESTRICT, db_index=True
    )
    back_at = fields.DatetimeField(db_index=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "cooling_place"


class BookingReminder(Model):
    """提醒: a reminder that was told; `kind` is day_before or two_hours, each once per appointment."""

    id = fields.BigIntField(primary_key=True)
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="reminders", on_delete=OnDelete.RESTRICT, db_index=False
    )
    kind = fields.CharField(max_length=12)
    told_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "booking_reminder"
        unique_together = (("appointment", "kind"),)
