"""Items and their guides, themes and scenarios, halls and departments."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model


class Hall(Model):
    """政务服务大厅: halls form a tree 市→县(区)→镇街→村居; `path` is the codes from the root, each ending in ``/``."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=200)
    short_name = fields.CharField(max_length=200, default="")
    level = fields.CharField(max_length=10)  # city, district, town, village
    parent: fields.ForeignKeyNullableRelation["Hall"] = fields.ForeignKeyField(
        "models.Hall", related_name="children", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    path = fields.CharField(max_length=80, unique=True)
    address = fields.CharField(max_length=200)
    longitude = fields.FloatField(null=True)
    latitude = fields.FloatField(null=True)
    phone = fields.CharField(max_length=40, default="")
    opening_hours = fields.CharField(max_length=400, default="")  # as people read it
    hours: list[dict[str, Any]] = fields.JSONField(default=list)  # of {"weekdays": [1, 2], "open": "09:00", "close": …}
    windows = fields.IntField(default=0)
    details: dict[str, Any] = fields.JSONField(default=dict)  # region, windows, transport, facilities, notice, aliases
    active = fields.BooleanField(default=True)

    class Meta:
        table = "hall"


class Department(Model):
    """预约单位 / 进驻部门: who stands behind the windows."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    phone = fields.CharField(max_length=40, default="")
    details: dict[str, Any] = fields.JSONField(default=dict)  # short name, credit code, duties, aliases …

    class Meta:
        table = "department"


class Theme(Model):
    """主题 (kind ``theme``) or life event 人生事件 (kind ``life_event``): how a citizen finds an item."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=12)
    code = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)
    position = fields.IntField(default=0)
    details: dict[str, Any] = fields.JSONField(default=dict)  # audience, summary, aliases

    class Meta:
        table = "theme"
        unique_together = (("kind", "code"),)


class ServiceItem(Model):
    """政务服务事项: `item_code` 实施编码 and `basic_code` 基本编码 are text, never parsed."""

    id = fields.BigIntField(primary_key=True)
    item_code = fields.CharField(max_length=64, unique=True)
    basic_code = fields.CharField(max_length=64, default="")
    slug = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    short_name = fields.CharField(max_length=200, default="")
    summary = fields.CharField(max_length=200, default="")
    aliases: list[str] = fields.JSONField(default=list)
    audience: list[str] = fields.JSONField(default=list)  # 自然人, 法人
    themes: list[str] = fields.JSONField(default=list)
    life_events: list[str] = fields.JSONField(default=list)
    halls: list[str] = fields.JSONField(default=list)
    department: fields.ForeignKeyRelation[Department] = fields.ForeignKeyField(
        "models.Department", related_name="items", on_delete=OnDelete.RESTRICT, db_index=True
    )
    kind = fields.CharField(max_length=10)  # 即办件, 承诺件
    online = fields.BooleanField(default=False)
    bookable = fields.BooleanField(default=False)
    fee_fen = fields.BigIntField(default=0)  # the highest of its fees; 0 is free for everybody
    legal_days = fields.IntField(null=True)
    promised_days = fields.IntField(null=True)
    position = fields.IntField(default=1000)  # lower is shown first among hot services
    guide: fields.ForeignKeyNullableRelation["Guide"] = fields.ForeignKeyField(
        "models.Guide", related_name="published_as", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )

    class Meta:
        table = "service_item"


class Guide(Model):
    """办事指南: one version of an item's guide. A published version never changes; a change is a new version."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[ServiceItem] = fields.ForeignKeyField(
        "models.ServiceItem", related_name="guides", on_delete=OnDelete.RESTRICT, db_index=True
    )
    version = fields.IntField()
    state = fields.CharField(max_length=12)  # draft, published, retired
    effective_date = fields.DateField()
    content: dict[str, Any] = fields.JSONField()  # the whole item sheet, as imported
    digest = fields.CharField(max_length=64)  # SHA-256 of the content: the same sheet again changes nothing
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "guide"
        unique_together = (("item", "version"),)


class GuideSection(Model):
    """办事指南要素: one element of a guide (受理条件 申请材料 办理流程 …); the unit an answer cites."""

    id = fields.BigIntField(primary_key=True)
    guide: fields.ForeignKeyRelation[Guide] = fields.ForeignKeyField(
        "models.Guide", related_name="sections", on_delete=OnDelete.RESTRICT, db_index=True
    )
    kind = fields.CharField(max_length=20)
    position = fields.IntField()
    title = fields.CharField(max_length=200)
    text = fields.TextField()
    also: list[str] = fields.JSONField(default=list)  # other ways to ask this question, to name this variant

    class Meta:
        table = "guide_section"


class Scenario(Model):
    """场景: 1–4 questions that end at items with a tailored list of materials."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    tree: dict[str, Any] = fields.JSONField()
    position = fields.IntField(default=0)

    class Meta:
        table = "scenario"


class SynonymGroup(Model):
    """同义词: words that mean the same to a citizen."""

    id = fields.BigIntField(primary_key=True)
    words: list[str] = fields.JSONField()

    class Meta:
        table = "synonym_group"


class CatalogueEdition(Model):
    """A counter of published changes; who keeps an index rebuilds it when the number has moved."""

    id = fields.IntField(primary_key=True, generated=False)
    number = fields.BigIntField(default=0)

    class Meta:
        table = "catalogue_edition"
