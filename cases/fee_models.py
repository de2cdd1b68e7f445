"""What an application on line costs once it is taken on."""

from tortoise import fields
from tortoise.models import Model


class ItemFee(Model):
    """事项收费: what the applicant owes at 受理; an item without a row is free."""

    id = fields.BigIntField(primary_key=True)
    item_code = fields.CharField(max_length=64, unique=True)
    exec_unit_code = fields.CharField(max_length=40)
    exec_unit_name = fields.CharField(max_length=80)
    exec_item_code = fields.CharField(max_length=40)
    exec_item_name = fields.CharField(max_length=80)
    amount_fen = fields.BigIntField()
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "item_fee"
