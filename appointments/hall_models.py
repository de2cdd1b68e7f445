"""Inside the hall: tickets and their counters, windows and what they serve, kiosks."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from appointments.models import Appointment
from catalogue.models import Department, Hall


class Ticket(Model):
    """排队号: unique per hall and day, called to a window (窗口). See `appointments.queueing` for who is called next.

    `kind`: booked (A, checked in), walk_in (W, 现场取号), priority (P, with a reason), late (L, 迟到补签). A walk-in
    has no appointment; of a person who drew one at a kiosk only the keyed hash and the masked number are kept, until
    night.
    """

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="tickets", on_delete=OnDelete.RESTRICT, db_index=False
    )
    day = fields.DateField()
    number = fields.CharField(max_length=12)  # "A012"
    kind = fields.CharField(max_length=10, default="booked")
    department: fields.ForeignKeyRelation[Department] = fields.ForeignKeyField(
        "models.Department", related_name="tickets", on_delete=OnDelete.RESTRICT, db_index=True
    )
    appointment: fields.OneToOneNullableRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="ticket", null=True, on_delete=OnDelete.RESTRICT
    )
    priority_reason = fields.CharField(max_length=20, default="", db_default="")  # elderly, disabled, military
    person_fingerprint = fields.CharField(max_length=64, default="", db_default="")
    person_masked = fields.CharField(max_length=20, default="", db_default="")
    # waiting, called, held 挂起, finished, missed 过号, dropped
    state = fields.CharField(max_length=10, default="waiting")
    window = fields.CharField(max_length=20, default="")  # where it is called to, or the only one that may call it
    calls = fields.IntField(default=0)
    turn = fields.IntField(null=True)  # counts the hall's presses of "next" on the day
    due_at = fields.DatetimeField()  # its place on the time line of the queue
    drawn_at = fields.DatetimeField(auto_now_add=True)
    first_called_at = fields.DatetimeField(null=True)
    called_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ticket"
        unique_together = (("hall", "day", "number"),)


class TicketCounter(Model):
    """How many numbers of a `prefix` were drawn at a hall on a day."""

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="ticket_counters", on_delete=OnDelete.RESTRICT, db_index=False
    )
    day = fields.DateField()
    prefix = fields.CharField(max_length=1)
    drawn = fields.IntField(default=0)

    class Meta:
        table = "ticket_counter"
        unique_together = (("hall", "day", "prefix"),)


class WindowDuty(Model):
    """窗口职责: a window serves a department; a window without any row serves all of them (综合窗口)."""

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="window_duties", on_delete=OnDelete.RESTRICT, db_index=False
    )
    window = fields.CharField(max_length=20)
    department: fields.ForeignKeyRelation[Department] = fields.ForeignKeyField(
        "models.Department", related_name="window_duties", on_delete=OnDelete.RESTRICT, db_index=True
    )

    class Meta:
        table = "window_duty"
        unique_together = (("hall", "window", "department"),)


class Kiosk(Model):
    """自助取号机: known by a key of which only the keyed hash is kept; revoked, it is a screen without rights."""

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="kiosks", on_delete=OnDelete.RESTRICT, db_index=True
    )
    name = fields.CharField(max_length=40)
    key_fingerprint = fields.CharField(max_length=64, unique=True)
    created_by = fields.CharField(max_length=80)
    created_at = fields.DatetimeField(auto_now_add=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "kiosk"
