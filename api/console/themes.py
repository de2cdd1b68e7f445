"""主题与人生事件: how citizens find items; they are written in drafts."""

from sanic import HTTPResponse, Request

from api.console import city_editors, deeds, page
from api.console.scope import AUTHORS
from api.console.staff_session import STAFF
from catalogue import city_drafting, theme_editing
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("主题与人生事件", tag="console", error_page=page.refused)


@routes.page("/console/themes", access=STAFF)
async def everything(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    shelves = {kind: await theme_editing.shelves(kind) for kind in ("theme", "life_event")}
    subjects = [city_drafting.subject(kind, one.code) for kind, rows in shelves.items() for one in rows]
    return page.shown(
        request, "themes.html", who=who, themes=shelves["theme"], life_events=shelves["life_event"],
        **await city_editors.in_work("theme", "life_event"),
        deeds=await deeds.of_subjects([*subjects, "order:theme", "order:life_event"]),
    )  # fmt: skip
