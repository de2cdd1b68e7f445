"""What reached whom, and what people agreed to receive."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class Message(Model):
    """消息台账: one message to one person on one channel. `occasion` makes a repeated event send nothing twice."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="messages", on_delete=OnDelete.RESTRICT, db_index=True
    )
    occasion = fields.CharField(max_length=80)  # "booking_confirmed:12"
    channel = fields.CharField(max_length=10)  # inbox, wechat, alipay
    title = fields.CharField(max_length=60)
    text = fields.CharField(max_length=400)
    page = fields.CharField(max_length=120, default="")
    fields_sent: dict[str, Any] = fields.JSONField(default=dict)
    state = fields.CharField(max_length=10, default="queued")  # queued, sent, refused, failed, delivered (inbox)
    problem = fields.CharField(max_length=120, default="")
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    sent_at = fields.DatetimeField(null=True)
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "message"
        unique_together = (("citizen", "occasion", "channel"),)


class MessageConsent(Model):
    """订阅授权: how many one-time subscription messages of a template a person has agreed to and how many were used."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="consents", on_delete=OnDelete.RESTRICT, db_index=True
    )
    platform = fields.CharField(max_length=10)
    template = fields.CharField(max_length=60)
    granted = fields.IntField(default=0)
    used = fields.IntField(default=0)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "message_consent"
        unique_together = (("citizen", "platform", "template"),)
