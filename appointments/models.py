"""What can be booked, when, by whom; and the queue in the hall."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import Department, Hall
from identity.models import Citizen


class AppointmentType(Model):
    """预约业务: what can be booked at a hall: a department's business with its service items and rules."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=60, unique=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="appointment_types", on_delete=OnDelete.RESTRICT, db_index=True
    )
    department: fields.ForeignKeyRelation[Department] = fields.ForeignKeyField(
        "models.Department", related_name="appointment_types", on_delete=OnDelete.RESTRICT, db_index=True
    )
    name = fields.CharField(max_length=60)
    item_codes: list[str] = fields.JSONField(default=list)
    real_name_needed = fields.BooleanField(default=True)
    release_workdays = fields.IntField(default=7)  # a slot opens this many working days ahead …
    release_time = fields.CharField(max_length=5, default="08:00")  # … at this time of day (放号时间)
    cancel_minutes = fields.IntField(default=120)  # a citizen may cancel until so long before the slot
    check_in_early_minutes = fields.IntField(default=30)
    check_in_late_minutes = fields.IntField(default=15)
    active = fields.BooleanField(default=True)

    class Meta:
        table = "appointment_type"


class Schedule(Model):
    """排班模板: one version of the weekly template of an appointment type."""

    id = fields.BigIntField(primary_key=True)
    type: fields.ForeignKeyRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="schedules", on_delete=OnDelete.RESTRICT, db_index=True
    )
    version = fields.IntField()
    effective_from = fields.DateField()
    effective_until = fields.DateField(null=True)
    created_by = fields.CharField(max_length=80)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "schedule"
        unique_together = (("type", "version"),)


class SchedulePeriod(Model):
    """One stretch of a weekday in a schedule; capacity = `windows` × `online_percent`, at least 1."""

    id = fields.BigIntField(primary_key=True)
    schedule: fields.ForeignKeyRelation[Schedule] = fields.ForeignKeyField(
        "models.Schedule", related_name="periods", on_delete=OnDelete.RESTRICT, db_index=True
    )
    weekday = fields.IntField()  # 1 Monday … 7 Sunday
    starts = fields.CharField(max_length=5)  # "09:00", Asia/Shanghai
    ends = fields.CharField(max_length=5)
    slot_minutes = fields.IntField()
    windows = fields.IntField()
    online_percent = fields.IntField(default=100)

    class Meta:
        table = "schedule_period"


class ScheduleException(Model):
    """例外日: a hall is closed, or open on a day off, on one day; a closure has a reason."""

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="schedule_exceptions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    day = fields.DateField()
    kind = fields.CharField(max_length=10)  # closed, open
    reason = fields.CharField(max_length=200)
    created_by = fields.CharField(max_length=80)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "schedule_exception"
        unique_together = (("hall", "day"),)


class Slot(Model):
    """号段: one bookable interval; the row that is locked. `booked` counts its live appointments."""

    id = fields.BigIntField(primary_key=True)
    type: fields.ForeignKeyRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="slots", on_delete=OnDelete.RESTRICT, db_index=False
    )
    day = fields.DateField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    capacity = fields.IntField()
    booked = fields.IntField(default=0, db_default=0)
    release_at = fields.DatetimeField()
    close_at = fields.DatetimeField()
    # open; suspended: stopped by staff; withdrawn: no longer in the plan, kept because people hold or held places in it
    state = fields.CharField(max_length=10, default="open", db_default="open")

    class Meta:
        table = "slot"
        unique_together = (("type", "starts_at"),)
        indexes = (("type", "day"),)


class Appointment(Model):
    """预约: a person holds one place in one slot.

    Live: held, booked, checked_in, serving. Terminal: finished, cancelled, no_show, office_cancelled, unserved
    (到场未办: checked in, and the day ended without a visit), rescheduled, declined, lapsed. See `appointments.states`.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField(
        "models.Slot", related_name="appointments", on_delete=OnDelete.RESTRICT, db_index=True
    )
    type: fields.ForeignKeyRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="appointments", on_delete=OnDelete.RESTRICT, db_index=True
    )
    day = fields.DateField()
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="appointments", on_delete=OnDelete.RESTRICT, db_index=False
    )
    state = fields.CharField(max_length=20, default="booked", db_default="booked")
    idempotency_key = fields.CharField(max_length=80)
    body_hash = fields.CharField(max_length=64)
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "appointment"
        unique_together = (("citizen", "idempotency_key"),)


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


class BookingLimit(Model):
    """预约限制: how many live appointments a person may hold; `kind` is overall or that_day (`appointments.limits`)."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=20, unique=True)
    most = fields.IntField()
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "booking_limit"


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
