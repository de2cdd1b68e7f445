"""What the bot has to learn, and the questions it is measured by."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import ServiceItem
from identity.models import Staff


class QuestionCluster(Model):
    """待学习: questions that mean the same and were not answered, or whose answer was disliked.

    open → done | ignored → open again. Its questions are the turns that point to it; what they say is masked.
    """

    id = fields.BigIntField(primary_key=True)
    said = fields.CharField(max_length=500)  # the question it began with
    topic = fields.CharField(max_length=500)  # what is compared: the question without courtesies and aspects
    state = fields.CharField(max_length=8, default="open")  # open, done, ignored
    note = fields.CharField(max_length=200, default="")  # why it was ignored or opened again
    outcome: dict[str, Any] = fields.JSONField(default=dict)  # what was made of it: what, words, slug, draft_id
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="clusters_decided", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "question_cluster"


class LabelledQuestion(Model):
    """标注: a question and how it should be answered; `item` and perhaps `section` for an answer."""

    id = fields.BigIntField(primary_key=True)
    question = fields.CharField(max_length=200)
    canonical = fields.CharField(max_length=200, unique=True)  # one spelling for all, so that none stands there twice
    expects = fields.CharField(max_length=8)  # answer, choose, unknown
    item: fields.ForeignKeyNullableRelation[ServiceItem] = fields.ForeignKeyField(
        "models.ServiceItem", related_name="labelled", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    section = fields.CharField(max_length=20, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "labelled_question"
