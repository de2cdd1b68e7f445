"""指南草稿: writing one in a form, asking for review, reading what changed, publishing or sending back."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, sheet_faults, sheet_fields
from api.console.draft_saved import Saved
from api.console.scope import AUTHORS, require_city, writes_city
from api.console.staff_session import STAFF
from assistant import reply_faqs
from catalogue import comparing, drafting, files, naming, versions
from catalogue.draft_errors import DraftChanged, NothingChanged
from catalogue.shape import Choices
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("指南草稿", tag="console", error_page=page.refused)

SHEET_AT_MOST = 400_000


class Note(Asked):
    note: Annotated[str, Meta(max_length=400)] = ""


@routes.page("/console/drafts/<draft_id>", access=STAFF)
async def one(request: Request, draft_id: int, query: Saved, who: StaffMember) -> HTTPResponse:
    """The editor while it is written; afterwards what it changes, for who reviews it."""
    access.require(who, *AUTHORS)
    draft = await drafting.find(draft_id)
    faults = sheet_faults.told(await drafting.faults(draft))
    standing = await versions.standing(draft.slug)
    common: dict[str, Any] = {
        "who": who, "draft": draft, "faults": faults, "mine": who.id in draft.editors,
        "deeds": await deeds.of_subjects([f"guide:{draft.slug}"]), "replies": await reply_faqs.of_draft(draft_id),
        "waiting": standing if standing and standing.state == "draft" and draft.state in drafting.OPEN else None,
        "said": query.said(len(faults)),
        "good": query.then == "save" or (query.then == "submit" and not faults),
    }  # fmt: skip
    if draft.state == "editing" and writes_city(who):
        fields = sheet_fields.fields_of(draft.sheet, await _choices(draft.slug))
        return page.shown(
            request, "draft.html", fields=fields, files=await files.of_item(draft.slug), fault="", **common
        )
    before = standing.version if standing and draft.state in drafting.OPEN else draft.base_version
    old, known = await versions.sheet(draft.slug, before), await naming.codes()
    return page.shown(
        request, "draft_review.html", before=before,
        differences=comparing.differences(naming.told(old, known), naming.told(draft.sheet, known)), **common,
    )  # fmt: skip


@routes.page("/console/drafts/<draft_id>", method="POST", access=STAFF, at_most=SHEET_AT_MOST)
async def save(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    """Keep what was written, with its faults; with `then=submit` ask for review."""
    require_city(who)
    pairs = dict(request.form or {})
    revision = str((pairs.get("revision") or [""])[0])
    if not revision.isdecimal():
        raise DraftChanged
    sheet, then = sheet_fields.sheet_of(pairs), "submit" if pairs.get("then") == ["submit"] else "save"
    draft = await drafting.save(draft_id=draft_id, revision=int(revision[:9]), sheet=sheet, by=who.actor)
    if then == "submit" and not await drafting.faults(draft):
        then = await _asked_for_review(draft_id, who)
    return page.onward(request, f"/console/drafts/{draft.id}?saved={draft.revision}&then={then}")


async def _asked_for_review(draft_id: int, who: StaffMember) -> str:
    """What was saved stays saved where there is nothing to review: the page that follows says so."""
    try:
        await drafting.submit(draft_id=draft_id, by=who.actor)
    except NothingChanged:
        return "same"
    return "submit"


@routes.page("/console/drafts/<draft_id>/send-back", method="POST", access=STAFF)
async def send_back(request: Request, draft_id: int, form: Note, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await drafting.send_back(draft_id=draft_id, by=who.actor, note=form.note)
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/drafts/<draft_id>/drop", method="POST", access=STAFF)
async def drop(request: Request, draft_id: int, form: Note, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await drafting.drop(draft_id=draft_id, by=who.actor, note=form.note)
    return page.onward(request, "/console/guides")


@routes.page("/console/drafts/<draft_id>/publish", method="POST", access=STAFF)
async def publish(request: Request, draft_id: int, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await drafting.publish(draft_id=draft_id, by=who.actor)
    return page.onward(request, f"/console/guides/{draft.slug}")


async def _choices(slug: str) -> dict[str, Choices]:
    named = await naming.codes()
    items = [(code, name) for code, name in named.items if code != slug]
    return {
        "department": named.departments, "hall": named.halls, "themes": named.themes,
        "life_events": named.life_events, "related": items, "item": items,
    }  # fmt: skip
