"""Paper before money: a refund that a person asks for, and the second person who lets it happen."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from payments.models import PaymentOrder, Refund


class RefundApplication(Model):
    """退款申请: applied (a citizen asks finance) → asked (one of finance has made it theirs) → approved | rejected.

    Who approves is never who asked. `way` is ``original`` (back where it came from, a new refund); of an abnormal
    refund ``card`` (the channel sends it to another card of the payer) or ``offline`` (it is paid by bank transfer).
    """

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[PaymentOrder] = fields.ForeignKeyField(
        "models.PaymentOrder", related_name="applications", on_delete=OnDelete.RESTRICT, db_index=True
    )
    way = fields.CharField(max_length=12, default="original")
    refund: fields.ForeignKeyNullableRelation[Refund] = fields.ForeignKeyField(
        "models.Refund", related_name="applications", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    card_sealed = fields.TextField(default="")  # the other card, until the channel has it
    amount_fen = fields.BigIntField()
    reason = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12, default="asked")
    applied_by = fields.CharField(max_length=80, default="")  # a citizen, as an Actor's text
    asked_by = fields.CharField(max_length=80, default="")  # staff
    decided_by = fields.CharField(max_length=80, default="")  # staff, another
    verdict = fields.CharField(max_length=200, default="")  # why it was rejected, or the note of an approval
    created_at = fields.DatetimeField(auto_now_add=True)
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refund_application"
