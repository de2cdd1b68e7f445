"""办事指南: the items with what needs a look, one item with its versions, and two versions side by side."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from assistant import entry_hits
from catalogue import comparing, drafting, field_names, shelf_life, versions
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办事指南编辑", tag="console", error_page=page.refused)


class Search(Asked):
    q: Annotated[str, Meta(max_length=60)] = ""


class Pair(Asked):
    """Two versions; 0 is none, so that a first version is compared with an empty guide."""

    old: Annotated[int, Meta(ge=0, le=100_000)]
    new: Annotated[int, Meta(ge=1, le=100_000)]


class NewGuide(Asked):
    slug: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    name: Annotated[str, Meta(min_length=2, max_length=120)]


@routes.page("/console/guides", access=STAFF)
async def everything(request: Request, query: Search, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    items = await shelf_life.listed(query.q)
    drafts = await drafting.open_drafts()
    names = await access.staff_names({one.author_id for one in drafts})  # type: ignore[attr-defined]
    return page.shown(
        request, "guides.html", who=who, q=query.q, items=items, drafts=drafts, names=names,
        warned=[one for one in items if one.warning], whole=not query.q,
    )  # fmt: skip


@routes.page("/console/guides/new", method="POST", access=STAFF)
async def begin_new(request: Request, form: NewGuide, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await drafting.begin_new(slug=form.slug, name=form.name.strip(), by=who.actor)
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/guides/<slug>", access=STAFF)
async def one(request: Request, slug: str, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    record = await versions.of(slug)
    return page.shown(
        request, "guide.html", who=who, record=record, hits=await entry_hits.of_item(record.item_code),
        deeds=await deeds.of_subjects([f"guide:{slug}"]),
    )  # fmt: skip


@routes.page("/console/guides/<slug>/compare", access=STAFF)
async def compare(request: Request, slug: str, query: Pair, who: StaffMember) -> HTTPResponse:
    """Two published or retired versions side by side."""
    access.require(who, *AUTHORS)
    record = await versions.of(slug)
    old, new = await versions.sheets(slug, query.old, query.new)
    return page.shown(
        request, "guide_compare.html", who=who, record=record, old=query.old, new=query.new,
        differences=comparing.differences(old, new),
    )  # fmt: skip


@routes.page("/console/guides/<slug>/drafts", method="POST", access=STAFF)
async def begin(request: Request, slug: str, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await drafting.begin(slug=slug, by=who.actor)
    return page.onward(request, f"/console/drafts/{draft.id}")


def told(faults: list[tuple[str, str]]) -> list[str]:
    """Faults of a sheet as lines that people read."""
    return [f"{field_names.label(field)}：{said}" if field else said for field, said in faults]
