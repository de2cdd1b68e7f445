"""摇号规则: per type, how long people register, and how long after that what the draw leaves is everybody's.

Without a rule: registration lasts 24 hours, and the places that are left are released two hours later.
"""

from dataclasses import asdict, dataclass

from appointments import types
from appointments.draw_errors import DrawRuleInvalid
from appointments.draw_models import DrawRule
from appointments.models import AppointmentType
from foundation import audit, database
from foundation.actor import Actor

LEAST_WORKDAYS = 2  # from the opening of the registration to the visit


@dataclass(frozen=True, kw_only=True)
class Rule:
    register_hours: int = 24
    settle_minutes: int = 120


async def of_type(type_id: int) -> Rule:
    row = await DrawRule.get_or_none(type_id=type_id)
    return Rule(register_hours=row.register_hours, settle_minutes=row.settle_minutes) if row else Rule()


async def change(*, type_id: int, rule: Rule, by: Actor) -> None:
    """Draw the places of this type from now on, by this rule; draws that are announced stay as they are.

    Days whose release has passed stay released. Raises TypeNotFound, DrawRuleInvalid with every fault.
    """
    async with database.transaction():
        of = await types.find(type_id=type_id)
        faults = _faults(of, rule)
        if faults:
            raise DrawRuleInvalid(detail=faults)
        await DrawRule.update_or_create({**asdict(rule), "set_by": str(by)}, type_id=type_id)
        await AppointmentType.filter(id=type_id).update(release_mode="draw")
        await audit.record("draw_rule.changed", subject=f"draw_rule:{type_id}", by=by, detail=asdict(rule))


async def stop(*, type_id: int, by: Actor, reason: str) -> None:
    """No further draws: the places of later days are released at their time. Announced draws are held.

    Raises TypeNotFound.
    """
    async with database.transaction():
        await types.find(type_id=type_id)
        if await AppointmentType.filter(id=type_id, release_mode="draw").update(release_mode="fixed"):
            await audit.record("draw_rule.stopped", subject=f"draw_rule:{type_id}", by=by, reason=reason)


def _faults(of: AppointmentType, rule: Rule) -> list[str]:
    faults = []
    if not 1 <= rule.register_hours <= 168:
        faults.append("登记时长应为 1 至 168 小时")
    if not 30 <= rule.settle_minutes <= 720:
        faults.append("截止至余号放出应间隔 30 至 720 分钟")
    if of.release_workdays < LEAST_WORKDAYS:
        faults.append(f"放号应提前至少 {LEAST_WORKDAYS} 个工作日，才来得及登记和摇号")
    if not of.real_name_needed:
        faults.append("摇号业务须实名预约，才能做到一人一签")
    if of.pool_id is not None:  # type: ignore[attr-defined]
        faults.append("共用综合窗口号源的业务不能单独摇号")
    if of.slots_needed > 1:
        faults.append("一次占用多个号段的业务不能摇号")
    return faults
