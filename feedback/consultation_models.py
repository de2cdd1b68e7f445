"""Questions, complaints and proposals to people (咨询 投诉 建议), who answers, and what everybody may read."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from cases.filing_models import PaperFolder
from identity.models import Citizen, Staff


class ConsultationRoute(Model):
    """分办规则: who answers what. Empty `kind`, `hall_path` or `item_code` is any; the closest rule wins."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=10, default="")
    hall_path = fields.CharField(max_length=80, default="")  # asked about this subtree of halls
    item_code = fields.CharField(max_length=64, default="")
    department = fields.CharField(max_length=200)  # 承办单位
    desk_path = fields.CharField(max_length=80, default="")  # whose staff answer: a subtree of halls; empty the city's
    active = fields.BooleanField(default=True)

    class Meta:
        table = "consultation_route"
        unique_together = (("kind", "hall_path", "item_code", "active"),)


class Consultation(Model):
    """咨询 投诉 建议: one matter, answered by a person within so many working days.

    `state`: open, drafted (an answer waits for a second pair of eyes), answered, refused (不予受理), pointed (指引到
    其他渠道), withdrawn. `source`: web, or of what it came, e.g. ``handover:7`` (a conversation out of office hours).
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    kind = fields.CharField(max_length=10)  # question, complaint, proposal
    source = fields.CharField(max_length=40, default="web")
    citizen: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="consultations", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    phone_sealed = fields.TextField(default="")
    factor_fingerprint = fields.CharField(max_length=64, default="")  # code with the phone's last four
    asker_fingerprint = fields.CharField(max_length=64, default="")  # whose repetitions are looked for
    text_fingerprint = fields.CharField(max_length=64)  # of the words alone
    title = fields.CharField(max_length=80)
    hall_path = fields.CharField(max_length=80, default="")
    hall_name = fields.CharField(max_length=200, default="")
    item_code = fields.CharField(max_length=64, default="")
    item_name = fields.CharField(max_length=200, default="")
    folder: fields.OneToOneNullableRelation[PaperFolder] = fields.OneToOneField(
        "models.PaperFolder", related_name="consultation", null=True, on_delete=OnDelete.RESTRICT
    )  # 附件, of whoever is signed in
    may_publish = fields.BooleanField(default=False)  # the asker agrees that it is published without their name
    department = fields.CharField(max_length=200, default="")
    desk_path = fields.CharField(max_length=80, default="")
    owner: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="consultations", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    state = fields.CharField(max_length=10, default="open")
    due_on = fields.DateField()
    calendar = fields.CharField(max_length=60)
    answered_on = fields.DateField(null=True)
    asked_again = fields.BooleanField(default=False)
    mark = fields.IntField(null=True)  # what the asker thinks of the answer, 5 … 1
    refused_why = fields.CharField(max_length=10, default="")  # law, insult, repeated, unrelated
    refused_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="consultations_refused", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    appeal_state = fields.CharField(max_length=8, default="")  # open, accepted, rejected
    drafted_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="answers_drafted", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    reminded = fields.BooleanField(default=False)
    escalated = fields.BooleanField(default=False)
    asked_at = fields.DatetimeField()
    entries: fields.ReverseRelation["ConsultationEntry"]

    class Meta:
        table = "consultation"


class ConsultationEntry(Model):
    """One thing said or done in a consultation; ids grow in its order. `cites` names the sections an answer quotes.

    `kind`: what the asker and the office say to each other (asked, answered, again, refused, pointed, appealed,
    decided, withdrawn) and what is for staff alone (chat, note, draft, sent_back, moved).
    """

    id = fields.BigIntField(primary_key=True)
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "models.Consultation", related_name="entries", on_delete=OnDelete.RESTRICT, db_index=True
    )
    kind = fields.CharField(max_length=10)
    text = fields.TextField()
    cites: list[dict[str, Any]] = fields.JSONField(default=list)
    by = fields.CharField(max_length=80)
    at = fields.DatetimeField()

    class Meta:
        table = "consultation_entry"


class PublicAnswer(Model):
    """公开答复: a question and its answer that everybody may read, written anew without traces of a person."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=16, unique=True)
    consultation: fields.OneToOneRelation[Consultation] = fields.OneToOneField(
        "models.Consultation", related_name="published", on_delete=OnDelete.RESTRICT
    )
    kind = fields.CharField(max_length=10)
    question = fields.CharField(max_length=400)
    answer = fields.TextField()
    department = fields.CharField(max_length=200)
    item_code = fields.CharField(max_length=64, default="")
    item_name = fields.CharField(max_length=200, default="")
    pairs: list[str] = fields.JSONField(default=list)  # of neighbouring characters, by which it is found
    published_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="answers_published", on_delete=OnDelete.RESTRICT, db_index=True
    )
    published_on = fields.DateField()
    taken_back_at = fields.DatetimeField(null=True)
    taken_back_why = fields.CharField(max_length=200, default="")

    class Meta:
        table = "public_answer"
