"""待办提醒: what members of staff are reminded of, and who has read it."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Staff


class StaffReminder(Model):
    """One duty whose day came near or passed, from then until it is done. One open one a matter.

    `name` and all else hold nothing of a person. `escalated_at`: since when whoever oversees it is told as well.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=40)
    name = fields.CharField(max_length=240)
    hall_path = fields.CharField(max_length=80, default="")
    owner: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="reminders", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    due_on = fields.DateField()
    late = fields.BooleanField(default=False)
    raised_at = fields.DatetimeField()
    escalated_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    reads: fields.ReverseRelation["StaffReminderRead"]

    class Meta:
        table = "staff_reminder"


class StaffReminderRead(Model):
    """已读: one member of staff has seen one reminder; they see it anew when the day has passed or moved."""

    id = fields.BigIntField(primary_key=True)
    reminder: fields.ForeignKeyRelation[StaffReminder] = fields.ForeignKeyField(
        "models.StaffReminder", related_name="reads", on_delete=OnDelete.RESTRICT, db_index=True
    )
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="reminders_read", on_delete=OnDelete.RESTRICT, db_index=True
    )
    read_at = fields.DatetimeField()

    class Meta:
        table = "staff_reminder_read"
        unique_together = (("reminder", "staff"),)
