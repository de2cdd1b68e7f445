"""What reached whom, and what people agreed to receive."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class Message(Model):
    """消息台账: one message to one person on one channel. `occasion` makes a repeated event send nothing twice.

    The inbox has a row for each occasion, with `told`, from which the words of a later channel are made; the other
    channels get theirs one after another. `state`: delivered (inbox); queued, sending (it may be on the wire), sent,
    reached (the carrier reported it), refused and failed (for good), unknown (sent and not answered, or the worker
    died over it: never sent again on this channel).
    """

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="messages", on_delete=OnDelete.RESTRICT, db_index=True
    )
    occasion = fields.CharField(max_length=80)  # "booking_confirmed:12"
    kind = fields.CharField(max_length=40, default="", db_default="")
    channel = fields.CharField(max_length=10)  # inbox, wechat, alipay, sms
    title = fields.CharField(max_length=60)
    text = fields.CharField(max_length=500)
    page = fields.CharField(max_length=120, default="")
    hall_path = fields.CharField(max_length=80, default="", db_default="")  # whose staff may read it; empty: the city's
    told: dict[str, Any] = fields.JSONField(default=dict)
    fields_sent: dict[str, Any] = fields.JSONField(default=dict)
    template_id = fields.CharField(max_length=64, default="", db_default="")
    urgency = fields.SmallIntField(default=1, db_default=1)  # 0 urgent, 1 usual, 2 one of a mass
    state = fields.CharField(max_length=10, default="queued")
    problem = fields.CharField(max_length=120, default="")
    attempts = fields.IntField(default=0)
    segments = fields.SmallIntField(default=0, db_default=0)  # of a text message, as it is billed
    vendor_no = fields.CharField(max_length=64, default="", db_default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    due_at = fields.DatetimeField(null=True)
    until_at = fields.DatetimeField(null=True)  # of no use after that
    claim = fields.CharField(max_length=32, default="", db_default="")
    claimed_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "message"
        unique_together = (("citizen", "occasion", "channel"),)


class MessageConsent(Model):
    """订阅授权: how many one-time subscription messages of a template a person has agreed to and how many were used.

    `choice`: once (each accept is one message), always (any number), refused (none, until they accept again).
    """

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="consents", on_delete=OnDelete.RESTRICT, db_index=True
    )
    platform = fields.CharField(max_length=10)
    template = fields.CharField(max_length=64)
    choice = fields.CharField(max_length=8, default="once", db_default="once")
    granted = fields.IntField(default=0)
    used = fields.IntField(default=0)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "message_consent"
        unique_together = (("citizen", "platform", "template"),)
