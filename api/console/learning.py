"""待学习: what the bot could not answer or answered badly, and turning it into names, questions and synonyms."""

from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.desk import RowId
from api.console.scope import AUTHORS, require_city
from api.console.section_names import SECTION_NAMES
from api.console.staff_session import STAFF
from assistant import effect, hit_test, learning, teaching
from assistant.effect import Effect
from catalogue import naming
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("待学习", tag="console", error_page=page.refused)

STATES = {"open": "待处理", "done": "已处理", "ignored": "已忽略"}
OUTCOMES = {"named": "日常说法", "questioned": "常见问题", "worded": "同义词", "sectioned": "指南要素"}
ELEMENTS = {name: SECTION_NAMES[name] for name in teaching.ELEMENTS}
Slug = Annotated[str, Meta(min_length=1, max_length=60)]
Words = Annotated[str, Meta(min_length=1, max_length=120)]


class Shown(Asked):
    state: Literal["open", "done", "ignored"] = "open"


class Name(Asked):
    slug: Slug
    name: Words


class Faq(Asked):
    slug: Slug
    question: Words
    answer: Annotated[str, Meta(min_length=1, max_length=2000)]


class Addition(Asked):
    slug: Slug
    element: Literal["conditions", "materials", "steps", "notes"]
    text: Annotated[str, Meta(min_length=2, max_length=2000)]


class Synonym(Asked):
    said: Words
    word: Words


class Reason(Asked):
    reason: Annotated[str, Meta(max_length=200)] = ""


@routes.page("/console/learning", access=STAFF)
async def listed(request: Request, query: Shown, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    groups = await learning.groups(query.state)
    names = await access.staff_names({one.cluster.decided_by_id for one in groups if one.cluster.decided_by_id})  # type: ignore[attr-defined]
    return page.shown(
        request, "learning.html", who=who, state=query.state, states=STATES, groups=groups, names=names,
        outcomes=OUTCOMES,
    )  # fmt: skip


@routes.page("/console/learning/gather", method="POST", access=STAFF)
async def gather(request: Request, who: StaffMember) -> HTTPResponse:
    """What came in since the last quarter of an hour, at once."""
    access.require(who, *AUTHORS)
    await learning.gather()
    return page.onward(request, "/console/learning")


@routes.page("/console/learning/<cluster_id>", access=STAFF)
async def one(request: Request, cluster_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    cluster = await learning.find(cluster_id)
    seen = await hit_test.look(cluster.said)
    near = [candidate for part in seen.parts for candidate in part.candidates if candidate.has_guide]
    items = (await naming.codes()).items
    nearest = dict.fromkeys(candidate.name for candidate in near)
    return page.shown(
        request, "learning_group.html", who=who, cluster=cluster, state=STATES[cluster.state], outcomes=OUTCOMES,
        elements=ELEMENTS,
        examples=await learning.examples(cluster_id), answer=effect.told(seen.answer), near=near,
        likely=[item for name in nearest for item in items if item[1] == name],
        others=[item for item in items if item[1] not in nearest],
        deeds=await deeds.of_subjects([f"cluster:{cluster_id}"]),
    )  # fmt: skip


@routes.page("/console/learning/<cluster_id>/name/preview", method="POST", access=STAFF)
async def preview_name(request: Request, cluster_id: RowId, form: Name, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    return _effect(request, await effect.of_name(slug=form.slug, name=form.name, asked=await _asked(cluster_id)))


@routes.page("/console/learning/<cluster_id>/name", method="POST", access=STAFF)
async def make_name(request: Request, cluster_id: RowId, form: Name, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await teaching.as_name(cluster_id=cluster_id, slug=form.slug, name=form.name, by=who.actor)
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/learning/<cluster_id>/question/preview", method="POST", access=STAFF)
async def preview_question(request: Request, cluster_id: RowId, form: Faq, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    shown = await effect.of_question(
        slug=form.slug, question=form.question, answer=form.answer, asked=await _asked(cluster_id)
    )
    return _effect(request, shown)


@routes.page("/console/learning/<cluster_id>/question", method="POST", access=STAFF)
async def make_question(request: Request, cluster_id: RowId, form: Faq, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await teaching.as_question(
        cluster_id=cluster_id, slug=form.slug, question=form.question, answer=form.answer, by=who.actor
    )
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/learning/<cluster_id>/section/preview", method="POST", access=STAFF)
async def preview_section(request: Request, cluster_id: RowId, form: Addition, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    shown = await effect.of_section(
        slug=form.slug, element=form.element, text=form.text, asked=await _asked(cluster_id)
    )
    return _effect(request, shown)


@routes.page("/console/learning/<cluster_id>/section", method="POST", access=STAFF)
async def make_section(request: Request, cluster_id: RowId, form: Addition, who: StaffMember) -> HTTPResponse:
    require_city(who)
    draft = await teaching.as_section(
        cluster_id=cluster_id, slug=form.slug, element=form.element, text=form.text, by=who.actor
    )
    return page.onward(request, f"/console/drafts/{draft.id}")


@routes.page("/console/learning/<cluster_id>/synonym/preview", method="POST", access=STAFF)
async def preview_synonym(request: Request, cluster_id: RowId, form: Synonym, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    return _effect(request, await effect.of_synonym(said=form.said, word=form.word, asked=await _asked(cluster_id)))


@routes.page("/console/learning/<cluster_id>/synonym", method="POST", access=STAFF)
async def make_synonym(request: Request, cluster_id: RowId, form: Synonym, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await teaching.as_synonym(cluster_id=cluster_id, said=form.said, word=form.word, by=who.actor)
    return page.onward(request, f"/console/learning/{cluster_id}")


@routes.page("/console/learning/<cluster_id>/ignore", method="POST", access=STAFF)
async def ignore(request: Request, cluster_id: RowId, form: Reason, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await learning.ignore(cluster_id=cluster_id, reason=form.reason, by=who.actor)
    return page.onward(request, "/console/learning")


@routes.page("/console/learning/<cluster_id>/reopen", method="POST", access=STAFF)
async def reopen(request: Request, cluster_id: RowId, form: Reason, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await learning.reopen(cluster_id=cluster_id, reason=form.reason, by=who.actor)
    return page.onward(request, f"/console/learning/{cluster_id}")


def _effect(request: Request, shown: Effect) -> HTTPResponse:
    return page.shown(request, "_effect.html", effect=shown)


async def _asked(cluster_id: int) -> list[str]:
    await learning.find(cluster_id)
    return [turn.question for turn in await learning.examples(cluster_id, limit=8)]
