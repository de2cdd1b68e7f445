"""What can be booked, when, by whom; and the queue in the hall."""

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import Department, Hall
from identity.models import Citizen

if TYPE_CHECKING:
    from appointments.closure_models import Closure


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
    # 综合窗口: the places are those of this type's slots, shared by all types that name it; null has slots of its own
    pool: fields.ForeignKeyNullableRelation["AppointmentType"] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="members", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    slots_needed = fields.IntField(default=1)  # a long business takes so many slots in a row
    party_most = fields.IntField(default=1)  # how many people may come in one booking (同行人)
    audience = fields.CharField(max_length=10, default="all")  # all, personal 自然人, company 法人
    release_mode = fields.CharField(max_length=10, default="fixed")  # fixed, staggered 分批, draw 摇号
    stagger_minutes = fields.IntField(default=30)  # staggered: from one batch to the next …
    stagger_batches = fields.IntField(default=4)  # … and how many
    close_minutes = fields.IntField(default=0)  # booking ends so long before the slot
    share_back_workdays = fields.IntField(default=1)  # unused priority and staff places are everybody's so long before
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
    """One stretch of a weekday in a schedule.

    Places of a slot: `windows` × `online_percent` for everybody, × `priority_percent` for 老年人 残疾人 军人,
    × `staff_percent` for staff to give; what is left of 100 stays for those who come without a booking (现场).
    """

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
    priority_percent = fields.IntField(default=0)
    staff_percent = fields.IntField(default=0)
    buffer_minutes = fields.IntField(default=0)  # between one slot and the next
    week_of_month = fields.IntField(default=0)  # 0 every week, 1 … 4 the nth such weekday of the month, 5 the last

    class Meta:
        table = "schedule_period"


class ScheduleException(Model):
    """例外日: one day of a hall, or of one of its types, is not as the week is; it has a reason.

    closed; open (假日办 on a day off); hours (延时服务: from `starts` to `ends`, beside the day's periods or instead of
    them); capacity (so many windows more or fewer, all day or from `starts` to `ends`). See `appointments.opening`.
    """

    id = fields.BigIntField(primary_key=True)
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="schedule_exceptions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    type: fields.ForeignKeyNullableRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="schedule_exceptions", on_delete=OnDelete.RESTRICT, null=True,
        db_index=True,
    )  # fmt: skip
    day = fields.DateField()
    kind = fields.CharField(max_length=10)  # closed, open, hours, capacity
    starts = fields.CharField(max_length=5, default="", db_default="")  # "13:00", Asia/Shanghai; "" is all day
    ends = fields.CharField(max_length=5, default="", db_default="")
    windows = fields.IntField(null=True)  # hours: how many, null as usual; capacity: how many more, or fewer
    instead = fields.BooleanField(default=False, db_default=False)  # hours: instead of the day's periods
    reason = fields.CharField(max_length=200)
    created_by = fields.CharField(max_length=80)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "schedule_exception"
        indexes = (("hall", "day"),)


class Slot(Model):
    """号段: one bookable interval; the row that is locked. `booked` counts its live appointments.

    Each `share` of an interval is a row of its own: public for everybody, priority for 老年人 残疾人 军人, staff for
    what staff book on behalf. `over` places are kept beyond an announced smaller capacity until they are given back.
    """

    id = fields.BigIntField(primary_key=True)
    type: fields.ForeignKeyRelation[AppointmentType] = fields.ForeignKeyField(
        "models.AppointmentType", related_name="slots", on_delete=OnDelete.RESTRICT, db_index=False
    )
    day = fields.DateField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    capacity = fields.IntField()
    booked = fields.IntField(default=0, db_default=0)
    share = fields.CharField(max_length=10, default="public", db_default="public")
    over = fields.IntField(default=0, db_default=0)
    extra = fields.IntField(default=0, db_default=0)  # of `capacity`, beside the plan's: by hand, or by another share
    release_at = fields.DatetimeField()
    close_at = fields.DatetimeField()
    # open; suspended: stopped by staff; withdrawn: no longer in the plan, kept because people hold or held places in it
    state = fields.CharField(max_length=10, default="open", db_default="open")
    # 停办: what stopped it; a slot that staff stopped by hand has none
    closure: fields.ForeignKeyNullableRelation["Closure"] = fields.ForeignKeyField(
        "models.Closure", related_name="slots", on_delete=OnDelete.RESTRICT, null=True, db_index=False
    )

    class Meta:
        table = "slot"
        unique_together = (("type", "starts_at", "share"),)
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
        "models.AppointmentType", related_name="appointments", on_delete=OnDelete.RESTRICT, db_index=False
    )
    day = fields.DateField()
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="appointments", on_delete=OnDelete.RESTRICT, db_index=False
    )
    state = fields.CharField(max_length=20, default="booked", db_default="booked")
    # the first of those who came together (同行人); null alone
    party: fields.ForeignKeyNullableRelation["Appointment"] = fields.ForeignKeyField(
        "models.Appointment", related_name="companions", on_delete=OnDelete.RESTRICT, null=True, db_index=True
    )
    booked_by = fields.CharField(max_length=80, default="", db_default="")  # an Actor, where another booked for them
    # whom the booking is for, where rules count a company's or a property's bookings: a fingerprint
    organisation = fields.CharField(max_length=64, default="", db_default="")
    idempotency_key = fields.CharField(max_length=80)
    body_hash = fields.CharField(max_length=64)
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "appointment"
        unique_together = (("citizen", "idempotency_key"),)
        indexes = (("type", "day"),)


class FurtherSlot(Model):
    """续占号段: a slot that a long appointment takes after its first; its `booked` counts it while that one is live."""

    id = fields.BigIntField(primary_key=True)
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="further_slots", on_delete=OnDelete.RESTRICT, db_index=False
    )
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField(
        "models.Slot", related_name="further_of", on_delete=OnDelete.RESTRICT, db_index=True
    )

    class Meta:
        table = "further_slot"
        unique_together = (("appointment", "slot"),)
