"""Online filing: what people fill in and bring, before there is a case; and what they bring later."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from cases.models import Case, CaseEvent
from catalogue.models import Guide, Hall
from identity.models import Citizen, Staff


class Filing(Model):
    """网上申请: one application that is filled in, sent, looked through, and becomes a case when it is taken on.

    `missing` is the 一次性告知: rows of {"material", "why"}. `promised` names the materials that follow later (容缺).
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=20, unique=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="filings", on_delete=OnDelete.RESTRICT, db_index=True
    )
    agent: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="filings_as_agent", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )  # 代办人: who began or last sent it in, where that is not the applicant
    guide: fields.ForeignKeyRelation[Guide] = fields.ForeignKeyField(
        "models.Guide", related_name="filings", on_delete=OnDelete.RESTRICT, db_index=True
    )
    hall: fields.ForeignKeyRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="filings", on_delete=OnDelete.RESTRICT, db_index=True
    )
    item_code = fields.CharField(max_length=64)
    item_slug = fields.CharField(max_length=60)
    item_name = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12, default="draft")
    answers_sealed = fields.TextField(default="")
    promised: list[str] = fields.JSONField(default=list)
    pledge_version = fields.CharField(max_length=20, default="")
    pledged_at = fields.DatetimeField(null=True)
    submitted_at = fields.DatetimeField(null=True)
    rounds = fields.IntField(default=0)  # how often it was sent in
    reviewer: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="filings", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    claimed_at = fields.DatetimeField(null=True)
    missing: list[dict[str, str]] = fields.JSONField(default=list)
    returned_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=400, default="")  # 不予受理 of what
    case: fields.OneToOneNullableRelation[Case] = fields.OneToOneField(
        "models.Case", related_name="filing", null=True, on_delete=OnDelete.RESTRICT
    )
    expires_at = fields.DatetimeField(null=True)  # of a draft and of what was sent back
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "filing"


class Supplement(Model):
    """补正: what an applicant brings after a 一次性告知 of a case, sent as one; as often as something is still missing.

    `wanted` is what was asked for when it was sent: rows of {"material", "why", "how"}.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=20, unique=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="supplements", on_delete=OnDelete.RESTRICT, db_index=True
    )
    notice: fields.ForeignKeyRelation[CaseEvent] = fields.ForeignKeyField(
        "models.CaseEvent", related_name="supplements", on_delete=OnDelete.RESTRICT, db_index=True
    )
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="supplements", on_delete=OnDelete.RESTRICT, db_index=True
    )
    state = fields.CharField(max_length=12, default="open")
    wanted: list[dict[str, str]] = fields.JSONField(default=list)
    sent_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "supplement"


class PaperFolder(Model):
    """附件: what somebody adds to a matter of a room above, which names it by `kind` and `code` and says until when."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=20)
    code = fields.CharField(max_length=20)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="paper_folders", on_delete=OnDelete.RESTRICT, db_index=True
    )
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "paper_folder"
        unique_together = (("kind", "code"),)


class Paper(Model):
    """材料文件: one file, of a filing, of a supplement, the result of a case, or added to a matter of a room above; its
    content lies sealed in the store.

    `key` is the sender's own: the same key is the same upload. `parts` are the numbers of the pieces that have come.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=24, unique=True)
    filing: fields.ForeignKeyNullableRelation[Filing] = fields.ForeignKeyField(
        "models.Filing", related_name="papers", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    supplement: fields.ForeignKeyNullableRelation[Supplement] = fields.ForeignKeyField(
        "models.Supplement", related_name="papers", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    result_of: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="results", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    folder: fields.ForeignKeyNullableRelation[PaperFolder] = fields.ForeignKeyField(
        "models.PaperFolder", related_name="papers", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    key = fields.CharField(max_length=80)
    material = fields.CharField(max_length=200)
    name_sealed = fields.TextField()
    size = fields.BigIntField()
    content_fingerprint = fields.CharField(max_length=64)
    media_type = fields.CharField(max_length=80, default="")
    state = fields.CharField(max_length=12, default="receiving")
    parts: list[int] = fields.JSONField(default=list)
    object_key = fields.CharField(max_length=80)
    sealed_with = fields.CharField(max_length=60, default="")  # key id
    late = fields.BooleanField(default=False)  # of what was promised (容缺), after it was taken on
    uploaded_by = fields.CharField(max_length=40)
    created_at = fields.DatetimeField(auto_now_add=True)
    ready_at = fields.DatetimeField(null=True)
    gone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "paper"


class OwedPaper(Model):
    """容缺后补: a material that the applicant promised to bring until a day, after the case was taken on without it."""

    id = fields.BigIntField(primary_key=True)
    filing: fields.ForeignKeyRelation[Filing] = fields.ForeignKeyField(
        "models.Filing", related_name="owed", on_delete=OnDelete.RESTRICT, db_index=True
    )
    material = fields.CharField(max_length=200)
    due_on = fields.DateField()
    received_at = fields.DatetimeField(null=True)
    reminded_on = fields.DateField(null=True)

    class Meta:
        table = "owed_paper"
        unique_together = (("filing", "material"),)


class LicenceUse(Model):
    """电子证照调用: one consent of a person to have one licence read for one filing, and what the library said."""

    id = fields.BigIntField(primary_key=True)
    filing: fields.ForeignKeyRelation[Filing] = fields.ForeignKeyField(
        "models.Filing", related_name="licences", on_delete=OnDelete.RESTRICT, db_index=True
    )
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="licence_uses", on_delete=OnDelete.RESTRICT, db_index=True
    )
    material = fields.CharField(max_length=200)
    licence = fields.CharField(max_length=200)
    consent_version = fields.CharField(max_length=20)
    consented_at = fields.DatetimeField()
    outcome = fields.CharField(max_length=12, default="asked")  # asked, held, absent, failed
    told_sealed = fields.TextField(default="")
    valid_until = fields.DateField(null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "licence_use"


class Delivery(Model):
    """结果送达: how the result reaches the applicant, at a hall or by courier, and how far it is."""

    id = fields.BigIntField(primary_key=True)
    filing: fields.OneToOneNullableRelation[Filing] = fields.OneToOneField(
        "models.Filing", related_name="delivery", null=True, on_delete=OnDelete.RESTRICT
    )
    case: fields.OneToOneNullableRelation[Case] = fields.OneToOneField(
        "models.Case", related_name="delivery", null=True, on_delete=OnDelete.RESTRICT
    )
    way = fields.CharField(max_length=12)  # pick_up, courier
    hall: fields.ForeignKeyNullableRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="deliveries", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    address_sealed = fields.TextField(default="")  # recipient, telephone and address as JSON
    state = fields.CharField(max_length=12, default="chosen")
    carrier = fields.CharField(max_length=40, default="")
    tracking_no = fields.CharField(max_length=40, default="")
    steps: list[dict[str, Any]] = fields.JSONField(default=list)  # of {"at", "state", "note"}
    changed_at = fields.DatetimeField(auto_now=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "delivery"
