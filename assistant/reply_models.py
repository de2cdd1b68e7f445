"""Replies of staff on their way to being common questions of a guide, and the report of each week."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from assistant.handover_models import Handover, HandoverLine
from catalogue.draft_models import GuideDraft
from identity.models import Staff


class ReplyFaq(Model):
    """答复成问答: what a member of staff answered a citizen, proposed as a common question (常见问题) of a guide.

    open → taken (into the draft of a guide, which somebody else publishes) | declined. Numbers of persons are masked.
    Where it came from is known as long as that conversation is kept.
    """

    id = fields.BigIntField(primary_key=True)
    handover: fields.ForeignKeyNullableRelation[Handover] = fields.ForeignKeyField(
        "models.Handover", related_name="faqs", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    line: fields.OneToOneNullableRelation[HandoverLine] = fields.OneToOneField(
        "models.HandoverLine", related_name="faq", null=True, on_delete=OnDelete.RESTRICT
    )
    question = fields.CharField(max_length=200)
    answer = fields.CharField(max_length=2000)
    state = fields.CharField(max_length=8, default="open")  # open, taken, declined
    note = fields.CharField(max_length=200, default="")  # why it was declined
    draft: fields.ForeignKeyNullableRelation[GuideDraft] = fields.ForeignKeyField(
        "models.GuideDraft", related_name="from_replies", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    proposed_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="faqs_proposed", on_delete=OnDelete.RESTRICT, db_index=True
    )
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="faqs_decided", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "reply_faq"


class QualityReport(Model):
    """质量周报: how the bot did in one week, as it was found when the week was over. It never changes."""

    id = fields.BigIntField(primary_key=True)
    monday = fields.DateField(unique=True)
    body: dict[str, Any] = fields.JSONField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "quality_report"
