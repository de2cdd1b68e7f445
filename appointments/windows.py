"""窗口: which departments a window serves. One without duties serves all of them (综合窗口)."""

from collections.abc import Collection

from appointments import types
from appointments.hall_errors import DepartmentNotHere, WindowUnnamed
from appointments.hall_models import WindowDuty
from appointments.models import AppointmentType
from catalogue.models import Department, Hall
from foundation import audit, database
from foundation.actor import Actor

NAME_LENGTH = 20


async def assign(*, hall_code: str, window: str, department_codes: Collection[str], by: Actor) -> None:
    """From now on `window` serves these departments; none makes it a 综合窗口 again.

    Raises HallNotFound, DepartmentNotHere, WindowUnnamed.
    """
    hall, name = await types.find_hall(code=hall_code), window.strip()
    if not 1 <= len(name) <= NAME_LENGTH:
        raise WindowUnnamed
    wanted = [await department(hall, code) for code in sorted(set(department_codes))]
    async with database.transaction():
        await WindowDuty.filter(hall=hall, window=name).delete()
        for one in wanted:
            await WindowDuty.create(hall=hall, window=name, department=one)
        detail = {"window": name, "departments": [one.code for one in wanted]}
        await audit.record("window.assigned", subject=f"hall:{hall.code}", by=by, detail=detail)


async def of_hall(*, hall_code: str) -> dict[str, list[str]]:
    """Window → the names of its departments, for windows with duties. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    found: dict[str, list[str]] = {}
    for duty in await WindowDuty.filter(hall=hall).select_related("department").order_by("window", "department_id"):
        found.setdefault(duty.window, []).append(duty.department.name)
    return found


async def department(hall: Hall, code: str) -> Department:
    """A department that stands at this hall. Raises DepartmentNotHere."""
    found = await Department.get_or_none(code=code)
    if found is None or not await AppointmentType.exists(hall=hall, department=found, active=True):
        raise DepartmentNotHere
    return found


async def served_by(hall_id: int, window: str) -> list[int] | None:
    """The departments `window` calls for; None is all of them."""
    ids = await database.fetch(
        """select department_id from window_duty where hall_id = $1 and "window" = $2""", hall_id, window.strip()
    )
    return [row["department_id"] for row in ids] or None


async def line_of(hall_id: int, department_id: int) -> list[int] | None:
    """The departments that share windows, and so a line, with this one; None is the whole hall."""
    rows = await database.fetch(
        """select distinct other.department_id from window_duty mine
             join window_duty other on (other.hall_id, other."window") = (mine.hall_id, mine."window")
            where mine.hall_id = $1 and mine.department_id = $2""",
        hall_id,
        department_id,
    )
    return [row["department_id"] for row in rows] or None
