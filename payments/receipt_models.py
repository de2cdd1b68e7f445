"""财政电子票据: what the treasury says was paid."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from payments.models import Bill


class Receipt(Model):
    """财政电子票据 of a settled bill: asked → issued → voiding → voided (冲红, which has numbers of its own).

    `void_wanted` is set when money has gone back; what stays paid then has a receipt of its own, which `replaces` it.
    """

    id = fields.BigIntField(primary_key=True)
    bill: fields.ForeignKeyRelation[Bill] = fields.ForeignKeyField(
        "models.Bill", related_name="receipts", on_delete=OnDelete.RESTRICT, db_index=True
    )
    replaces: fields.ForeignKeyNullableRelation["Receipt"] = fields.ForeignKeyField(
        "models.Receipt", related_name="replaced_by", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    request_no = fields.CharField(max_length=32, unique=True)  # ours: asking again with it issues nothing anew
    amount_fen = fields.BigIntField()
    items: list[dict[str, Any]] = fields.JSONField(default=list)  # code, name, amount_fen
    state = fields.CharField(max_length=12, default="asked")
    code = fields.CharField(max_length=8, default="")  # 票据代码
    number = fields.CharField(max_length=10, default="")  # 票据号码
    check_code = fields.CharField(max_length=6, default="")  # 校验码
    issued_on = fields.DateField(null=True)  # 开票日期
    void_wanted = fields.BooleanField(default=False)
    void_no = fields.CharField(max_length=32, default="")  # ours, of the 冲红
    red_code = fields.CharField(max_length=8, default="")
    red_number = fields.CharField(max_length=10, default="")
    asked_times = fields.IntField(default=0)
    trouble = fields.CharField(max_length=80, default="")  # how the issuer said no the last time
    created_at = fields.DatetimeField(auto_now_add=True)
    wanted_at = fields.DatetimeField()  # since when it is to be issued, or taken back
    issued_at = fields.DatetimeField(null=True)
    voided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "receipt"
