"""办事指南: the items with what needs a look, one item with its versions, and two versions side by side."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS, require_city
from api.console.staff_session import STAFF
from assistant import entry_hits
from catalogue import comparing, drafting, naming, shelf_life, versions, withdrawing
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办事指南编辑", tag="console", error_page=page.refused)


class Search(Asked):
    q: Annotated[str, Meta(max_length=60)] = ""
    department: Annotated[str, Meta(max_length=60)] = ""


class Pair(Asked):
    """Two versions; 0 is none, so that a first version is compared with an empty guide."""

    old: Annotated[int, Meta(ge=0, le=100_000)]
    new: Annotated[int, Meta(ge=1, le=100_000)]


class Withdrawal(Asked):
    version: Annotated[int, Meta(ge=1, le=100_000)]
    reason: Annotated[str, Meta(max_length=200)]


class Restored(Asked):
    version: Annotated[int, Meta(ge=1, le=100_000)]


class NewGuide(Asked):
    slug: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    name: Annotated[str, Meta(min_length=2, max_length=120)]


@routes.page("/console/guides", access=STAFF)
async def everything(request: Request, query: Search, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    items = await shelf_life.listed(query.q, query.department)
    drafts = await drafting.open_drafts()
    names = await access.staff_names({one.author_id for one in drafts})  # type: ignore[attr-defined]
    return page.shown(
        request, "guides.html", who=who, q=query.q, items=items, drafts=drafts, names=names,
        warned=[one for one in items if one.warning], whole=not (query.q or query.department),
        department=query.department, departments=(await naming.codes()).departments,
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
    known = await naming.codes()
    return page.shown(
        request, "guide_compare.html", who=who, record=record, old=query.old, new=query.new,
        differences=comparing.differences(naming.told(old, known), naming.told(new, known)),
    )  # fmt: skip


@routes.page("/console/guides/<slug>/drafts", method="POST", access=STAFF)
async def begin(request: Request, slug: str, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await drafting.begin(slug=slug, by=who.actor)
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/guides/<slug>/restore", method="POST", access=STAFF)
async def restore(request: Request, slug: str, form: Restored, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await drafting.restore(slug=slug, version=form.version, by=who.actor)
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/guides/<slug>/withdraw", method="POST", access=STAFF)
async def withdraw(request: Request, slug: str, form: Withdrawal, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await withdrawing.withdraw(slug=slug, version=form.version, reason=form.reason, by=who.actor)
    return page.onward(request, f"/console/guides/{slug}")
