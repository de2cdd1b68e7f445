"""知识库: the city's, the districts' and the departments'; what each has of its own, inherits and overrides."""

from typing import Annotated, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.desk import RowId
from api.console.scope import AUTHORS
from api.console.staff_session import STAFF
from assistant import knowledge_bases, local_guides, local_words, threshold_effect
from assistant.knowledge_base_models import KnowledgeBase
from assistant.local_sheet import TITLES
from catalogue import naming
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("知识库", tag="console", error_page=page.refused)

KINDS = {"city": "全市", "district": "区县", "department": "部门"}
Names = Annotated[str, Meta(max_length=400)]
Word = Annotated[str, Meta(min_length=1, max_length=60)]


class NewBase(Asked):
    """`names`：群众的叫法，用空格或顿号分开."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="小写字母开头，2–40 位字母、数字、连字符")]
    name: Annotated[str, Meta(min_length=2, max_length=80)]
    kind: Literal["district", "department"]
    above: RowId
    hall: Annotated[str, Meta(max_length=20)] = ""
    names: Names = ""


class Called(Asked):
    names: Names = ""


class Item(Asked):
    slug: Annotated[str, Meta(min_length=1, max_length=60)]


class Said(Asked):
    said: Word
    word: Word


@routes.page("/console/bases", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    entries = await knowledge_bases.tree()
    bands = {one.base.id: await threshold_effect.holding(one.base.code) for one in entries}
    return page.shown(
        request, "bases.html", who=who, entries=entries, bands=bands, kinds=KINDS,
        halls=(await naming.codes()).halls,
    )  # fmt: skip


@routes.page("/console/bases", method="POST", access=STAFF)
async def create(request: Request, form: NewBase, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS, hall_path="")
    made = await knowledge_bases.create(
        code=form.code, name=form.name, kind=form.kind, parent_id=form.above, names=split(form.names),
        hall=form.hall, by=who.actor,
    )  # fmt: skip
    return page.onward(request, f"/console/bases/{made.id}")


@routes.page("/console/bases/<base_id>", access=STAFF)
async def one(request: Request, base_id: RowId, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    base = await knowledge_bases.find(base_id)
    above = await knowledge_bases.chain(base)
    return page.shown(
        request, "base_one.html", who=who, base=base, above=above[1:], kinds=KINDS, titles=TITLES,
        held=await local_guides.held(base), drafts=await local_guides.drafts(base_id),
        words=await local_words.of_base(base_id),
        inherited=[(one, await local_words.of_base(one.id)) for one in above[1:]],
        bands=await threshold_effect.holding(base.code), items=(await naming.codes()).items,
        mine=may_write(who, base), deeds=await deeds.of_subjects([knowledge_bases.subject(base_id)]),
    )  # fmt: skip


@routes.page("/console/bases/<base_id>/names", method="POST", access=STAFF)
async def call(request: Request, base_id: RowId, form: Called, who: StaffMember) -> HTTPResponse:
    await require(who, base_id)
    await knowledge_bases.call(base_id=base_id, names=split(form.names), by=who.actor)
    return page.onward(request, f"/console/bases/{base_id}")


@routes.page("/console/bases/<base_id>/guides", method="POST", access=STAFF)
async def begin(request: Request, base_id: RowId, form: Item, who: StaffMember) -> HTTPResponse:
    await require(who, base_id)
    draft = await local_guides.begin(base_id=base_id, slug=form.slug, by=who.actor)
    return page.onward(request, f"/console/local-guides/{draft.id}")


@routes.page("/console/bases/<base_id>/words", method="POST", access=STAFF)
async def add_word(request: Request, base_id: RowId, form: Said, who: StaffMember) -> HTTPResponse:
    await require(who, base_id)
    await local_words.add(base_id=base_id, said=form.said, word=form.word, by=who.actor)
    return page.onward(request, f"/console/bases/{base_id}")


@routes.page("/console/bases/<base_id>/words/<word_id>/remove", method="POST", access=STAFF)
async def remove_word(request: Request, base_id: RowId, word_id: RowId, who: StaffMember) -> HTTPResponse:
    await require(who, base_id)
    await local_words.remove(base_id=base_id, word_id=word_id, by=who.actor)
    return page.onward(request, f"/console/bases/{base_id}")


async def require(who: StaffMember, base_id: int) -> KnowledgeBase:
    """The base, if it is theirs to change. Raises BaseNotFound, RoleNeeded."""
    base = await knowledge_bases.find(base_id)
    access.require(who, *AUTHORS, hall_path=_path(base))
    return base


def may_write(who: StaffMember, base: KnowledgeBase) -> bool:
    """Whether it is theirs to change: an editor of a district has the district's, one of the city has all."""
    return any(who.may(role, _path(base)) for role in AUTHORS)


def _path(base: KnowledgeBase) -> str:
    return base.hall.path if base.hall else ""


def split(names: str) -> list[str]:
    """Names that were typed into one line."""
    for mark in "、,，\r\n\t":
        names = names.replace(mark, " ")
    return names.split()
