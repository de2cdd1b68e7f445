"""业务规则: everything of a type that staff may set: how far ahead and how it is released, who may come, until when."""

from dataclasses import asdict, dataclass
from typing import Literal

from appointments import types
from appointments.errors import TypeInvalid
from appointments.models import AppointmentType
from appointments.types import TIME_OF_DAY
from foundation import audit, database
from foundation.actor import Actor

AUDIENCES = {"all": "所有人", "personal": "自然人", "company": "法人"}
RELEASE_MODES = {"fixed": "定时放号", "staggered": "分批放号", "draw": "摇号"}
DAY, WEEK = 24 * 60, 7 * 24 * 60
NUMBERS = {  # field → (least, most, what people call it)
    "release_workdays": (0, 60, "提前放号工作日"),
    "stagger_minutes": (1, 240, "批次间隔分钟"),
    "stagger_batches": (1, 24, "放号批数"),
    "close_minutes": (0, WEEK, "停止预约提前分钟"),
    "cancel_minutes": (0, WEEK, "取消截止提前分钟"),
    "check_in_early_minutes": (0, DAY, "最早签到提前分钟"),
    "check_in_late_minutes": (0, DAY, "最晚签到延后分钟"),
    "party_most": (1, 10, "同行人数上限"),
    "slots_needed": (1, 16, "占用号段数"),
    "share_back_workdays": (0, 30, "份额回流提前工作日"),
}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """As the columns of `AppointmentType`; `pool_id` is the 综合窗口 whose slots they are, None has its own."""

    real_name_needed: bool = True
    release_workdays: int = 7
    release_time: str = "08:00"
    release_mode: Literal["fixed", "staggered", "draw"] = "fixed"
    stagger_minutes: int = 30
    stagger_batches: int = 4
    close_minutes: int = 0
    cancel_minutes: int = 120
    check_in_early_minutes: int = 30
    check_in_late_minutes: int = 15
    audience: Literal["all", "personal", "company"] = "all"
    party_most: int = 1
    slots_needed: int = 1
    share_back_workdays: int = 1
    pool_id: int | None = None


def of(one: AppointmentType) -> Rules:
    return Rules(**{name: getattr(one, name) for name in Rules.__dataclass_fields__})


async def change(*, type_id: int, rules: Rules, by: Actor) -> AppointmentType:
    """The rules hold from now on; slots follow with the next run. Raises TypeNotFound, TypeInvalid with every fault."""
    async with database.transaction():
        changed = await types.find(type_id=type_id)
        before = asdict(of(changed))
        if faults := [*_faults(rules), *await _faults_of_pool(changed, rules.pool_id)]:
            raise TypeInvalid(detail=faults)
        await AppointmentType.filter(id=type_id).update(**asdict(rules))
        moved = {name: value for name, value in asdict(rules).items() if value != before[name]}
        detail = {"rules": moved, "before": {name: before[name] for name in moved}}
        subject = f"appointment_type:{type_id}"
        await audit.record("appointment_type.rules_changed", subject=subject, by=by, detail=detail)
    return await types.find(type_id=type_id)


async def pools_for(one: AppointmentType) -> list[AppointmentType]:
    """The types of the hall whose slots this one could share."""
    others = AppointmentType.filter(hall_id=one.hall_id, active=True, pool_id=None).exclude(id=one.id)  # type: ignore[attr-defined]
    return await others.order_by("id")


def _faults(rules: Rules) -> list[str]:
    faults = [
        f"{name}应为 {least} 至 {most}"
        for field, (least, most, name) in NUMBERS.items()
        if not least <= getattr(rules, field) <= most
    ]
    if not TIME_OF_DAY.fullmatch(rules.release_time):
        faults.append(f"放号时间 {rules.release_time} 应写作 08:00 的样子")
    if rules.audience not in AUDIENCES or rules.release_mode not in RELEASE_MODES:
        faults.append("服务对象或放号方式有误")
    return faults


async def _faults_of_pool(one: AppointmentType, pool_id: int | None) -> list[str]:
    if pool_id is None:
        return []
    if pool_id not in {other.id for other in await pools_for(one)}:
        return ["综合窗口应是本大厅另一项有自己号源的业务"]
    if await AppointmentType.exists(pool_id=one.id):
        return ["其他业务正在使用这项业务的号源，它不能再使用别人的"]
    return []
