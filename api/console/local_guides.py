"""本地办法: what a base says otherwise of an item, written beside what holds above it, published by somebody else."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import bases, deeds, page
from api.console.desk import RowId
from api.console.scope import AUTHORS
from api.console.staff_session import STAFF
from assistant import knowledge, knowledge_bases, local_guides
from assistant.knowledge_base_models import LocalGuide
from assistant.local_sheet import TITLES, LocalFaq, LocalSection, LocalSheet
from catalogue import comparing, naming
from catalogue.comparing import Difference, Part
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("本地办法", tag="console", error_page=page.refused)

SHEET_AT_MOST = 200_000
STATES = {"draft": "编辑中", "published": "生效中", "retired": "已停用"}
BLANK_QUESTIONS = 2
Text = Annotated[str, Meta(max_length=2000)]
Line = Annotated[str, Meta(max_length=400)]


class Sheet(Asked):
    """Of each list the entries at one place belong together; what is left empty is as above."""

    revision: Annotated[int, Meta(ge=1)]
    kind: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=20)] = []
    text: Annotated[list[Text], Meta(max_length=20)] = []
    question: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=60)] = []
    also: Annotated[list[Line], Meta(max_length=60)] = []
    answer: Annotated[list[Text], Meta(max_length=60)] = []
    aliases: Line = ""
    halls: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=20)] = []

    @property
    def sheet(self) -> LocalSheet:
        told = zip(self.kind, self.text, strict=False)
        asked = zip(self.question, self.also, self.answer, strict=False)
        return LocalSheet(
            sections=[LocalSection(kind, _lines(text)) for kind, text in told if text.strip()],
            aliases=bases.split(self.aliases),
            faqs=[
                LocalFaq(question.strip(), _lines(answer), [way.strip() for way in also.splitlines() if way.strip()])
                for question, also, answer in asked if question.strip() and answer.strip()
            ],
            halls=self.halls,
        )  # fmt: skip


@routes.page("/console/local-guides/<guide_id>", access=STAFF)
async def one(request: Request, guide_id: RowId, who: StaffMember) -> HTTPResponse:
    """A draft in a form, beside each element what holds without it; else how it reads."""
    access.require(who, *AUTHORS)
    guide = await local_guides.find(guide_id)
    base = await knowledge_bases.find(guide.base.id)
    above = (await knowledge_bases.chain(base))[1:]
    sheet = local_guides.sheet_of(guide)
    return page.shown(
        request, "local_guide.html", who=who, guide=guide, base=base, sheet=sheet, titles=TITLES, states=STATES,
        above=above, told_above=await _above(guide, above[0].code if above else ""),
        halls=(await naming.codes()).halls, blank=BLANK_QUESTIONS, mine=bases.may_write(who, base),
        own=who.id in guide.editors, differences=await _differences(guide, sheet),
        deeds=await deeds.of_subjects([knowledge_bases.subject(base.id)]),
    )  # fmt: skip


@routes.page("/console/local-guides/<guide_id>", method="POST", access=STAFF, at_most=SHEET_AT_MOST)
async def save(request: Request, guide_id: RowId, form: Sheet, who: StaffMember) -> HTTPResponse:
    await _require(who, guide_id)
    saved = await local_guides.save(guide_id=guide_id, revision=form.revision, sheet=form.sheet, by=who.actor)
    return page.onward(request, f"/console/local-guides/{saved.id}")


@routes.page("/console/local-guides/<guide_id>/publish", method="POST", access=STAFF)
async def publish(request: Request, guide_id: RowId, who: StaffMember) -> HTTPResponse:
    await _require(who, guide_id)
    published = await local_guides.publish(guide_id=guide_id, by=who.actor)
    return page.onward(request, f"/console/bases/{published.base.id}")


@routes.page("/console/local-guides/<guide_id>/drop", method="POST", access=STAFF)
async def drop(request: Request, guide_id: RowId, who: StaffMember) -> HTTPResponse:
    guide = await _require(who, guide_id)
    await local_guides.drop(guide_id=guide_id, by=who.actor)
    return page.onward(request, f"/console/bases/{guide.base.id}")


@routes.page("/console/local-guides/<guide_id>/retire", method="POST", access=STAFF)
async def retire(request: Request, guide_id: RowId, who: StaffMember) -> HTTPResponse:
    guide = await _require(who, guide_id)
    await local_guides.retire(guide_id=guide_id, by=who.actor)
    return page.onward(request, f"/console/bases/{guide.base.id}")


async def _require(who: StaffMember, guide_id: int) -> LocalGuide:
    guide = await local_guides.find(guide_id)
    await bases.require(who, guide.base.id)
    return guide


async def _above(guide: LocalGuide, code: str) -> dict[str, str]:
    """What each element says in the base above."""
    city = await knowledge.current()
    document = (city.localities.view(code) or city).guide(guide.item.item_code)
    return {section.kind: section.text for section in document.sections} if document else {}


async def _differences(guide: LocalGuide, sheet: LocalSheet) -> list[Difference]:
    """What publishing a draft changes of what this base says by itself now."""
    if guide.state != "draft":
        return []
    return comparing.between(_parts(await local_guides.standing(guide)), _parts(sheet))


def _parts(sheet: LocalSheet) -> list[Part]:
    said = {one.kind: one.text.splitlines() for one in sheet.sections}
    asked = [f"{one.question}（{'；'.join(one.also)}）：{one.answer}" for one in sheet.faqs]
    return [
        *(Part(kind, title, said.get(kind, [])) for kind, title in TITLES.items()),
        Part("aliases", "本地叫法", list(sheet.aliases)), Part("halls", "办理大厅", list(sheet.halls)),
        Part("faqs", "常见问题", [one.replace("（）", "") for one in asked]),
    ]  # fmt: skip


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
