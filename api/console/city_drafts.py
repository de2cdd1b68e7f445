"""场景、主题、人生事件的草稿: written in a form, read by somebody else as what differs, published or sent back."""

from typing import Annotated, Any, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import city_editors, city_faults, deeds, page
from api.console.draft_saved import Saved
from api.console.scope import AUTHORS, require_city, writes_city
from api.console.staff_session import STAFF
from catalogue import city_drafting, city_telling, comparing
from catalogue.city_draft_errors import CityDraftChanged, NothingWritten
from catalogue.city_draft_models import CityDraft
from catalogue.draft_errors import DraftNotOpen
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("场景与主题草稿", tag="console", error_page=page.refused)

AT_MOST = 400_000


class Opened(Saved):
    """`view` is how the draft is written."""

    view: Literal["form", "text"] = "form"


class Begun(Asked):
    """What there is by its code, or the name of what is new."""

    kind: Literal["scenario", "theme", "life_event"]
    code: Annotated[str, Meta(max_length=60)] = ""
    name: Annotated[str, Meta(max_length=40)] = ""


class Ordered(Asked):
    code: Literal["scenario", "theme", "life_event"]


class End(Asked):
    """`one` is the kind and the code, as in ``theme=housing``."""

    one: Annotated[str, Meta(pattern=r"^(scenario|theme|life_event)=[a-z0-9-]{1,60}\Z")]
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


class Note(Asked):
    note: Annotated[str, Meta(max_length=400)] = ""


class Item(Asked):
    q: Annotated[str, Meta(max_length=60)] = ""


@routes.page("/console/city-drafts", method="POST", access=STAFF)
async def begin(request: Request, form: Begun, who: StaffMember) -> HTTPResponse:
    require_city(who)
    if form.code:
        draft = await city_drafting.begin(kind=form.kind, code=form.code, by=who.actor)
    else:
        draft = await city_drafting.begin_new(kind=form.kind, name=form.name.strip(), by=who.actor)
    return page.onward(request, f"/console/city-drafts/{draft.id}")


@routes.page("/console/city-drafts/order", method="POST", access=STAFF)
async def order(request: Request, form: Ordered, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await city_drafting.begin(kind="order", code=form.code, by=who.actor)
    return page.onward(request, f"/console/city-drafts/{draft.id}")


@routes.page("/console/city-drafts/end", method="POST", access=STAFF)
async def end(request: Request, form: End, who: StaffMember) -> HTTPResponse:
    """Ask a colleague to take it away."""
    require_city(who)
    kind, _, code = form.one.partition("=")
    draft = await city_drafting.propose_end(kind=kind, code=code, reason=form.reason, by=who.actor)
    return page.onward(request, f"/console/city-drafts/{draft.id}")


@routes.page("/console/city-drafts/<draft_id>", access=STAFF)
async def one(request: Request, draft_id: int, query: Opened, who: StaffMember) -> HTTPResponse:
    """The editor while it is written; afterwards what it changes, for who reviews it."""
    access.require(who, *AUTHORS)
    draft = await city_drafting.find(draft_id)
    found = await city_drafting.faults(draft) if draft.state in city_drafting.OPEN else []
    stands = await city_drafting.standing(draft)
    common: dict[str, Any] = {
        "who": who, "draft": draft, "mine": who.id in draft.editors, "back": city_editors.list_of(draft),
        "title": city_editors.title(draft), "faults": city_faults.told(found), "stands": bool(stands),
        "outdated": draft.state in city_drafting.OPEN and city_drafting.mark(stands) != draft.base,
        "deeds": await deeds.of_subjects([city_drafting.subject(draft.kind, draft.code)]),
        "differences": await _differences(draft, stands),
        "said": query.said(len(found)),
        "good": query.then == "save" or (query.then == "submit" and not found),
    }  # fmt: skip
    if draft.state == "editing" and writes_city(who):
        view = query.view if draft.kind == "scenario" else "form"
        more = await city_editors.shown(draft.kind, draft.sheet, found, text=view == "text")
        template = city_editors.TEXT if view == "text" else city_editors.PAGES[draft.kind]
        return page.shown(request, template, base=city_drafting.mark(stands), view=view, focus="", **more, **common)
    way = await city_editors.preview(draft.sheet) if draft.kind == "scenario" and not draft.ends else {}
    return page.shown(request, "city_draft_review.html", **way, **common)


async def _differences(draft: CityDraft, stands: dict[str, Any] | None) -> list[comparing.Difference]:
    """What publishing would change; of what was published, all that it said."""
    names = await city_telling.named()
    before = stands if draft.state in city_drafting.OPEN else None
    after = None if draft.ends and draft.state in city_drafting.OPEN else draft.sheet
    return comparing.between(
        city_telling.parts(draft.kind, draft.code, before, names),
        city_telling.parts(draft.kind, draft.code, after, names),
    )


@routes.page("/console/city-drafts/<draft_id>", method="POST", access=STAFF, at_most=AT_MOST)
async def save(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    """Keep what was written, with its faults; with `then=submit` ask for review."""
    require_city(who)
    pairs = dict(request.form or {})
    revision = str((pairs.get("revision") or [""])[0])
    if not revision.isdecimal():
        raise CityDraftChanged
    draft = await city_drafting.find(draft_id)
    draft = await city_drafting.save(
        draft_id=draft_id, revision=int(revision[:9]), sheet=city_editors.sheet_of(draft.kind, pairs),
        base=str((pairs.get("base") or [""])[0]), by=who.actor,
    )  # fmt: skip
    then = "submit" if pairs.get("then") == ["submit"] else "save"
    if then == "submit" and not await city_drafting.faults(draft):
        then = await _asked_for_review(draft_id, who)
    view = "&view=text" if "text" in pairs else ""
    return page.onward(request, f"/console/city-drafts/{draft.id}?saved={draft.revision}&then={then}{view}")


async def _asked_for_review(draft_id: int, who: StaffMember) -> str:
    """What was saved stays saved where there is nothing to review: the page that follows says so."""
    try:
        await city_drafting.submit(draft_id=draft_id, by=who.actor)
    except NothingWritten:
        return "same"
    return "submit"


@routes.page("/console/city-drafts/<draft_id>/fields", method="POST", access=STAFF, at_most=AT_MOST)
async def fields(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    """The form once more, after one of its buttons did something to it; nothing is kept."""
    require_city(who)
    draft = await city_drafting.find(draft_id)
    if draft.state != "editing" or draft.kind not in city_editors.FIELDS:
        raise DraftNotOpen
    pairs = dict(request.form or {})
    sheet = city_editors.sheet_of(draft.kind, pairs)
    focus = city_editors.do(draft.kind, sheet, pairs)
    found = await city_drafting.KINDS[draft.kind].faults(draft.code, sheet)
    shown = await city_editors.shown(draft.kind, sheet, found)
    return page.shown(
        request, city_editors.FIELDS[draft.kind], draft=draft, focus=focus, swapped=True,
        faults=city_faults.told(found), **shown,
    )  # fmt: skip


@routes.page("/console/city-drafts/<draft_id>/preview", method="POST", access=STAFF, at_most=AT_MOST)
async def preview(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    """Every way through what is written, and its faults; nothing is kept."""
    access.require(who, *AUTHORS)
    draft = await city_drafting.find(draft_id)
    sheet = city_editors.sheet_of(draft.kind, dict(request.form or {}))
    found = await city_drafting.KINDS[draft.kind].faults(draft.code, sheet)
    shown = await city_editors.preview(sheet)
    return page.shown(request, "_scenario_preview.html", faults=city_faults.told(found), **shown)


@routes.page("/console/city-drafts/<draft_id>/items", access=STAFF)
async def items(request: Request, draft_id: int, query: Item, who: StaffMember) -> HTTPResponse:
    """Items to choose from, by name, everyday name or code."""
    access.require(who, *AUTHORS)
    draft = await city_drafting.find(draft_id)
    return page.shown(request, "_city_items.html", draft=draft, q=query.q, found=await city_editors.found(query.q))


@routes.page("/console/city-drafts/<draft_id>/send-back", method="POST", access=STAFF)
async def send_back(request: Request, draft_id: int, form: Note, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await city_drafting.send_back(draft_id=draft_id, by=who.actor, note=form.note)
    return page.onward(request, f"/console/city-drafts/{draft.id}")


@routes.page("/console/city-drafts/<draft_id>/drop", method="POST", access=STAFF)
async def drop(request: Request, draft_id: int, form: Note, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await city_drafting.drop(draft_id=draft_id, by=who.actor, note=form.note)
    return page.onward(request, city_editors.list_of(draft))


@routes.page("/console/city-drafts/<draft_id>/publish", method="POST", access=STAFF)
async def publish(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await city_drafting.publish(draft_id=draft_id, by=who.actor)
    return page.onward(request, city_editors.after_publishing(draft))
