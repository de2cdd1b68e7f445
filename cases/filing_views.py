"""An application as its applicant sees it: what to fill in, what to bring, how far it is, what happens next."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from cases import (
    completeness,
    delivering,
    delivery_tracking,
    entrusted,
    filing,
    filing_reading,
    following,
    forms,
    licence_library,
    pledge,
    review,
)
from cases.completeness import Brought, MaterialState
from cases.delivery_tracking import DeliveryView
from cases.filing_errors import FilingNotFound
from cases.filing_reading import FilingRead, FilingRow
from cases.following import Owed
from cases.forms import Answers, Form
from catalogue import halls, shelf
from catalogue.item_sheet import FormField
from foundation.actor import Actor
from foundation.questions import ask_as_one
from foundation.words import AS_IT_CAME, Verbatim, one_of

LABELS = {
    "draft": "草稿",
    "submitted": "已提交，等待预审",
    "reviewing": "预审中",
    "returned": "待补正",
    "accepted": "已受理",
    "refused": "不予受理",
    "withdrawn": "已撤回",
    "expired": "已过期",
}
NEXT = {
    "draft": "填好内容、备齐材料后提交；没有提交的草稿到期自动删除。",
    "submitted": "工作人员将在 5 个工作日内预审，结果会通知您。",
    "reviewing": "工作人员正在预审，请留意消息。",
    "returned": "请按下面的一次性告知补齐后重新提交，逾期未补的申请自动结束。",
    "accepted": "已受理并编号，可在“查进度”中查看办理情况。",
    "refused": "原因见下。" + review.APPEAL,
    "withdrawn": "申请已撤回，需要时可重新申请。",
    "expired": "超过期限没有提交，填写的内容和材料已删除，需要时可重新申请。",
}


class FilingLine(Struct, frozen=True, kw_only=True):
    """An application in a list; `agent`：代办人（隐去部分），空为本人办理."""

    code: str
    item_name: str
    hall: str
    state: Annotated[str, one_of(LABELS)]
    state_label: str
    case_no: str
    agent: str
    expires_at: datetime | None
    changed_at: datetime


class Place(Struct, frozen=True, kw_only=True):
    code: str
    name: str


class NoticeLine(Struct, frozen=True, kw_only=True):
    """One line of the 一次性告知."""

    material: Verbatim
    why: str


class Field(Struct, frozen=True, kw_only=True):
    """One field of the form; `shown_if`：前面的字段=值|值，不写为总是出现."""

    field: str
    label: str
    asks: str
    optional: bool
    options: list[Verbatim]
    least: int | None
    most: int | None
    hint: str
    shown_if: Verbatim


class FilingView(Struct, frozen=True, kw_only=True):
    """`editable`: it can be changed and sent in now; `outdated`: the guide has moved on, take its form first.

    `agent`：代办人（隐去部分）；`own`：本人的申请，否则是代办.
    """

    code: str
    item_slug: str
    item_name: str
    guide_version: int
    state: Annotated[str, one_of(LABELS)]
    state_label: str
    what_next: str
    editable: bool
    outdated: bool
    hall: Place
    halls: list[Place]
    fields: list[Field]
    answers: Annotated[Answers, AS_IT_CAME]
    materials: list[MaterialState]
    agent: str
    own: bool
    licences_on: bool
    licence_consent: str
    licence_consent_version: str
    notice: list[NoticeLine]
    reason: str
    pledge: str
    pledge_version: str
    pledged_at: datetime | None
    delivery_offered: list[str]
    delivery: DeliveryView | None
    owed: list[Owed]
    case_no: str
    submitted_at: datetime | None
    expires_at: datetime | None


async def mine(citizen_id: int, *, by: Actor, limit: int = 50) -> list[FilingLine]:
    """The applications of a person, one's own or of whom one acts for, the latest changed first."""
    rows = await filing_reading.of(citizen_id, limit=limit)
    return [await _line(one) for one in await entrusted.visible(rows, owner=citizen_id, by=by)]


async def _line(row: FilingRow) -> FilingLine:
    return FilingLine(
        code=row.code,
        item_name=row.item_name,
        hall=row.hall,
        state=row.state,
        state_label=LABELS[row.state],
        case_no=row.case_no,
        agent=await entrusted.name_of(row.agent_id),
        expires_at=row.expires_at,
        changed_at=row.changed_at,
    )


async def one_of_mine(*, code: str, by: Actor) -> FilingView:
    """Raises FilingNotFound for everybody but the applicant and whom they entrusted with it."""
    await ask_as_one(
        found := filing_reading.by_code(code),
        brought := completeness.brought(code),
        owed := following.of(code),
        delivery := delivery_tracking.of_filing(code),
    )
    row = found.answer
    if row is None or not await entrusted.may_see(owner=row.citizen_id, item_code=row.item_code, by=by):
        raise FilingNotFound
    own = row.citizen_id == by.number
    return await _view(row, brought.answer, owed.answer, delivery_tracking.view(delivery.answer), own=own)


async def _view(
    row: FilingRead, came: Brought, owed: list[Owed], delivery: DeliveryView | None, *, own: bool
) -> FilingView:
    form, fields, places = await shelf.keep(("filing", row.guide_id), lambda: _for_all(row.guide_id))
    hall = Place(code=row.hall_code, name=row.hall)
    version = row.pledge_version if row.state not in filing.EDITABLE else pledge.CURRENT
    return FilingView(
        code=row.code,
        item_slug=row.item_slug,
        item_name=row.item_name,
        guide_version=form.version,
        state=row.state,
        state_label=LABELS[row.state],
        what_next=NEXT[row.state],
        editable=row.state in filing.EDITABLE,
        outdated=row.state == "draft" and await filing.is_outdated(row, form),
        hall=hall,
        halls=_with(hall, places),
        fields=fields,
        answers=filing.answers_of(row),
        materials=completeness.of(row, form, came),
        agent=await entrusted.name_of(row.agent_id),
        own=own,
        licences_on=own and licence_library.chosen() is not None,
        licence_consent=pledge.LICENCE_CONSENTS[pledge.LICENCE_CONSENT],
        licence_consent_version=pledge.LICENCE_CONSENT,
        notice=[NoticeLine(material=one["material"], why=one["why"]) for one in row.missing],
        reason=row.reason,
        pledge=pledge.PLEDGES.get(version, ""),
        pledge_version=version,
        pledged_at=row.pledged_at,
        delivery_offered=delivering.offered(form.delivery),
        delivery=delivery,
        owed=owed,
        case_no=row.case_no,
        submitted_at=row.submitted_at,
        expires_at=row.expires_at,
    )


def _field(one: FormField) -> Field:
    return Field(
        field=one.field,
        label=one.label,
        asks=one.asks,
        optional=one.optional,
        options=one.options,
        least=one.least,
        most=one.most,
        hint=one.hint or "",
        shown_if=one.shown_if or "",
    )


async def _for_all(guide_id: int) -> tuple[Form, list[Field], list[Place]]:
    """What everybody sees who applies by this version: the form, its fields as they are shown, and where the guide says
    it is handled.
    """
    form = await forms.of_guide(guide_id)
    places = [Place(code=one.code, name=one.name) for one in await halls.everywhere() if one.code in form.halls]
    return form, [_field(one) for one in form.fields], places


def _with(chosen: Place, places: list[Place]) -> list[Place]:
    """The chosen one among them, whatever the guide says by now."""
    return places if any(one.code == chosen.code for one in places) else [chosen, *places]
