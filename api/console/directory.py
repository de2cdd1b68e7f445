"""中介服务机构名录: the list, one of it to be corrected, taken out of sight, shown again, and a new one."""

from typing import Annotated, Any, get_args, get_type_hints

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from catalogue import directory, directory_editing, naming
from catalogue.directory_errors import ProviderNotFound
from catalogue.directory_sheet import IntermediaryRow
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("中介服务机构名录", tag="console", error_page=page.refused)

KINDS: tuple[str, ...] = get_args(get_type_hints(IntermediaryRow)["kind"])
Short = Annotated[str, Meta(max_length=200)]


class Search(Asked):
    q: Annotated[str, Meta(max_length=60)] = ""


class Written(Asked):
    """As it is typed: what a field may hold is said by the directory's own check. `services` is one a line."""

    name: Short = ""
    kind: Short = ""
    credit_code: Short = ""
    region: Short = ""
    address: Short = ""
    phone: Short = ""
    hours: Short = ""
    services: Annotated[str, Meta(max_length=4000)] = ""
    fees: Annotated[str, Meta(max_length=2000)] = ""
    items: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=200)] = []

    @property
    def values(self) -> dict[str, Any]:
        told = {name: getattr(self, name).strip() for name in Written.__struct_fields__ if name != "items"}
        lines = [line.strip() for line in self.services.splitlines() if line.strip()]
        return {**told, "services": lines, "items": [one for one in self.items if one]}


class Corrected(Written):
    seen: Annotated[str, Meta(max_length=16)] = ""


class New(Written):
    code: Short = ""


class Reason(Asked):
    reason: Annotated[str, Meta(max_length=200)] = ""


@routes.page("/console/directory", access=STAFF)
async def listed(request: Request, query: Search, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    shown = {one.code for one in await directory.matching(words=query.q)}
    found = [one for one in await directory.whole() if one.code in shown or one.hidden or not query.q]
    return page.shown(request, "directory.html", who=who, q=query.q, found=found)


@routes.page("/console/directory/new", access=STAFF)
async def new(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    items = (await naming.codes()).items
    return page.shown(request, "directory_one.html", who=who, one=None, kinds=KINDS, items=items, deeds=[])


@routes.page("/console/directory/new", method="POST", access=STAFF)
async def add(request: Request, form: New, who: StaffMember) -> HTTPResponse:
    require_city(who)
    code = await directory_editing.add(values={**form.values, "code": form.code.strip()}, by=who.actor)
    return page.onward(request, f"/console/directory/{code}")


@routes.page("/console/directory/<code>", access=STAFF)
async def one(request: Request, code: str, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    found = next((one for one in await directory.whole() if one.code == code), None)
    if found is None:
        raise ProviderNotFound
    return page.shown(
        request, "directory_one.html", who=who, one=found, seen=directory_editing.mark(found), kinds=KINDS,
        items=(await naming.codes()).items, deeds=await deeds.of_subjects([f"intermediary:{code}"]),
    )  # fmt: skip


@routes.page("/console/directory/<code>", method="POST", access=STAFF)
async def correct(request: Request, code: str, form: Corrected, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await directory_editing.correct(code=code, values=form.values, seen=form.seen, by=who.actor)
    return page.onward(request, f"/console/directory/{code}")


@routes.page("/console/directory/<code>/hide", method="POST", access=STAFF)
async def hide(request: Request, code: str, form: Reason, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await directory_editing.hide(code=code, reason=form.reason, by=who.actor)
    return page.onward(request, f"/console/directory/{code}")


@routes.page("/console/directory/<code>/show", method="POST", access=STAFF)
async def show_again(request: Request, code: str, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await directory_editing.show_again(code=code, by=who.actor)
    return page.onward(request, f"/console/directory/{code}")
