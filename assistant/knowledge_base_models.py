"""Knowledge bases (知识库) in a tree: the city's, below it those of districts and departments with what differs."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import Hall, ServiceItem
from identity.models import Staff


class KnowledgeBase(Model):
    """知识库. The city's, at the top, holds the catalogue; others hold only what differs from the one above.

    A district's goes with a hall and what lies below it; `names` are what people call the place or the department.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=80, unique=True)
    kind = fields.CharField(max_length=12)  # city, district, department
    parent: fields.ForeignKeyNullableRelation["KnowledgeBase"] = fields.ForeignKeyField(
        "models.KnowledgeBase", related_name="below", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    hall: fields.ForeignKeyNullableRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="knowledge_bases", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    names: list[str] = fields.JSONField(default=list)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "knowledge_base"


class LocalGuide(Model):
    """本地办法: what a base says otherwise of an item. draft → published → retired; what is published never changes."""

    id = fields.BigIntField(primary_key=True)
    base: fields.ForeignKeyRelation[KnowledgeBase] = fields.ForeignKeyField(
        "models.KnowledgeBase", related_name="guides", on_delete=OnDelete.RESTRICT, db_index=True
    )
    item: fields.ForeignKeyRelation[ServiceItem] = fields.ForeignKeyField(
        "models.ServiceItem", related_name="local_guides", on_delete=OnDelete.RESTRICT, db_index=True
    )
    version = fields.IntField()
    state = fields.CharField(max_length=10)  # draft, published, retired
    sheet: dict[str, Any] = fields.JSONField()  # a LocalSheet
    revision = fields.IntField(default=1)
    editors: list[int] = fields.JSONField(default=list)  # ids of the staff who saved it: none of them publishes it
    published_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="local_guides_published", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "local_guide"
        unique_together = (("base", "item", "version"),)


class LocalWord(Model):
    """本地说法: what people of a place say for a word of the guides."""

    id = fields.BigIntField(primary_key=True)
    base: fields.ForeignKeyRelation[KnowledgeBase] = fields.ForeignKeyField(
        "models.KnowledgeBase", related_name="words", on_delete=OnDelete.RESTRICT, db_index=True
    )
    said = fields.CharField(max_length=60)
    word = fields.CharField(max_length=60)

    class Meta:
        table = "local_word"
        unique_together = (("base", "said"),)


class BaseBands(Model):
    """界线: from where on a base answers and asks back. The latest holds; both null: as the base above has them."""

    id = fields.BigIntField(primary_key=True)
    base: fields.ForeignKeyRelation[KnowledgeBase] = fields.ForeignKeyField(
        "models.KnowledgeBase", related_name="bands", on_delete=OnDelete.RESTRICT, db_index=True
    )
    number = fields.IntField()
    answer_from = fields.FloatField(null=True)
    ask_from = fields.FloatField(null=True)
    reason = fields.CharField(max_length=200)
    set_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="bands_set", on_delete=OnDelete.RESTRICT, db_index=True
    )
    set_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "base_bands"
        unique_together = (("base", "number"),)
