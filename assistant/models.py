"""The bot's log: what was asked, what was answered, from which section, with what confidence."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from assistant.learning_models import QuestionCluster
from identity.models import Citizen


class Conversation(Model):
    """会话. `token` is known to the asker only; numbers and phones in a question are masked before they are kept."""

    id = fields.BigIntField(primary_key=True)
    token = fields.CharField(max_length=40, unique=True)
    citizen: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="conversations", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    state: dict[str, Any] = fields.JSONField(default=dict)  # its latest turn, misses so far; see `thread`
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "conversation"


class Turn(Model):
    """对话轮次."""

    id = fields.BigIntField(primary_key=True)
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="turns", on_delete=OnDelete.RESTRICT, db_index=True
    )
    question = fields.CharField(max_length=500)
    band = fields.CharField(max_length=12)  # answer, choose, unknown, person, greeting, emergency …
    answer: dict[str, Any] = fields.JSONField(default=dict)
    item_code = fields.CharField(max_length=64, default="", db_index=True)
    section = fields.CharField(max_length=20, default="")
    confidence = fields.FloatField(default=0)
    helpful = fields.BooleanField(null=True)
    cluster: fields.ForeignKeyNullableRelation[QuestionCluster] = fields.ForeignKeyField(
        "models.QuestionCluster", related_name="turns", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )  # of what is to be learnt
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "turn"
