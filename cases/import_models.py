"""Files of events that were sent at once, as they came, and how far each has been taken in."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from identity.models import Staff


class CaseImport(Model):
    """办件导入: waiting → rehearsing → rehearsed → running → done, or dropped. `position` parts are behind us."""

    id = fields.BigIntField(primary_key=True)
    filename = fields.CharField(max_length=120)
    sha256 = fields.CharField(max_length=64)
    size = fields.BigIntField()
    source = fields.CharField(max_length=60)  # as whose events the lines are taken
    hall_path = fields.CharField(max_length=60, default="")
    quiet = fields.BooleanField(default=True)  # applicants are told nothing of what happened long ago
    state = fields.CharField(max_length=10, default="waiting")
    lines = fields.IntField()  # rows of events in the file
    parts_number = fields.IntField()
    position = fields.IntField(default=0)
    counts: dict[str, Any] = fields.JSONField(default=dict)  # appended, repeated, refused
    sender: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="case_imports", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_import"


class CaseImportPart(Model):
    """Some rows of the file, as (line, values), so that any worker can go on with it; sealed, and gone with its end."""

    id = fields.BigIntField(primary_key=True)
    of: fields.ForeignKeyRelation[CaseImport] = fields.ForeignKeyField(
        "models.CaseImport", related_name="parts", on_delete=OnDelete.RESTRICT, db_index=True
    )
    position = fields.IntField()
    content_sealed = fields.TextField()

    class Meta:
        table = "case_import_part"
        unique_together = (("of", "position"),)


class CaseImportFault(Model):
    """A line that was not taken, and why."""

    id = fields.BigIntField(primary_key=True)
    of: fields.ForeignKeyRelation[CaseImport] = fields.ForeignKeyField(
        "models.CaseImport", related_name="faults", on_delete=OnDelete.RESTRICT, db_index=True
    )
    line = fields.IntField()
    number = fields.CharField(max_length=80, default="")  # its event_id
    code = fields.CharField(max_length=60)
    message = fields.CharField(max_length=300)

    class Meta:
        table = "case_import_fault"
