"""效能监察: by which rule it watches, and what it said week by week."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class SupervisionRule(Model):
    """监察规则: a version; the newest holds. Without any the defaults of `cases.supervision_rules` hold."""

    id = fields.BigIntField(primary_key=True)
    near_workdays = fields.IntField()  # so near its deadline a case is approaching it
    red_workdays = fields.IntField()  # so long after its deadline a card is red, before that yellow
    on_time_weight = fields.IntField()  # the three weights make 100
    early_weight = fields.IntField()
    no_red_weight = fields.IntField()
    five_stars = fields.IntField()  # points from which on …
    four_stars = fields.IntField()
    three_stars = fields.IntField()
    two_stars = fields.IntField()
    least = fields.IntField()  # below so many finished cases nobody is given stars
    set_by = fields.CharField(max_length=80)
    set_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "supervision_rule"


class SupervisionReport(Model):
    """监察周报: what stood on Monday about the week before; it stays as it was said."""

    id = fields.BigIntField(primary_key=True)
    week = fields.DateField(unique=True)  # its Monday
    rule: dict[str, Any] = fields.JSONField()
    lines: list[dict[str, Any]] = fields.JSONField()
    made_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "supervision_report"
