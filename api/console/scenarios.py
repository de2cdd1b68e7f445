"""场景导办: the scenarios, an editor that shows every way through one before it is kept."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from catalogue import naming, scenario_editing, scenarios
from catalogue.faults import FormatFaults
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("场景导办编辑", tag="console", error_page=page.refused)

LONGEST = 60_000


class Wanted(Asked):
    code: Annotated[str, Meta(max_length=60)] = ""


class Text(Asked):
    text: Annotated[str, Meta(max_length=LONGEST)]
    seen: Annotated[str, Meta(max_length=16)] = ""


class Removal(Asked):
    code: Annotated[str, Meta(min_length=1, max_length=60)]
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


@routes.page("/console/scenarios", access=STAFF)
async def editor(request: Request, query: Wanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    text = await scenario_editing.text_of(query.code) if query.code else scenario_editing.TEMPLATE
    return page.shown(
        request, "scenarios.html", who=who, code=query.code, text=text,
        seen=await scenario_editing.mark_of(query.code) if query.code else "", listed=await scenarios.everyone(),
        items=(await naming.codes()).items, **await _seen(text),
        deeds=await deeds.of_subjects([f"scenario:{query.code}"]),
    )  # fmt: skip


@routes.page("/console/scenarios/preview", method="POST", access=STAFF, at_most=4 * LONGEST)
async def preview(request: Request, form: Text, who: StaffMember) -> HTTPResponse:
    """Every way through what is written, or its faults by line; nothing is kept."""
    access.require(who, *AUTHORS)
    return page.shown(request, "_scenario_preview.html", **await _seen(form.text))


@routes.page("/console/scenarios", method="POST", access=STAFF, at_most=4 * LONGEST)
async def save(request: Request, form: Text, who: StaffMember) -> HTTPResponse:
    require_city(who)
    row = await scenario_editing.save(text=form.text, seen=form.seen, by=who.actor)
    return page.onward(request, f"/console/scenarios?code={row.code}")


@routes.page("/console/scenarios/remove", method="POST", access=STAFF)
async def remove(request: Request, form: Removal, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await scenario_editing.remove(code=form.code, by=who.actor, reason=form.reason)
    return page.onward(request, "/console/scenarios")


async def _seen(text: str) -> dict[str, Any]:
    names = dict((await naming.codes()).items)
    try:
        row = await scenario_editing.read(text)
    except FormatFaults as found:
        return {"faults": found.faults, "way": None, "names": names}
    return {"faults": [], "way": scenario_editing.ways(row), "names": names}
