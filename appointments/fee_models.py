"""What a booking costs: the fee of a business, and which bill stands for which booking."""

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model

from appointments.models import Appointment, AppointmentType


class TypeFee(Model):
    """预约收费: what everybody who books a business owes; without a row it is free."""

    id = fields.BigIntField(primary_key=True)
    type: fields.OneToOneRelation[AppointmentType] = fields.OneToOneField(
        "models.AppointmentType", related_name="fee", on_delete=OnDelete.RESTRICT
    )
    exec_unit_code = fields.CharField(max_length=40)
    exec_unit_name = fields.CharField(max_length=80)
    exec_item_code = fields.CharField(max_length=40)
    exec_item_name = fields.CharField(max_length=80)
    amount_fen = fields.BigIntField()
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "type_fee"


class BookingFee(Model):
    """A booking's bill, by the number it was raised under: that of the first booking, however often it was moved."""

    id = fields.BigIntField(primary_key=True)
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="fee", on_delete=OnDelete.RESTRICT
    )
    notice_no = fields.CharField(max_length=60)

    class Meta:
        table = "booking_fee"
