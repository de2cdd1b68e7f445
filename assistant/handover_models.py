"""A conversation that a person answers (人工咨询), what was said in it, and whose conversation a follower's is."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from assistant.models import Conversation
from identity.models import Staff


class Handover(Model):
    """人工咨询: asked for, waited for, held by one member of staff, ended. One open one a conversation.

    `state`: waiting 排队, message 留言, held 接待, ended 结束. `asker` is a fingerprint of the person or the address.
    """

    id = fields.BigIntField(primary_key=True)
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="handovers", on_delete=OnDelete.RESTRICT, db_index=True
    )
    asker = fields.CharField(max_length=64)
    state = fields.CharField(max_length=10)
    outcome = fields.CharField(max_length=12, default="")  # returned, closed, withdrawn, abandoned
    question = fields.CharField(max_length=500, default="")
    due_on = fields.DateField(null=True)  # of a message: the working day by which staff answer
    agent: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="handovers", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    answered = fields.BooleanField(default=False)  # whether a member of staff has written in it
    asked_at = fields.DatetimeField()
    taken_at = fields.DatetimeField(null=True)
    said_at = fields.DatetimeField()  # the last sign of life of either side
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "handover"


class HandoverLine(Model):
    """What one side wrote (人工对话). Ids grow in the order of the conversation: they are written under its lock."""

    id = fields.BigIntField(primary_key=True)
    handover: fields.ForeignKeyRelation[Handover] = fields.ForeignKeyField(
        "models.Handover", related_name="lines", on_delete=OnDelete.RESTRICT, db_index=True
    )
    said_by = fields.CharField(max_length=8)  # citizen, agent, system
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="handover_lines", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    text = fields.CharField(max_length=1000)
    key = fields.CharField(max_length=80, default="")  # chosen by the writer; the same again is the same line
    at = fields.DatetimeField()

    class Meta:
        table = "handover_line"


class Follower(Model):
    """关注者: the one conversation of a follower of a public account, found by a fingerprint of the openid."""

    id = fields.BigIntField(primary_key=True)
    fingerprint = fields.CharField(max_length=64, unique=True)
    conversation: fields.OneToOneRelation[Conversation] = fields.OneToOneField(
        "models.Conversation", related_name="follower", on_delete=OnDelete.RESTRICT
    )

    class Meta:
        table = "follower"
