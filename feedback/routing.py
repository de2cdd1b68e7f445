"""分办: by kind, region and item to the department that answers and the desk whose staff see it.

The closest rule wins: one that names the item before one that does not, then the smallest region, then the kind.
Without any rule it goes to the department of the item, else to the hall it is about, else to the city's desk.
"""

from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from catalogue import items
from feedback.consultation_errors import RouteInvalid, RouteNotFound, RouteTaken
from feedback.consultation_models import ConsultationRoute
from foundation import audit, database
from foundation.actor import Actor

KINDS = {"question": "咨询", "complaint": "投诉", "proposal": "建议"}
CITY_DESK = "政务服务咨询台"

CLOSEST = """
select department, desk_path from consultation_route
 where active and kind in ('', $1) and starts_with($2, hall_path) and item_code in ('', $3)
 order by item_code = '', length(hall_path) desc, kind = '' limit 1"""


@dataclass(frozen=True)
class Desk:
    """Who answers: 承办单位, and the subtree of halls whose staff see it; empty is the city's."""

    department: str
    path: str


async def desk_for(*, kind: str, hall_path: str = "", hall_name: str = "", item_code: str = "") -> Desk:
    """Whose this is, by the rules of this moment."""
    row = await database.fetchrow(CLOSEST, kind, hall_path, item_code)
    if row is not None:
        return Desk(row["department"], row["desk_path"])
    if item_code:
        return Desk((await items.find(item_code)).department, hall_path)
    return Desk(hall_name or CITY_DESK, hall_path)


async def rules() -> list[ConsultationRoute]:
    """Those in force, the closest first."""
    found = await ConsultationRoute.filter(active=True)
    return sorted(found, key=lambda one: (not one.item_code, -len(one.hall_path), one.kind, one.id))


async def add(
    *, kind: str, hall_path: str, item_code: str, department: str, desk_path: str, by: Actor
) -> ConsultationRoute:
    """A rule more, in force for what comes from now on. Raises RouteInvalid, RouteTaken, ItemNotFound."""
    if (kind and kind not in KINDS) or not 1 <= len(department.strip()) <= 200:
        raise RouteInvalid
    if item_code:
        item_code = (await items.find(item_code)).item_code
    try:
        async with database.transaction():
            made = await ConsultationRoute.create(
                kind=kind, hall_path=hall_path, item_code=item_code, department=department.strip(), desk_path=desk_path
            )
            detail: dict[str, Any] = {"what": f"{KINDS.get(kind, '全部')} → {made.department}"}
            await audit.record("consultation_route.added", subject="consultation_route", by=by, detail=detail)
    except IntegrityError:
        raise RouteTaken from None
    return made


async def retire(*, route_id: int, by: Actor) -> None:
    """No more from now on; what it sent somewhere stays there. Raises RouteNotFound."""
    async with database.transaction():
        department = await database.fetchval(
            "update consultation_route set active = false where id = $1 and active returning department", route_id
        )
        if department is None:
            raise RouteNotFound
        await audit.record(
            "consultation_route.retired", subject="consultation_route", by=by, detail={"what": department}
        )
