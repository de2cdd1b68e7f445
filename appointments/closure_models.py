"""Closing halls at short notice, and what became of everybody who was booked."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from appointments.models import Appointment, AppointmentType
from catalogue.models import Hall


class Closure(Model):
    """停办: for a while nothing is done at a hall, with `subtree` also in those below it, or in one business of it.

    `kind`: hall (台风 停电 …), calendar (a 调休 notice after release; without a hall it is the whole city), or plan
    (nothing is closed, but bookings were cancelled for a smaller plan and are made good alike).
    announced: no new bookings; running: people are being told; done: everybody has been; withdrawn: it was called off.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=10, default="hall", db_default="hall")
    hall: fields.ForeignKeyNullableRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="closures", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    subtree = fields.BooleanField(default=False)
    type: fields.ForeignKeyNullableRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="closures", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    reason = fields.CharField(max_length=60)  # as the citizens read it: 台风“示例”登陆
    note = fields.CharField(max_length=60, default="", db_default="")  # what else they should know
    send_home = fields.BooleanField(default=False)  # also who is in the hall and has not been called
    offer_days = fields.IntField(default=3)  # the priority of rebooking lasts so long
    state = fields.CharField(max_length=10, default="announced", db_default="announced")
    exception_ids: list[int] = fields.JSONField(default=list)  # of the closed days it wrote into the plan
    made_by = fields.CharField(max_length=80)
    made_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "closure"


class ClosureNotice(Model):
    """停办通知: what one booking's holder was told of a closure, and what they were offered instead.

    Whose it is, its appointment says. `handled_at`: when the booking was cancelled and the offer made.
    `state`: pending, told, failed, unreachable (nothing to send to, or no messages wanted), called (已电话通知), moot
    (no word needed: they had cancelled, moved or checked in by themselves).
    `offer`: none, open, accepted, declined, lapsed, replaced (by the offer of a later closure).
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    closure: fields.ForeignKeyRelation[Closure] = fields.ForeignKeyField(
        "models.Closure", related_name="notices", on_delete=OnDelete.RESTRICT, db_index=True
    )
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="closure_notice", on_delete=OnDelete.RESTRICT
    )
    state = fields.CharField(max_length=12, default="pending", db_default="pending")
    problem = fields.CharField(max_length=40, default="", db_default="")
    offer = fields.CharField(max_length=10, default="none", db_default="none")
    offered_until = fields.DatetimeField(null=True)
    # held while the offer is open, the booking once it is accepted
    new_appointment: fields.OneToOneNullableRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="rebooked_for", on_delete=OnDelete.RESTRICT, null=True
    )
    handled_at = fields.DatetimeField(null=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "closure_notice"
