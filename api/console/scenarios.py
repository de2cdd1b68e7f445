"""场景导办: the scenarios with every way through each; they are written in drafts."""

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import city_editors, deeds, page
from api.console.scope import AUTHORS
from api.console.staff_session import STAFF
from catalogue import city_drafting, scenario_editing, scenarios
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("场景导办", tag="console", error_page=page.refused)


class Wanted(Asked):
    code: Annotated[str, Meta(max_length=60)] = ""


@routes.page("/console/scenarios", access=STAFF)
async def everything(request: Request, query: Wanted, who: StaffMember) -> HTTPResponse:
    """The one asked for, or the first."""
    access.require(who, *AUTHORS)
    listed = await scenarios.everyone()
    code = query.code or (listed[0].code if listed else "")
    chosen = await scenario_editing.find(code) if code else None
    shown = await city_editors.preview(msgspec.to_builtins(chosen) if chosen else {})
    return page.shown(
        request, "scenarios.html", who=who, chosen=chosen, listed=listed, faults=[], **shown,
        **await city_editors.in_work("scenario"),
        deeds=await deeds.of_subjects([city_drafting.subject("scenario", code)]),
    )  # fmt: skip
