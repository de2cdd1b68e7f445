"""人工咨询: who waits for a person, the conversations I hold, and one of them with all that was said."""

from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AGENTS
from api.console.staff_session import STAFF
from assistant import handover_desk, hit_test, inbox, office_hours, reply_faqs
from catalogue import guides, items
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("人工咨询", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]
STATES = {"waiting": "排队中", "message": "留言", "held": "接待中", "ended": "已结束"}
OUTCOMES = {"returned": "已交回助手", "closed": "已结束", "withdrawn": "市民结束", "abandoned": "久无消息"}
SIDES = {"citizen": "市民", "bot": "办事助手", "agent": "工作人员", "system": "系统"}


class One(Asked):
    handover_id: RowId


class Quoted(Asked):
    guide: Annotated[str, Meta(min_length=1, max_length=60)]


class Reply(Asked):
    handover_id: RowId
    text: Annotated[str, Meta(max_length=1000)]


@routes.page("/console/consult", access=STAFF)
async def everything(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    return page.shown(request, "consult.html", who=who, **await _lists(who))


@routes.page("/console/consult/lists", access=STAFF)
async def lists(request: Request, who: StaffMember) -> HTTPResponse:
    """The lists alone, for the page that is open."""
    access.require(who, *AGENTS)
    return page.shown(request, "_consult_lists.html", **await _lists(who))


@routes.page("/console/consult/canned", access=STAFF)
async def canned(request: Request, query: Quoted, who: StaffMember) -> HTTPResponse:
    """The sections of a guide, to be put into a reply word for word."""
    access.require(who, *AGENTS)
    return page.shown(request, "_consult_canned.html", guide=await guides.page(query.guide))


@routes.page("/console/consult/<handover_id>", access=STAFF)
async def one(request: Request, handover_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    shown = await _talk(handover_id, who)
    await handover_desk.note_read(handover_id=handover_id, by=who.actor)
    told = await deeds.of_subjects([f"handover:{handover_id}"])
    seen = await hit_test.look(shown["one"].question)
    near = {candidate.name: None for part in seen.parts for candidate in part.candidates if candidate.has_guide}
    return page.shown(
        request, "consult_one.html", who=who, deeds=told, items=await _by_nearness(near), **shown,
    )  # fmt: skip


@routes.page("/console/consult/<handover_id>/talk", access=STAFF)
async def talk(request: Request, handover_id: RowId, who: StaffMember) -> HTTPResponse:
    """What was said, anew, for the page that is open."""
    access.require(who, *AGENTS)
    return page.shown(request, "_consult_talk.html", **await _talk(handover_id, who))


@routes.page("/console/consult/take", method="POST", access=STAFF)
async def take(request: Request, form: One, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    await handover_desk.take(handover_id=form.handover_id, by=who.actor)
    return page.onward(request, f"/console/consult/{form.handover_id}")


@routes.page("/console/consult/reply", method="POST", access=STAFF)
async def reply(request: Request, form: Reply, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    await handover_desk.reply(handover_id=form.handover_id, text=form.text, by=who.actor)
    return page.done(request, "已发送。")


@routes.page("/console/consult/typing", method="POST", access=STAFF)
async def typing(form: One, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    await handover_desk.typing(handover_id=form.handover_id, by=who.actor)
    return HTTPResponse(status=204)


@routes.page("/console/consult/hand-back", method="POST", access=STAFF)
async def hand_back(request: Request, form: One, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    await handover_desk.hand_back(handover_id=form.handover_id, by=who.actor)
    return page.onward(request, "/console/consult")


@routes.page("/console/consult/close", method="POST", access=STAFF)
async def close(request: Request, form: One, who: StaffMember) -> HTTPResponse:
    access.require(who, *AGENTS)
    await handover_desk.close(handover_id=form.handover_id, by=who.actor)
    return page.onward(request, "/console/consult")


async def _by_nearness(near: Iterable[str]) -> list[tuple[str, str]]:
    """(slug, name) of all items that have a guide, those called so first."""
    order = {name: number for number, name in enumerate(near)}
    found = [(one.slug, one.name) for one in await items.published()]
    return sorted(found, key=lambda one: order.get(one[1], len(order)))


async def _lists(who: StaffMember) -> dict[str, Any]:
    return {
        "waiting": await inbox.waiting(),
        "mine": await inbox.mine(who.actor),
        "finished": await inbox.finished(who.actor),
        "open_now": await office_hours.open_now(),
        "hours": office_hours.words(),
        "states": STATES,
        "outcomes": OUTCOMES,
    }


async def _talk(handover_id: int, who: StaffMember) -> dict[str, Any]:
    record = await inbox.record(handover_id, who.actor)
    names = await access.staff_names([record.agent_id] if record.agent_id else [])
    agent = names.get(record.agent_id or 0, "")
    return {
        "record": record,
        "one": record.entry,
        "agent": agent,
        "states": STATES,
        "outcomes": OUTCOMES,
        "sides": SIDES,
        "faqs": await reply_faqs.of_lines(handover_id),
    }
