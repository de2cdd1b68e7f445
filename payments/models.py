"""Bills, the attempts to pay them, money on its way back, what the channels told us, and the ledger."""

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen

if TYPE_CHECKING:
    from payments.reconciliation_models import Reconciliation


class Bill(Model):
    """缴款通知书: what is owed. Amounts in fen; `total_fen` is what must be paid (items with 滞纳金 and 加罚)."""

    id = fields.BigIntField(primary_key=True)
    pay_code = fields.CharField(max_length=40, unique=True)  # 缴款识别码
    source = fields.CharField(max_length=60)  # key id of the department that pushed it
    notice_no = fields.CharField(max_length=60)  # the department's own number: pushing again changes nothing
    exec_unit_code = fields.CharField(max_length=40)  # 执收单位
    exec_unit_name = fields.CharField(max_length=80)
    title = fields.CharField(max_length=120)
    reference = fields.CharField(max_length=80, default="")  # e.g. the case_no it belongs to
    citizen: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="bills", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    payer_fingerprint = fields.CharField(max_length=64, default="", db_index=True)
    payer_name_sealed = fields.TextField(default="")
    factor_fingerprint = fields.CharField(max_length=64, default="")  # pay_code with the payer number's last four
    total_fen = fields.BigIntField()
    expire_date = fields.DateField(null=True)  # 限缴日期
    state = fields.CharField(max_length=12, default="unpaid")  # see payments.states
    version = fields.IntField(default=1)  # what it said before stands in bill_version
    body_hash = fields.CharField(max_length=64)
    created_at = fields.DatetimeField(auto_now_add=True)
    settled_at = fields.DatetimeField(null=True)
    settled_fen = fields.BigIntField(null=True)  # what was paid: the total and what had grown by then

    class Meta:
        table = "bill"
        unique_together = (("source", "notice_no"),)


class BillItem(Model):
    """执收项目: one line of a bill."""

    id = fields.BigIntField(primary_key=True)
    bill: fields.ForeignKeyRelation[Bill] = fields.ForeignKeyField(
        "models.Bill", related_name="items", on_delete=OnDelete.RESTRICT, db_index=True
    )
    position = fields.IntField()
    exec_item_code = fields.CharField(max_length=40)
    exec_item_name = fields.CharField(max_length=80)
    amount_fen = fields.BigIntField()
    overdue_fen = fields.BigIntField(default=0)  # 滞纳金
    penalty_fen = fields.BigIntField(default=0)  # 加罚
    late_per_day = fields.IntField(default=0)  # grows by so many ten-thousandths a day after the 限缴日期
    late_kind = fields.CharField(max_length=8, default="overdue")  # what grows: overdue 滞纳金, penalty 加处罚款
    late_basis = fields.CharField(max_length=200, default="")
    late_fen = fields.BigIntField(default=0)  # what had grown when it was paid

    class Meta:
        table = "bill_item"


class PaymentOrder(Model):
    """支付单: one attempt to pay one bill on one channel.

    Its amount is fixed when it is placed. `paid` settles its bill, or goes back in full when the bill was settled
    otherwise or says something else by now.
    """

    id = fields.BigIntField(primary_key=True)
    bill: fields.ForeignKeyRelation[Bill] = fields.ForeignKeyField(
        "models.Bill", related_name="orders", on_delete=OnDelete.RESTRICT, db_index=True
    )
    channel = fields.CharField(max_length=12)  # wechat, alipay
    out_trade_no = fields.CharField(max_length=32, unique=True)
    bill_version = fields.IntField(default=1)  # the version of the bill that it pays
    amount_fen = fields.BigIntField()
    late_fen = fields.BigIntField(default=0)  # the part of it that had grown after the 限缴日期
    breakdown: list[dict[str, Any]] | None = fields.JSONField(null=True)  # the lines that make up the amount
    state = fields.CharField(max_length=12, default="created")  # see payments.states
    settles = fields.BooleanField(default=False)  # this order's money settled the bill
    payer: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="orders", on_delete=OnDelete.RESTRICT, db_index=True
    )
    payer_openid = fields.CharField(max_length=80)
    app_id = fields.CharField(max_length=40)
    merchant_id = fields.CharField(max_length=40)
    parameters: dict[str, Any] | None = fields.JSONField(null=True)  # what the client hands to the channel's app
    transaction_no = fields.CharField(max_length=64, default="")
    expires_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)
    ask_at = fields.DatetimeField(null=True, db_index=True)  # when the channel is asked next
    asked_times = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "payment_order"


class Refund(Model):
    """退款单: money on its way back."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[PaymentOrder] = fields.ForeignKeyField(
        "models.PaymentOrder", related_name="refunds", on_delete=OnDelete.RESTRICT, db_index=True
    )
    out_refund_no = fields.CharField(max_length=64, unique=True)  # ours, or the one it was given where it was made
    amount_fen = fields.BigIntField()
    reason = fields.CharField(max_length=80)
    origin = fields.CharField(max_length=16, default="house")  # house, merchant_console
    state = fields.CharField(max_length=12, default="requested")  # requested, processing, done, abnormal, closed
    offline = fields.BooleanField(default=False)  # done, but outside of the channel: by bank transfer, with a note
    fetched_at = fields.DatetimeField(null=True)  # an offline one: when the channel gave the money back to us
    asked_times = fields.IntField(default=0)
    send_at = fields.DatetimeField(null=True)  # not before: a channel wants a minute between parts
    created_at = fields.DatetimeField(auto_now_add=True)
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refund"


class ChannelEvent(Model):
    """渠道通知: the raw inbox of what a channel told us, kept before it is understood."""

    id = fields.BigIntField(primary_key=True)
    channel = fields.CharField(max_length=12)
    digest = fields.CharField(max_length=64)  # SHA-256 of the raw body: the same notice again is the same row
    headers: dict[str, Any] = fields.JSONField(default=dict)
    body = fields.TextField()
    out_trade_no = fields.CharField(max_length=32, default="", db_index=True)
    outcome = fields.CharField(max_length=20, default="received")  # settled, repeated, quarantined, …
    problem = fields.CharField(max_length=200, default="")
    received_at = fields.DatetimeField(auto_now_add=True)
    handled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "channel_event"
        unique_together = (("channel", "digest"),)


class LedgerEntry(Model):
    """分录: one side of an immutable double entry; the entries of one `posting` add up to zero. Debit is positive."""

    id = fields.BigIntField(primary_key=True)
    posting = fields.UUIDField(db_index=True)
    account = fields.CharField(max_length=80, db_index=True)  # channel:wechat, unit:<执收单位>, owed:payer, …
    amount_fen = fields.BigIntField()
    order: fields.ForeignKeyNullableRelation[PaymentOrder] = fields.ForeignKeyField(
        "models.PaymentOrder", related_name="entries", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    reconciliation: fields.ForeignKeyNullableRelation["Reconciliation"] = fields.ForeignKeyField(
        "models.Reconciliation", related_name="entries", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    memo = fields.CharField(max_length=80)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "ledger_entry"
