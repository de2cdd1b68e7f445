"""滞纳金规则: data of a department, per 执收项目; a bill takes the rule that stands when it is pushed, and keeps it."""

from collections.abc import Collection
from dataclasses import dataclass

from foundation import audit, clock, database
from foundation.actor import Actor
from payments.bill_models import LateFeeRule

UPSERT = """
insert into late_fee_rule (source, exec_item_code, per_day, kind, basis, declared_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (source, exec_item_code) do update
   set per_day = excluded.per_day, kind = excluded.kind, basis = excluded.basis, declared_at = excluded.declared_at
returning id
"""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """By how many ten-thousandths of the amount an item grows a day, as what, and by which law. 0 does not grow."""

    per_day: int
    kind: str = "overdue"
    basis: str = ""


NONE = Growth(per_day=0)


async def declare(*, exec_item_code: str, growth: Growth, by: Actor) -> None:
    """The rule for what the department pushes from now on; the bills it has pushed keep theirs."""
    async with database.transaction() as tx:
        rule_id = await tx.fetchval(
            UPSERT, by.name, exec_item_code, growth.per_day, growth.kind, growth.basis, clock.now()
        )
        detail = {"item": exec_item_code, "per_day": growth.per_day, "kind": growth.kind, "basis": growth.basis}
        await audit.record("late_fee_rule.declared", subject=f"late_fee_rule:{rule_id}", by=by, detail=detail)


async def of(source: str, codes: Collection[str]) -> dict[str, Growth]:
    """执收项目 → its rule, of a department, where there is one."""
    rows = await LateFeeRule.filter(source=source, exec_item_code__in=list(codes))
    return {one.exec_item_code: Growth(per_day=one.per_day, kind=one.kind, basis=one.basis) for one in rows}
