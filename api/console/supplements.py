"""补正材料: what applicants sent after a notice, for the halls that handle the item."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api import paper_file
from api.console import page, scope
from api.console.scope import REVIEWERS
from api.console.staff_session import STAFF
from cases import supplement_desk
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("补正材料", tag="console", error_page=page.refused)

Code = Annotated[str, Meta(max_length=24)]


@routes.page("/console/supplements", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    rows = await supplement_desk.sent(within=scope.paths(who, REVIEWERS))
    return page.shown(request, "supplements.html", who=who, rows=rows)


@routes.page("/console/supplements/<code>", access=STAFF)
async def one(request: Request, code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    shown = await supplement_desk.one(code=code, within=scope.paths(who, REVIEWERS), by=who.actor)
    return page.shown(request, "supplement.html", who=who, one=shown)


@routes.page("/console/supplements/<code>/papers/<paper>", access=STAFF)
async def paper(code: Code, paper: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *REVIEWERS)
    within = scope.paths(who, REVIEWERS)
    return paper_file.answer(*await supplement_desk.paper(code=paper, supplement=code, within=within))
