"""What a bill said before it was changed, and the rules by which 滞纳金 grows."""

from typing import Any

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from payments.models import Bill


class BillVersion(Model):
    """通知书历史版本: what a bill said until its department changed it; appended, never changed."""

    id = fields.BigIntField(primary_key=True)
    bill: fields.ForeignKeyRelation[Bill] = fields.ForeignKeyField(
        "models.Bill", related_name="versions", on_delete=OnDelete.RESTRICT, db_index=True
    )
    version = fields.IntField()
    title = fields.CharField(max_length=120)
    total_fen = fields.BigIntField()
    expire_date = fields.DateField(null=True)
    items: list[dict[str, Any]] = fields.JSONField()
    replaced_by = fields.CharField(max_length=80)  # the text of an Actor
    reason = fields.CharField(max_length=200)
    replaced_at = fields.DatetimeField()

    class Meta:
        table = "bill_version"
        unique_together = (("bill", "version"),)


class LateFeeRule(Model):
    """滞纳金规则: how an 执收项目 of a department grows after the 限缴日期 of bills that are pushed from now on."""

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=60)  # key id of the department
    exec_item_code = fields.CharField(max_length=40)
    per_day = fields.IntField()  # ten-thousandths (万分之) of the amount; 0 does not grow
    kind = fields.CharField(max_length=8)  # overdue 滞纳金, penalty 加处罚款
    basis = fields.CharField(max_length=200)  # the law it stands on, as the payer reads it
    declared_at = fields.DatetimeField()

    class Meta:
        table = "late_fee_rule"
        unique_together = (("source", "exec_item_code"),)
