"""答复成问答: what colleagues answered citizens, proposed as common questions and taken into guides."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.desk import RowId
from api.console.scope import AGENTS, AUTHORS, require_city, writes_city
from api.console.staff_session import STAFF
from assistant import effect, hit_test, reply_faqs
from assistant.reply_models import ReplyFaq
from catalogue import naming
from foundation.web import Asked, Routes
from identity import access
from identity.access import Role, StaffMember

routes = Routes("答复成问答", tag="console", error_page=page.refused)

READERS = (*AGENTS, *AUTHORS)
STATES = {"open": "待采用", "taken": "已写入草稿", "declined": "不采用"}
Question = Annotated[str, Meta(max_length=200)]
Answer = Annotated[str, Meta(max_length=2000)]
Slug = Annotated[str, Meta(min_length=1, max_length=60)]


class Shown(Asked):
    state: Literal["open", "taken", "declined"] = "open"


class Reply(Asked):
    line_id: RowId


class Words(Asked):
    question: Question
    answer: Answer


class InGuide(Asked):
    slug: Slug
    question: Question
    answer: Answer


class Reason(Asked):
    reason: Annotated[str, Meta(max_length=200)] = ""


@routes.page("/console/consult/faq", method="POST", access=STAFF)
async def propose(request: Request, form: Reply, who: StaffMember) -> HTTPResponse:
    """One click beside a reply: what was asked and answered, masked, and open to be mended."""
    access.require(who, *AGENTS)
    faq = await reply_faqs.propose(line_id=form.line_id, by=who.actor)
    return page.onward(request, f"/console/reply-faqs/{faq.id}")


@routes.page("/console/reply-faqs", access=STAFF)
async def listed(request: Request, query: Shown, who: StaffMember) -> HTTPResponse:
    access.require(who, *READERS)
    faqs = await reply_faqs.listed(query.state)
    names = await access.staff_names({one for faq in faqs for one in _persons(faq)})
    return page.shown(request, "reply_faqs.html", who=who, state=query.state, states=STATES, faqs=faqs, names=names)


@routes.page("/console/reply-faqs/<faq_id>", access=STAFF)
async def one(request: Request, faq_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, *READERS)
    faq = await reply_faqs.find(faq_id)
    seen = await hit_test.look(faq.question)
    near = [candidate.name for part in seen.parts for candidate in part.candidates if candidate.has_guide]
    nearest = dict.fromkeys(near)
    items = (await naming.codes()).items
    return page.shown(
        request, "reply_faq.html", who=who, faq=faq, states=STATES, answer=effect.told(seen.answer),
        likely=[item for name in nearest for item in items if item[1] == name],
        others=[item for item in items if item[1] not in nearest],
        writes=writes_city(who), answers=_has(who, AGENTS), names=await access.staff_names(_persons(faq)),
        deeds=await deeds.of_subjects([f"reply_faq:{faq_id}"]),
    )  # fmt: skip


@routes.page("/console/reply-faqs/<faq_id>/save", method="POST", access=STAFF)
async def save(request: Request, faq_id: RowId, form: Words, who: StaffMember) -> HTTPResponse:
    access.require(who, *READERS)
    await reply_faqs.edit(faq_id=faq_id, question=form.question, answer=form.answer, by=who.actor)
    return page.onward(request, f"/console/reply-faqs/{faq_id}")


@routes.page("/console/reply-faqs/<faq_id>/preview", method="POST", access=STAFF)
async def preview(request: Request, faq_id: RowId, form: InGuide, who: StaffMember) -> HTTPResponse:
    """The labelled set and this question, answered before and after. Nothing is kept."""
    access.require(who, *READERS)
    faq = await reply_faqs.find(faq_id)
    asked = [faq.question, form.question]
    shown = await effect.of_question(slug=form.slug, question=form.question, answer=form.answer, asked=asked)
    return page.shown(request, "_effect.html", effect=shown)


@routes.page("/console/reply-faqs/<faq_id>/take", method="POST", access=STAFF)
async def take(request: Request, faq_id: RowId, form: InGuide, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await reply_faqs.take(
        faq_id=faq_id, slug=form.slug, question=form.question, answer=form.answer, by=who.actor
    )
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/reply-faqs/<faq_id>/decline", method="POST", access=STAFF)
async def decline(request: Request, faq_id: RowId, form: Reason, who: StaffMember) -> HTTPResponse:
    access.require(who, *READERS)
    await reply_faqs.decline(faq_id=faq_id, reason=form.reason, by=who.actor)
    return page.onward(request, "/console/reply-faqs")


def _has(who: StaffMember, roles: Sequence[Role]) -> bool:
    return any(who.may(role) for role in roles)


def _persons(faq: ReplyFaq) -> set[int]:
    return {one for one in (faq.proposed_by_id, faq.decided_by_id) if one}  # type: ignore[attr-defined]
