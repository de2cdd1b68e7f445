"""同义词: what people say and what the guides write, looked through, added to and taken away."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from assistant import effect
from catalogue import synonyms
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("同义词", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]
Word = Annotated[str, Meta(min_length=1, max_length=120)]


class Search(Asked):
    q: Annotated[str, Meta(max_length=60)] = ""


class Pair(Asked):
    said: Word
    word: Word


class Removed(Asked):
    said: Word


@routes.page("/console/synonyms", access=STAFF)
async def listed(request: Request, query: Search, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    found = await synonyms.holding(query.q)
    return page.shown(
        request, "synonyms.html", who=who, q=query.q, found=found,
        deeds=await deeds.of_subjects([f"synonym:{one.id}" for one in found]),
    )  # fmt: skip


@routes.page("/console/synonyms/preview", method="POST", access=STAFF)
async def preview(request: Request, form: Pair, who: StaffMember) -> HTTPResponse:
    """What the labelled set would be answered; nothing is kept."""
    access.require(who, *AUTHORS)
    shown = await effect.of_synonym(said=form.said, word=form.word, asked=[form.said])
    return page.shown(request, "_effect.html", effect=shown)


@routes.page("/console/synonyms", method="POST", access=STAFF)
async def add(request: Request, form: Pair, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await synonyms.add(said=form.said, word=form.word, by=who.actor)
    return page.onward(request, "/console/synonyms")


@routes.page("/console/synonyms/<group_id>/remove", method="POST", access=STAFF)
async def remove(request: Request, group_id: RowId, form: Removed, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await synonyms.remove(group_id=group_id, said=form.said, by=who.actor)
    return page.onward(request, "/console/synonyms")
