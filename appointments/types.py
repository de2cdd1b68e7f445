"""预约业务: what can be booked at a hall, opened by staff."""

import re
from collections.abc import Sequence
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from appointments.errors import HallNotFound, TypeCodeTaken, TypeInvalid, TypeNotFound
from appointments.models import AppointmentType
from catalogue.models import Department, Hall, ServiceItem
from foundation import audit, database
from foundation.actor import Actor

TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
RULES = {  # field → (least, most)
    "release_workdays": (0, 60),
    "cancel_minutes": (0, 7 * 24 * 60),
    "check_in_early_minutes": (0, 24 * 60),
    "check_in_late_minutes": (0, 24 * 60),
}


async def open_type(
    *,
    code: str,
    hall_code: str,
    department_code: str,
    name: str,
    item_codes: Sequence[str],
    by: Actor,
    real_name_needed: bool = True,
    release_workdays: int = 7,
    release_time: str = "08:00",
    cancel_minutes: int = 120,
    check_in_early_minutes: int = 30,
    check_in_late_minutes: int = 15,
) -> AppointmentType:
    """Let a department's business at a hall be booked. Raises TypeInvalid (every fault at once), TypeCodeTaken."""
    rules = {
        "release_workdays": release_workdays,
        "cancel_minutes": cancel_minutes,
        "check_in_early_minutes": check_in_early_minutes,
        "check_in_late_minutes": check_in_late_minutes,
    }
    async with database.transaction():
        hall = await Hall.get_or_none(code=hall_code, active=True)
        department = await Department.get_or_none(code=department_code)
        faults = [*_faults(code, name, release_time, rules), *await _unknown_items(item_codes)]
        if hall is None:
            faults.append(f"没有编码为 {hall_code} 的大厅")
        if department is None:
            faults.append(f"没有编码为 {department_code} 的部门")
        if faults:
            raise TypeInvalid(detail=faults)
        given: dict[str, Any] = {**rules, "real_name_needed": real_name_needed, "release_time": release_time}
        opened = AppointmentType(
            code=code, hall=hall, department=department, name=name.strip(), item_codes=list(item_codes), **given
        )
        try:
            await opened.save()
        except IntegrityError as there_is_one:
            raise TypeCodeTaken(detail={"code": code}) from there_is_one
        await audit.record("appointment_type.opened", subject=f"appointment_type:{opened.id}", by=by)
    return opened


async def close_type(*, type_id: int, by: Actor, reason: str) -> None:
    """No new bookings from now on; what is booked stays. Raises TypeNotFound."""
    async with database.transaction():
        if not await AppointmentType.filter(id=type_id, active=True).update(active=False):
            raise TypeNotFound
        await audit.record("appointment_type.closed", subject=f"appointment_type:{type_id}", by=by, reason=reason)


async def find(*, type_id: int | None = None, code: str = "") -> AppointmentType:
    """An active type, by id or by code, with its hall and department. Raises TypeNotFound."""
    named = Q(code=code) if type_id is None else Q(id=type_id)
    found = await AppointmentType.get_or_none(named, active=True).select_related("hall", "department")
    if found is None:
        raise TypeNotFound
    return found


async def find_hall(*, code: str) -> Hall:
    """An active hall. Raises HallNotFound."""
    found = await Hall.get_or_none(code=code, active=True)
    if found is None:
        raise HallNotFound
    return found


def _faults(code: str, name: str, release_time: str, rules: dict[str, int]) -> list[str]:
    faults = []
    if not CODE.fullmatch(code):
        faults.append("业务编码只能是 60 位以内的字母、数字、点、横线和下划线")
    if not 1 <= len(name.strip()) <= 60:
        faults.append("业务名称应为 1 至 60 字")
    if not TIME_OF_DAY.fullmatch(release_time):
        faults.append(f"放号时间 {release_time} 应写作 08:00 的样子")
    for field, (least, most) in RULES.items():
        if not least <= rules[field] <= most:
            faults.append(f"{field} 应在 {least} 至 {most} 之间")
    return faults


async def _unknown_items(item_codes: Sequence[str]) -> list[str]:
    known = {item.item_code for item in await ServiceItem.filter(item_code__in=list(item_codes))}
    return [f"没有实施编码为 {code} 的事项" for code in item_codes if code not in known]
