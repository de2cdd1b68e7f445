"""标注集: questions with the answer they should get, how the bot does on them now, and what a question is answered."""

from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page
from api.console.desk import RowId
from api.console.scope import AUTHORS, require_city
from api.console.section_names import SECTION_NAMES
from api.console.staff_session import STAFF
from assistant import effect, hit_test, knowledge_bases, labelling, logged
from catalogue import items, naming
from foundation import clock
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("标注集与命中测试", tag="console", error_page=page.refused)

EXPECTS = {"answer": "回答这个事项", "choose": "反问", "unknown": "如实说没有"}
WORTH = {effect.AS_IT_SHOULD: "符合", effect.NOT_WRONG: "未答上", effect.WRONG: "答错"}
LOGGED = {"unknown": "没答上的", "choose": "反问的", "answer": "回答了的"}
BANDS = {"answer": "回答", "ask_back": "反问", "unknown": "不知道"}


class Look(Asked):
    q: Annotated[str, Meta(max_length=500)] = ""


class Begun(Look):
    """A label to begin with: what was asked and, perhaps, what should be said to it."""

    expects: Literal["answer", "choose", "unknown"] = "answer"
    slug: Annotated[str, Meta(max_length=60)] = ""
    section: Annotated[str, Meta(max_length=20)] = ""


class FromLog(Asked):
    band: Literal["answer", "choose", "unknown"] = "unknown"


class HitTest(Look):
    """`at`：在哪个知识库里问."""

    at: Annotated[str, Meta(max_length=40)] = ""


class Label(Asked):
    question: Annotated[str, Meta(max_length=200)]
    expects: Literal["answer", "choose", "unknown"]
    slug: Annotated[str, Meta(max_length=60)] = ""
    section: Annotated[str, Meta(max_length=20)] = ""


@routes.page("/console/labels", access=STAFF)
async def listed(request: Request, query: Begun, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    standing = sorted(await effect.standing(), key=lambda one: one[1])
    counts = {name: sum(worth == which for _, worth, _ in standing) for which, name in WORTH.items()}
    return page.shown(
        request, "labels.html", who=who, begun=query, standing=standing, counts=counts, worths=WORTH, expects=EXPECTS,
        items=(await naming.codes()).items, sections=SECTION_NAMES,
    )  # fmt: skip


@routes.page("/console/labels", method="POST", access=STAFF)
async def add(request: Request, form: Label, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await labelling.add(
        question=form.question, expects=form.expects, slug=form.slug, section=form.section, by=who.actor
    )
    return page.onward(request, "/console/labels")


@routes.page("/console/labels/logged", access=STAFF)
async def from_log(request: Request, query: FromLog, who: StaffMember) -> HTTPResponse:
    """What was asked and is not in the set, each with the way to label it."""
    access.require(who, *AUTHORS)
    by_code = {one.item_code: one for one in await items.published()}
    return page.shown(
        request, "labels_logged.html", who=who, band=query.band, bands=LOGGED, found=await logged.questions(query.band),
        by_code=by_code, sections=SECTION_NAMES,
    )  # fmt: skip


@routes.page("/console/labels/file", access=STAFF)
async def file(who: StaffMember) -> HTTPResponse:
    """The whole set as `python -m assistant.evaluation` reads it."""
    access.require(who, *AUTHORS)
    written = labelling.as_lines(await labelling.everything())
    name = f"labels_{clock.today()}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HTTPResponse(written, headers=headers, content_type="application/jsonl; charset=utf-8")


@routes.page("/console/labels/shipped", method="POST", access=STAFF)
async def bring_shipped(request: Request, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await labelling.bring_shipped(by=who.actor)
    return page.onward(request, "/console/labels")


@routes.page("/console/labels/<label_id>/remove", method="POST", access=STAFF)
async def remove(request: Request, label_id: RowId, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await labelling.remove(label_id=label_id, by=who.actor)
    return page.onward(request, "/console/labels")


@routes.page("/console/hit-test", access=STAFF)
async def look(request: Request, query: HitTest, who: StaffMember) -> HTTPResponse:
    """What citizens would be answered, and why; nothing of it is kept."""
    access.require(who, *AUTHORS)
    seen = await hit_test.look(query.q, at=query.at) if query.q.strip() else None
    entries = await knowledge_bases.tree()
    return page.shown(
        request, "hit_test.html", who=who, q=query.q, seen=seen, bands=BANDS, channels=hit_test.CHANNELS,
        sections=SECTION_NAMES, at=query.at, bases=[(one.base.code, one.base.name) for one in entries],
    )  # fmt: skip
