"""What a channel told us and we could not believe: kept open until somebody has worked it off."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from payments.models import ChannelEvent

WORKED_OFF = "worked_off"  # the outcome of a notice that people have dealt with


class QuarantinedNotice(Model):
    """隔离通知: open → settled (it agrees now) | returning (another has let the money go back) → returned | closed."""

    id = fields.BigIntField(primary_key=True)
    event: fields.OneToOneRelation[ChannelEvent] = fields.OneToOneField(
        "models.ChannelEvent", related_name="quarantine", on_delete=OnDelete.RESTRICT
    )
    channel = fields.CharField(max_length=12)
    kind = fields.CharField(max_length=12)  # payment, refund
    out_trade_no = fields.CharField(max_length=64, default="", db_index=True)
    out_refund_no = fields.CharField(max_length=64, default="")  # of a refund, theirs
    facts: dict[str, Any] = fields.JSONField(default=dict)  # what it said, understood
    problem = fields.CharField(max_length=200)  # what differs; ``unknown_order`` when we know no such order
    state = fields.CharField(max_length=12, default="open")
    return_no = fields.CharField(max_length=32, null=True, unique=True)  # our number for the money that goes back
    return_fen = fields.BigIntField(null=True)
    asked_by = fields.CharField(max_length=80, default="")  # who wants it sent back
    approved_by = fields.CharField(max_length=80, default="")  # who else agreed
    seen_times = fields.IntField(default=1)  # how often we were told
    note = fields.CharField(max_length=200, default="")
    asked_times = fields.IntField(default=0)  # how often the channel was asked what became of the return
    created_at = fields.DatetimeField(auto_now_add=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "quarantined_notice"
