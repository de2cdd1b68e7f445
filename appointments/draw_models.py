"""摇号: the draw of a day's places, who entered it, and the rule of a type's draws."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from appointments.models import Appointment, AppointmentType, Slot
from identity.models import Citizen


class DrawRule(Model):
    """摇号规则 of a type; without a row the defaults of `appointments.draw_rules` hold."""

    id = fields.BigIntField(primary_key=True)
    type: fields.OneToOneRelation[AppointmentType] = fields.OneToOneField(
        "models.AppointmentType", related_name="draw_rule", on_delete=OnDelete.RESTRICT
    )
    register_hours = fields.IntField(default=24)
    settle_minutes = fields.IntField(default=120)
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "draw_rule"


class Draw(Model):
    """摇号: the places of a type on a day are drawn among those who registered from `opens_at` until `closes_at`.

    open; closed: entries, places and ranks are fixed, the seed is revealed, places are being given; drawn; cancelled.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    type: fields.ForeignKeyRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="draws", on_delete=OnDelete.RESTRICT, db_index=False
    )
    day = fields.DateField()
    opens_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    release_at = fields.DatetimeField()  # what the draw leaves is everybody's from then on
    state = fields.CharField(max_length=10, default="open", db_default="open")
    seed_hash = fields.CharField(max_length=64)  # published from the start
    seed_sealed = fields.TextField()
    seed = fields.CharField(max_length=64, default="", db_default="")  # revealed when it is closed
    entries_hash = fields.CharField(max_length=64, default="", db_default="")
    places: list[list[Any]] = fields.JSONField(default=list)  # [slot, start, places] as they were when it closed
    reason = fields.CharField(max_length=200, default="", db_default="")  # why it was cancelled
    created_at = fields.DatetimeField(auto_now_add=True)
    closed_at = fields.DatetimeField(null=True)
    drawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "draw"
        unique_together = (("type", "day"),)


class DrawEntry(Model):
    """登记: one per person and draw, known to the public by its `number` alone.

    registered, won, lost, ineligible (`why`), withdrawn, cancelled. It `passed` slots that were stopped at its turn.
    """

    id = fields.BigIntField(primary_key=True)
    number = fields.CharField(max_length=16, unique=True)
    draw: fields.ForeignKeyRelation[Draw] = fields.ForeignKeyField(
        "models.Draw", related_name="entries", on_delete=OnDelete.RESTRICT, db_index=True
    )
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="draw_entries", on_delete=OnDelete.RESTRICT, db_index=True
    )
    entered_by = fields.CharField(max_length=80, default="", db_default="")  # who entered for them, an Actor
    wishes: list[int] = fields.JSONField(default=list)  # slots in order
    any_slot = fields.BooleanField(default=False)  # any other would do as well
    rank = fields.IntField(null=True)
    outcome = fields.CharField(max_length=12, default="registered", db_default="registered")
    why = fields.CharField(max_length=40, default="", db_default="")
    passed: list[int] = fields.JSONField(default=list)
    slot: fields.ForeignKeyNullableRelation[Slot] = fields.ForeignKeyField(
        "models.Slot", related_name="draw_entries", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    appointment: fields.OneToOneNullableRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="draw_entry", on_delete=OnDelete.RESTRICT, null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "draw_entry"
