"""大厅设置: which departments a window serves, the kiosks, the address of the big screen."""

from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, field
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.desk import HallCode, RowId
from api.console.staff_session import STAFF
from appointments import kiosks, slots, windows
from foundation import settings
from foundation.web import Asked, Routes
from identity.access import StaffMember

routes = Routes("大厅设置", tag="console", error_page=page.refused)


class HallWanted(Asked):
    hall: Annotated[str, Meta(max_length=20)] = ""


class Duties(Asked):
    """`departments`：一项不选即综合窗口."""

    hall: HallCode
    window: Annotated[str, Meta(max_length=20)]
    departments: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=100)] = field(
        default_factory=list
    )


class NewKiosk(Asked):
    hall: HallCode
    name: Annotated[str, Meta(max_length=40)]


class OneKiosk(Asked):
    hall: HallCode
    kiosk_id: RowId


@routes.page("/console/hall", access=STAFF)
async def hall(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    chosen, theirs = await scope.chosen(who, scope.PLANNERS, query.hall)
    return page.shown(
        request, "hall.html", who=who, hall=chosen, halls=theirs, public=_public(),
        departments=await slots.departments(hall_code=chosen.code),
        windows=await windows.of_hall(hall_code=chosen.code), kiosks=await kiosks.of_hall(hall_code=chosen.code),
        deeds=await deeds.of_hall(chosen.code),
    )  # fmt: skip


@routes.page("/console/hall/lists", access=STAFF)
async def lists(request: Request, query: HallWanted, who: StaffMember) -> HTTPResponse:
    """Windows, kiosks and what was done, for the page that is open."""
    of = await scope.hall_of(who, scope.PLANNERS, query.hall)
    return page.shown(
        request, "_hall_lists.html", hall=of, windows=await windows.of_hall(hall_code=of.code),
        kiosks=await kiosks.of_hall(hall_code=of.code), deeds=await deeds.of_hall(of.code),
    )  # fmt: skip


@routes.page("/console/hall/windows", method="POST", access=STAFF)
async def assign(request: Request, form: Duties, who: StaffMember) -> HTTPResponse:
    of = await scope.hall_of(who, scope.PLANNERS, form.hall)
    await windows.assign(hall_code=of.code, window=form.window, department_codes=form.departments, by=who.actor)
    what = f"办理所选 {len(set(form.departments))} 个部门的业务" if form.departments else "为综合窗口，办理全部业务"
    return page.done(request, f"窗口 {form.window.strip()} 今后{what}。")


@routes.page("/console/hall/kiosks", method="POST", access=STAFF)
async def set_up(request: Request, form: NewKiosk, who: StaffMember) -> HTTPResponse:
    of = await scope.hall_of(who, scope.PLANNERS, form.hall)
    made = await kiosks.set_up(hall_code=of.code, name=form.name, by=who.actor)
    address = f"{_public()}/kiosk/{quote(of.code)}#key={made.key}"
    return page.done(request, "自助机已启用。请在自助机上打开下面的地址，它只显示这一次。", lines=[address])


@routes.page("/console/hall/kiosks/revoke", method="POST", access=STAFF)
async def revoke(request: Request, form: OneKiosk, who: StaffMember) -> HTTPResponse:
    of = await scope.hall_of(who, scope.PLANNERS, form.hall)
    await kiosks.revoke(kiosk_id=form.kiosk_id, hall_code=of.code, by=who.actor)
    return page.done(request, "自助机已停用，原地址立即失效。")


def _public() -> str:
    return settings.current().processes.public_api_url.rstrip("/")
