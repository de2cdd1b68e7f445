"""表格和示例文件: sent for a draft, and looked at by who writes and reviews guides."""

from urllib.parse import quote

from sanic import HTTPResponse, Request

from api.console import page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from catalogue import drafting, file_sending, files
from catalogue.file_errors import FileEmpty
from foundation.errors import Invalid
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("表格和示例文件", tag="console", error_page=page.refused)


@routes.page("/console/drafts/<draft_id>/files", method="POST", access=STAFF)
async def send(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    """The list anew, so that what is being written beside it stays; a fault is told where the file was chosen."""
    require_city(who)
    sent = request.files.get("file") if request.files else None
    fault = ""
    try:
        if sent is None:
            raise FileEmpty
        await file_sending.send(draft_id=draft_id, filename=sent.name, data=sent.body, by=who.actor)
    except Invalid as refused:
        if not page.is_part(request):
            raise
        fault = refused.message
    if not page.is_part(request):
        return page.onward(request, f"/console/drafts/{draft_id}")
    draft = await drafting.find(draft_id)
    return page.shown(request, "_draft_files.html", draft=draft, files=await files.of_item(draft.slug), fault=fault)


@routes.page("/console/files/<name>", access=STAFF)
async def one(name: str, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    handed = await files.hand_out(name)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(handed.title)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(handed.data, headers=headers, content_type=handed.content_type)
