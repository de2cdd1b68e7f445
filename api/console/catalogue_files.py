"""目录导入导出: the whole catalogue out as a workbook or a folder, and in again, rehearsed and approved."""

from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from catalogue import comparing, exporting, importing, items, naming
from catalogue.importing_errors import FileTooLarge, NoFileSent
from foundation import clock
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("目录导入导出", tag="console", error_page=page.refused)

LARGEST = 8_000_000  # bytes; with more uploaded forms than that a folder is brought in by command
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@routes.page("/console/catalogue", access=STAFF)
async def overview(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    found = await importing.latest()
    names = await access.staff_names({one for row in found for one in (row.sender_id, row.approver_id) if one})  # type: ignore[attr-defined]
    return page.shown(
        request, "catalogue.html", who=who, imports=found, names=names, items=len(await items.published()),
    )  # fmt: skip


@routes.page("/console/catalogue/export.xlsx", access=STAFF)
async def export_workbook(who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    return _file(await exporting.as_workbook(), "xlsx")


@routes.page("/console/catalogue/export.zip", access=STAFF)
async def export_folder(who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    return _file(await exporting.as_folder(), "zip")


@routes.page("/console/catalogue/imports", method="POST", access=STAFF)
async def upload(request: Request, who: StaffMember) -> HTTPResponse:
    require_city(who)
    sent = request.files.get("file") if request.files else None
    if sent is None or not sent.body:
        raise NoFileSent
    if len(sent.body) > LARGEST:
        raise FileTooLarge
    row = await importing.receive(filename=sent.name, raw=sent.body, by=who.actor)
    return page.onward(request, f"/console/catalogue/imports/{row.id}")


@routes.page("/console/catalogue/imports/<import_id>", access=STAFF)
async def one(request: Request, import_id: int, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    row = await importing.find(import_id)
    named = {item.slug: item.name for item in await items.published()}
    return page.shown(
        request, "catalogue_import.html", who=who, row=row, named=named, mine=row.sender_id == who.id,  # type: ignore[attr-defined]
        deeds=await deeds.of_subjects([f"catalogue_import:{row.id}"]),
    )  # fmt: skip


@routes.page("/console/catalogue/imports/<import_id>/items/<slug>", access=STAFF)
async def item(request: Request, import_id: int, slug: str, who: StaffMember) -> HTTPResponse:
    """What the file changes of one item, for who approves it."""
    access.require(who, *AUTHORS)
    old, new = await importing.sheets(import_id, slug)
    known = await naming.codes()
    return page.shown(
        request, "catalogue_import_item.html", who=who, import_id=import_id, name=(new or old).get("name", slug),
        new=new, differences=comparing.differences(naming.told(old, known), naming.told(new, known)),
    )  # fmt: skip


@routes.page("/console/catalogue/imports/<import_id>/apply", method="POST", access=STAFF)
async def apply(request: Request, import_id: int, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await importing.apply(import_id=import_id, by=who.actor)
    return page.onward(request, f"/console/catalogue/imports/{import_id}")


@routes.page("/console/catalogue/imports/<import_id>/drop", method="POST", access=STAFF)
async def drop(request: Request, import_id: int, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await importing.drop(import_id=import_id, by=who.actor)
    return page.onward(request, f"/console/catalogue/imports/{import_id}")


def _file(made: bytes, kind: str) -> HTTPResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="catalogue-{clock.today()}.{kind}"',
        "Cache-Control": "no-store",
    }
    return HTTPResponse(made, headers=headers, content_type=KINDS[kind])
