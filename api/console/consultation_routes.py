"""分办规则: who answers what, by kind, hall and item."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from catalogue import halls, items
from feedback import routing
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("分办规则", tag="console", error_page=page.refused)


class NewRule(Asked):
    """`hall`：所问的大厅（含下级），`desk`：由哪个大厅的客服受理；空即全部和全市."""

    kind: Annotated[str, Meta(max_length=10)] = ""
    hall: Annotated[str, Meta(max_length=20)] = ""
    item: Annotated[str, Meta(max_length=64)] = ""
    department: Annotated[str, Meta(max_length=200)] = ""
    desk: Annotated[str, Meta(max_length=20)] = ""


class OneRule(Asked):
    route_id: RowId


@routes.page("/console/consultation-routes", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.ROUTERS, hall_path="")
    template = "_consultation_routes.html" if page.is_part(request) else "consultation_routes.html"
    return page.shown(request, template, who=who, **await _lists())


@routes.page("/console/consultation-routes", method="POST", access=STAFF)
async def add(request: Request, form: NewRule, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.ROUTERS, hall_path="")
    await routing.add(
        kind=form.kind, hall_path=await _path(form.hall), item_code=form.item, department=form.department,
        desk_path=await _path(form.desk), by=who.actor,
    )  # fmt: skip
    return page.done(request, "规则已生效，此后提交的按新规则分办。")


@routes.page("/console/consultation-routes/retire", method="POST", access=STAFF)
async def retire(request: Request, form: OneRule, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.ROUTERS, hall_path="")
    await routing.retire(route_id=form.route_id, by=who.actor)
    return page.done(request, "规则已停用，已分办的不受影响。")


async def _lists() -> dict[str, Any]:
    every = await halls.everywhere()
    return {
        "rules": await routing.rules(), "kinds": routing.KINDS, "halls": every, "items": await items.published(),
        "hall_names": await halls.names(),
        "item_names": {one.item_code: one.name for one in await items.published()},
        "deeds": await deeds.of_subjects(["consultation_route"]),
    }  # fmt: skip


async def _path(hall_code: str) -> str:
    return (await halls.find(hall_code)).path if hall_code else ""
