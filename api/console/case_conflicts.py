"""矛盾信息: what was told and cannot be so, until somebody has looked into it."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import case_words, page, scope
from api.console.staff_session import STAFF
from cases import conflicts, dossier
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办件矛盾信息", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]


class Settling(Asked):
    conflict_id: RowId
    note: Annotated[str, Meta(max_length=300)] = ""


@routes.page("/console/cases/conflicts", access=STAFF)
async def inbox(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.DESK)
    waiting = await conflicts.waiting(within=sorted(scope.paths(who, scope.DESK)))
    template = "_case_conflicts.html" if page.is_part(request) else "case_conflicts.html"
    return page.shown(request, template, who=who, waiting=waiting, words=case_words)


@routes.page("/console/cases/conflicts/settle", method="POST", access=STAFF)
async def settle(request: Request, form: Settling, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.DESK)
    held = await conflicts.find(form.conflict_id)
    access.require(who, *scope.DESK, hall_path=(await dossier.by_id(held.case_id)).hall_path)  # type: ignore[attr-defined]
    await conflicts.settle(conflict_id=held.id, note=form.note, by=who.actor)
    return page.done(request, "已处理，说明已留存。")
