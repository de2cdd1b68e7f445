"""What a person wants to be told, when, and how often they may be."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Citizen


class MessagePreference(Model):
    """消息设置. Without a row the city's quiet hours hold and everything is sent. `quiet`: ``HH:MM-HH:MM``, or
    ``none`` for at any hour; empty: as the city has it. `muted`: groups of `kinds.GROUPS` that stay in the inbox.
    """

    id = fields.BigIntField(primary_key=True)
    citizen: fields.OneToOneRelation[Citizen] = fields.OneToOneField(
        "models.Citizen", related_name="message_preference", on_delete=OnDelete.RESTRICT
    )
    quiet = fields.CharField(max_length=11, default="")
    sms = fields.BooleanField(default=True)
    muted: list[str] = fields.JSONField(default=list)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "message_preference"


class TopicSubscription(Model):
    """资讯订阅: a theme whose new and changed guides, or a hall whose notices, a person wants to hear of."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="topics", on_delete=OnDelete.RESTRICT, db_index=True
    )
    topic = fields.CharField(max_length=12)  # theme, life_event, hall
    code = fields.CharField(max_length=60)
    since = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "topic_subscription"
        unique_together = (("citizen", "topic", "code"),)


class SmsDay(Model):
    """How many text messages one person got on one day in Shanghai."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="sms_days", on_delete=OnDelete.RESTRICT, db_index=True
    )
    day = fields.DateField()
    number = fields.IntField()

    class Meta:
        table = "sms_day"
        unique_together = (("citizen", "day"),)
