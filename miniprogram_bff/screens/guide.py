"""办事指南: one guide in one request; themes, life events and scenarios that lead to it."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from appointments import served
from assistant import also_needed
from catalogue import directory, guides, items, scenarios
from catalogue.errors import ItemNotFound, ScenarioNotFound, ThemeNotFound, UnknownAnswer
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Routes
from foundation.words import Verbatim, one_of
from miniprogram_bff.fields import (
    Address,
    Department,
    Fen,
    HallCode,
    HallName,
    Hours,
    ItemCode,
    ItemName,
    Slug,
    Telephone,
)
from miniprogram_bff.screens.directory import ProviderRow
from miniprogram_bff.screens.directory import row_of as row_of_provider
from miniprogram_bff.screens.search import ItemRow, row_of

routes = Routes("办事指南", tag="guide")

ThemeCode = Annotated[str, Meta(max_length=60, examples=["birth"])]
ScenarioCode = Annotated[str, Meta(max_length=60, examples=["lost-wallet"])]


class MaterialView(Struct):
    """`shared`：电子证照已有，免提交；`blank_form`、`sample`：空白表格和填写示例，从 `/forms/<文件名>` 下载."""

    name: Annotated[str, Meta(examples=["居民户口簿"])]
    form: Annotated[str, Meta(examples=["原件"])]
    copies: int
    shared: bool
    may_follow: bool
    when: str
    note: str
    blank_form: Verbatim
    sample: Verbatim


class SectionView(Struct):
    id: int
    kind: Annotated[str, Meta(examples=["conditions"])]
    title: Annotated[str, Meta(examples=["受理条件"])]
    text: Annotated[str, Meta(examples=["身份证丢失的本市或外地居民"])]


class FaqView(Struct):
    question: str
    answer: str


class PlaceView(Struct):
    code: HallCode
    name: HallName
    address: Address
    phone: Telephone
    opening_hours: Hours


class RelatedView(Struct):
    slug: Slug
    name: ItemName


class GuideView(Struct):
    """`fee_fen`：各项收费中的最高一档，明细见收费标准；`legal_days` 以 `legal_unit` 计，`promised_days` 为工作日.

    `also`：办这件事的人还问了，同一段对话里常一起问到的事项。
    """

    item_code: ItemCode
    slug: Slug
    name: ItemName
    summary: Annotated[str, Meta(examples=["身份证丢了，本人到任一户政窗口申报丢失并补领，40 元。"])]
    department: Department
    department_phone: Telephone
    audience: list[Annotated[str, Meta(examples=["自然人"])]]
    kind: Annotated[str, one_of(("承诺件", "即办件"))]
    online: bool
    bookable: bool
    online_form: Annotated[bool, Meta(description="可以在线申请")]
    fee_fen: Fen
    promised_days: int | None
    legal_days: int | None
    legal_unit: Annotated[str, Meta(examples=["自然日"])]
    version: int
    effective_date: date
    materials: list[MaterialView]
    sections: list[SectionView]
    faqs: list[FaqView]
    halls: list[PlaceView]
    related: list[RelatedView]
    intermediaries: list[ProviderRow]
    also: list[RelatedView]


class Shelf(Struct):
    name: str
    items: list[ItemRow]


class Answers(Asked):
    """题目编码 → 选项编码；空表示从头开始."""

    answers: Annotated[dict[str, str], Meta(max_length=8)] = {}


class OptionView(Struct):
    code: str
    label: str
    hint: str


class QuestionView(Struct):
    code: str
    ask: str
    options: list[OptionView]


class ToDoView(Struct):
    slug: Slug
    name: ItemName
    variant: str
    tip: str
    materials: list[MaterialView]


class StepView(Struct):
    """`question` 为空时，`to_do` 是要办的事项和材料."""

    name: str
    question: QuestionView | None
    to_do: list[ToDoView]


@routes.get("/v1/guides/<slug>", access=PUBLIC, summary="办事指南", errors=(ItemNotFound,), cache=PUBLIC_MINUTE)
async def guide(slug: Slug) -> GuideView:
    """`slug` 也可以是实施编码。"""
    page = await guides.page(slug)
    card, sheet = page.item, page.sheet
    return GuideView(
        item_code=card.item_code,
        slug=card.slug,
        name=card.name,
        summary=card.summary,
        department=card.department,
        department_phone=page.department_phone,
        audience=card.audience,
        kind=card.kind,
        online=card.online,
        bookable=card.bookable and card.item_code in await served.items(),
        online_form=bool(sheet.get("online_form")),
        fee_fen=card.fee_fen,
        promised_days=sheet["period"].get("promised_days"),
        legal_days=sheet["period"].get("legal_days"),
        legal_unit=sheet["period"].get("unit", "工作日"),
        version=page.version,
        effective_date=page.effective_date,
        materials=[material_of(one) for one in sheet["materials"]],
        sections=[SectionView(one.id, one.kind, one.title, one.text) for one in page.sections],
        faqs=[FaqView(one["question"], one["answer"]) for one in sheet["faqs"]],
        halls=[PlaceView(one.code, one.name, one.address, one.phone, one.opening_hours) for one in page.halls],
        related=[RelatedView(one.slug, one.name) for one in page.related],
        intermediaries=[row_of_provider(one) for one in await directory.for_item(card.slug)],
        also=await _also(card),
    )


@routes.get(
    "/v1/themes/<kind>/<code>", access=PUBLIC, summary="主题下的事项", errors=(ThemeNotFound,), cache=PUBLIC_MINUTE
)
async def theme(kind: Literal["theme", "life_event"], code: ThemeCode) -> Shelf:
    shelves = await (items.themes() if kind == "theme" else items.life_events())
    found = next((one for one in shelves if one.code == code), None)
    if found is None:
        raise ThemeNotFound
    cards = await (items.by_theme(code) if kind == "theme" else items.by_life_event(code))
    return Shelf(found.name, [row_of(one) for one in cards])


@routes.post("/v1/scenarios/<code>", access=PUBLIC, summary="场景导办", errors=(ScenarioNotFound, UnknownAnswer))
async def scenario(code: ScenarioCode, body: Answers) -> StepView:
    """带上已答的题，返回下一题或办理清单。"""
    step = await scenarios.step(code, body.answers)
    asked = step.question
    question = None
    if asked is not None:
        options = [OptionView(one.code, one.label, one.hint or "") for one in asked.options]
        question = QuestionView(asked.code, asked.ask, options)
    to_do = [
        ToDoView(
            one.item.slug, one.item.name, one.variant, one.tip, [material_of(material) for material in one.materials]
        )
        for one in step.to_do
    ]
    return StepView(step.name, question, to_do)


async def _also(card: items.ItemCard) -> list[RelatedView]:
    by_code = {one.item_code: one for one in await items.published()}
    codes = await also_needed.beside(card.item_code)
    return [RelatedView(by_code[code].slug, by_code[code].name) for code in codes if code in by_code]


def material_of(one: dict[str, Any]) -> MaterialView:
    return MaterialView(
        name=one["name"],
        form="、".join(one.get("format", ())),
        copies=one.get("copies", 1),
        shared=one.get("exempt", False),
        may_follow=one.get("may_follow", False),
        when=one.get("when") or "",
        note=one.get("note") or "",
        blank_form=one.get("form") or "",
        sample=one.get("sample") or "",
    )
