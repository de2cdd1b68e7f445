"""好差评 of visits and cases, and what a bad mark sets going."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import Hall
from identity.models import Citizen, Staff


class Rating(Model):
    """好差评: once per finished visit or closed case. Five levels, 5 非常满意 … 1 非常不满意.

    `subject_kind`: visit, case, ticket (现场取号). No row is "not rated": nothing is ever counted for whoever said
    nothing. A withdrawn one stays, with its reason, and counts no more.
    """

    id = fields.BigIntField(primary_key=True)
    subject_kind = fields.CharField(max_length=10)
    subject_id = fields.BigIntField()
    citizen: fields.ForeignKeyNullableRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="ratings", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    level = fields.IntField()
    tags: list[str] = fields.JSONField(default=list)
    place = fields.CharField(max_length=200, default="")  # hall or department, as people read it
    hall: fields.ForeignKeyNullableRelation[Hall] = fields.ForeignKeyField(
        "models.Hall", related_name="ratings", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    department = fields.CharField(max_length=200, default="")  # counted for; empty once it is found not to be about it
    item_code = fields.CharField(max_length=64, default="")
    item_name = fields.CharField(max_length=200, default="")
    done_on = fields.DateField()  # the day of the service
    given_by = fields.CharField(max_length=8, default="online")  # online, code (现场扫码), kiosk (自助机)
    withdrawn_at = fields.DatetimeField(null=True)
    withdrawn_why = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()
    words: fields.ReverseRelation["RatingWords"]
    rectification: fields.BackwardOneToOneRelation["Rectification"]

    class Meta:
        table = "rating"
        unique_together = (("subject_kind", "subject_id"),)


class RatingWords(Model):
    """What somebody wrote with a mark (first), or once more (again, 追评). Shown to others only as staff let it pass.

    `state`: waiting, shown (as `shown` has it, without traces of a person), hidden.
    """

    id = fields.BigIntField(primary_key=True)
    rating: fields.ForeignKeyRelation[Rating] = fields.ForeignKeyField(
        "models.Rating", related_name="words", on_delete=OnDelete.RESTRICT, db_index=True
    )
    which = fields.CharField(max_length=6)
    text = fields.CharField(max_length=500)
    state = fields.CharField(max_length=8, default="waiting")
    shown = fields.CharField(max_length=500, default="")
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="words_decided", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    written_at = fields.DatetimeField()

    class Meta:
        table = "rating_words"
        unique_together = (("rating", "which"),)


class Rectification(Model):
    """差评整改: the lowest two levels open one, with a deadline to call back and one to mend.

    `state`: open, called_back, mended, verified, dismissed (the rating is not about that department). The dates on
    which something was done are kept beside those by which it had to be; `calendar` says by which edition.
    """

    id = fields.BigIntField(primary_key=True)
    rating: fields.OneToOneRelation[Rating] = fields.OneToOneField(
        "models.Rating", related_name="rectification", on_delete=OnDelete.RESTRICT
    )
    state = fields.CharField(max_length=12, default="open")
    owner: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="rectifications", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    call_back_due = fields.DateField()
    mend_due = fields.DateField()
    calendar = fields.CharField(max_length=60, default="")
    called_back_on = fields.DateField(null=True)
    mended_on = fields.DateField(null=True)
    remedy = fields.CharField(max_length=400, default="")  # what was done, as the citizen reads it
    extended_by = fields.IntField(default=0)  # working days, once
    rounds = fields.IntField(default=1)  # how often it had to be mended
    found = fields.CharField(max_length=12, default="")  # satisfied, unreached: what the citizen said of it
    reminded = fields.CharField(max_length=10, default="")  # soon: told that the day comes near
    escalated = fields.CharField(max_length=10, default="")  # call_back, mend: told to whoever oversees
    created_at = fields.DatetimeField()

    class Meta:
        table = "rectification"


class RectificationNote(Model):
    """整改记录: what somebody noted, called or did; for staff."""

    id = fields.BigIntField(primary_key=True)
    rectification: fields.ForeignKeyRelation[Rectification] = fields.ForeignKeyField(
        "models.Rectification", related_name="notes", on_delete=OnDelete.RESTRICT, db_index=True
    )
    kind = fields.CharField(max_length=12)
    text = fields.CharField(max_length=400)
    by = fields.CharField(max_length=80)
    at = fields.DatetimeField()

    class Meta:
        table = "rectification_note"


class RectificationAppeal(Model):
    """差评申诉: a department says that the rating is not about it. Once; another decides. The clock runs on."""

    id = fields.BigIntField(primary_key=True)
    rectification: fields.OneToOneRelation[Rectification] = fields.OneToOneField(
        "models.Rectification", related_name="appeal", on_delete=OnDelete.RESTRICT
    )
    state = fields.CharField(max_length=8, default="open")  # open, accepted, rejected
    text = fields.CharField(max_length=400)
    filed_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="rectification_appeals", on_delete=OnDelete.RESTRICT, db_index=True
    )
    filed_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="rectification_decisions", null=True, on_delete=OnDelete.RESTRICT, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=400, default="")

    class Meta:
        table = "rectification_appeal"
