"""对账: a channel's account of a day beside ours, the file it came in, and what differed."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model


class Reconciliation(Model):
    """对账: one channel, one day in Beijing. The figures are those of the last comparison; amounts in fen.

    waiting (no bill yet) → compared | failed (the bill cannot be trusted); each run starts from any of them.
    """

    id = fields.BigIntField(primary_key=True)
    channel = fields.CharField(max_length=12)
    day = fields.DateField()
    state = fields.CharField(max_length=12, default="waiting")  # waiting, compared, failed
    problem = fields.CharField(max_length=200, default="")  # why there is nothing to compare with
    tried_times = fields.IntField(default=0)  # since the last comparison
    tried_at = fields.DatetimeField(null=True)
    compared_at = fields.DatetimeField(null=True)
    their_payments = fields.BigIntField(default=0)
    their_payments_fen = fields.BigIntField(default=0)
    their_refunds = fields.BigIntField(default=0)
    their_refunds_fen = fields.BigIntField(default=0)
    fee_fen = fields.BigIntField(default=0)  # 手续费, as the bill says
    our_payments = fields.BigIntField(default=0)
    our_payments_fen = fields.BigIntField(default=0)
    our_refunds = fields.BigIntField(default=0)
    our_refunds_fen = fields.BigIntField(default=0)
    matched = fields.BigIntField(default=0)  # payments that both have alike
    paid_out_fen = fields.BigIntField(null=True)  # to our bank that day, as the fund bill says; None: not read yet

    class Meta:
        table = "reconciliation"
        unique_together = (("channel", "day"),)


class Statement(Model):
    """渠道账单: a bill as the channel sent it, kept in parts so that nobody ever holds it whole."""

    id = fields.BigIntField(primary_key=True)
    reconciliation: fields.ForeignKeyRelation[Reconciliation] = fields.ForeignKeyField(
        "models.Reconciliation", related_name="statements", on_delete=OnDelete.RESTRICT
    )
    sha1 = fields.CharField(max_length=40)  # the hash that was checked when it was fetched
    sha256 = fields.CharField(max_length=64)  # of the parts, one after another
    suffix = fields.CharField(max_length=8)  # of its name: csv.gz, zip, csv
    size = fields.BigIntField()
    fetched_at = fields.DatetimeField()

    class Meta:
        table = "statement"
        unique_together = (("reconciliation", "sha256"),)


class StatementPart(Model):
    """One piece of a statement."""

    id = fields.BigIntField(primary_key=True)
    statement: fields.ForeignKeyRelation[Statement] = fields.ForeignKeyField(
        "models.Statement", related_name="parts", on_delete=OnDelete.RESTRICT
    )
    position = fields.IntField()
    content = fields.BinaryField()

    class Meta:
        table = "statement_part"
        unique_together = (("statement", "position"),)


class StatementRefund(Model):
    """A refund as a bill lists it. Refunds are few and take days: which bill had one must be known later."""

    id = fields.BigIntField(primary_key=True)
    reconciliation: fields.ForeignKeyRelation[Reconciliation] = fields.ForeignKeyField(
        "models.Reconciliation", related_name="refunds", on_delete=OnDelete.RESTRICT
    )
    number = fields.CharField(max_length=64, db_index=True)  # out_refund_no, or the channel's own where it has none
    out_trade_no = fields.CharField(max_length=64)
    transaction_no = fields.CharField(max_length=64)
    amount_fen = fields.BigIntField()
    state = fields.CharField(max_length=12)  # as `channels.states.RefundState`
    at = fields.DatetimeField()

    class Meta:
        table = "statement_refund"
        unique_together = (("reconciliation", "number"),)


class Difference(Model):
    """对账差异: what a channel and we say of one payment or refund of a day, where it is not the same.

    open → proposed (by one person) → approved (by another) → resolved; by itself also open | proposed → resolved.
    """

    id = fields.BigIntField(primary_key=True)
    reconciliation: fields.ForeignKeyRelation[Reconciliation] = fields.ForeignKeyField(
        "models.Reconciliation", related_name="differences", on_delete=OnDelete.RESTRICT
    )
    what = fields.CharField(max_length=8)  # payment, refund
    number = fields.CharField(max_length=64, db_index=True)  # out_trade_no, out_refund_no
    out_trade_no = fields.CharField(max_length=64, default="")
    transaction_no = fields.CharField(max_length=64, default="")
    kind = fields.CharField(max_length=8)  # long 长款, short 短款, amount 金额不符, state 状态不符, day_cut 日切
    theirs_fen = fields.BigIntField(null=True)  # None: the bill of the day does not have it
    theirs_state = fields.CharField(max_length=12, default="")
    theirs_at = fields.DatetimeField(null=True)
    ours_fen = fields.BigIntField(null=True)  # None: we have no such money
    ours_state = fields.CharField(max_length=12, default="")
    ours_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=10, default="open")  # open, proposed, approved, resolved
    resolution = fields.CharField(max_length=10, default="")  # itself, or what two people decided
    reason = fields.CharField(max_length=200, default="")  # what the comparison says of it
    note = fields.CharField(max_length=400, default="")
    proposed_by = fields.CharField(max_length=80, default="")
    proposed_at = fields.DatetimeField(null=True)
    decided_by = fields.CharField(max_length=80, default="")
    decided_at = fields.DatetimeField(null=True)
    decided_on = fields.CharField(max_length=80, default="")  # the facts of that moment: other facts open it again
    escalated_at = fields.DatetimeField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    booked_fen = fields.BigIntField(default=0)  # what stands in the books for it as 待查
    return_no = fields.CharField(max_length=32, default="")  # the refund that gives back money nobody asked for
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "difference"
        unique_together = (("reconciliation", "what", "number"),)
