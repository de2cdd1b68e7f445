"""差评整改: the board, and one with its call, notes, extension, mending, verification and appeal."""

from typing import Annotated, Any, Literal

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from feedback import colleagues, levels, mark_list, rectification, rectification_appeals, rectifying
from feedback.mark_list import Whole
from foundation import settings
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("差评整改", tag="console", error_page=page.refused)

Text = Annotated[str, Meta(max_length=400)]
LATE = {"call_back": "回访超期", "mend": "整改超期"}
NOTES = {
    "note": "记录", "called": "已回访", "unreached": "联系不上", "extended": "延期", "mended": "整改完成",
    "satisfied": "核实满意", "unsatisfied": "核实不满意，继续整改", "accepted": "申诉成立", "rejected": "申诉不成立",
}  # fmt: skip


class BoardWanted(Asked):
    finished: bool = False


class One(Asked):
    rectification_id: RowId


class Given(One, kw_only=True):
    owner_id: RowId


class Written(One, kw_only=True):
    text: Text = ""


class Called(Written, kw_only=True):
    reached: bool


class Extended(Written, kw_only=True):
    workdays: Annotated[int, Meta(ge=1, le=200)]


class Verified(Written, kw_only=True):
    found: Literal["satisfied", "unsatisfied", "unreached"]


class Decided(Written, kw_only=True):
    accept: bool


@routes.page("/console/rectifications", access=STAFF)
async def board(request: Request, query: BoardWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.LISTENERS)
    cards = await mark_list.board(within=scope.paths(who, scope.LISTENERS), finished=query.finished)
    owners = await access.staff_names({one.owner_id for one in cards if one.owner_id})
    return page.shown(
        request, "rectifications.html", who=who, cards=cards, owners=owners, finished=query.finished, late=LATE,
        names=rectification.NAMES, levels=levels.LEVELS, days=settings.current().feedback,
    )  # fmt: skip


@routes.page("/console/rectifications/<rectification_id>", access=STAFF)
async def one(request: Request, rectification_id: RowId, who: StaffMember) -> HTTPResponse:
    whole = await _theirs(rectification_id, who)
    template = "_rectification.html" if page.is_part(request) else "rectification.html"
    return page.shown(request, template, who=who, **await _shown(whole, who))


@routes.page("/console/rectifications/assign", method="POST", access=STAFF)
async def assign(request: Request, form: Given, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectifying.assign(rectification_id=form.rectification_id, owner_id=form.owner_id, by=who.actor)
    return page.done(request, "已确定负责人。")


@routes.page("/console/rectifications/contact", method="POST", access=STAFF)
async def contact(request: Request, form: One, who: StaffMember) -> HTTPResponse:
    """Whom to call, for the owner alone; the reading is on record."""
    await _theirs(form.rectification_id, who)
    person = await mark_list.whom_to_call(rectification_id=form.rectification_id, by=who.actor)
    return page.shown(request, "_rectification_contact.html", person=person)


@routes.page("/console/rectifications/call-back", method="POST", access=STAFF)
async def call_back(request: Request, form: Called, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectifying.call_back(
        rectification_id=form.rectification_id, text=form.text, reached=form.reached, by=who.actor
    )
    return page.done(request, "已登记回访，请在期限内整改。")


@routes.page("/console/rectifications/note", method="POST", access=STAFF)
async def note(request: Request, form: Written, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectifying.note(rectification_id=form.rectification_id, text=form.text, by=who.actor)
    return page.done(request, "已记录。")


@routes.page("/console/rectifications/extend", method="POST", access=STAFF)
async def extend(request: Request, form: Extended, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectifying.extend(
        rectification_id=form.rectification_id, workdays=form.workdays, reason=form.text, by=who.actor
    )
    return page.done(request, f"整改期限延长 {form.workdays} 个工作日。")


@routes.page("/console/rectifications/mend", method="POST", access=STAFF)
async def mend(request: Request, form: Written, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectifying.mend(rectification_id=form.rectification_id, remedy=form.text, by=who.actor)
    return page.done(request, "已登记整改结果，等待评价人确认。")


@routes.page("/console/rectifications/verify", method="POST", access=STAFF)
async def verify(request: Request, form: Verified, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectifying.verify(rectification_id=form.rectification_id, found=form.found, text=form.text, by=who.actor)
    return page.done(request, "已退回继续整改。" if form.found == "unsatisfied" else "核实完毕，整改办结。")


@routes.page("/console/rectifications/appeal", method="POST", access=STAFF)
async def appeal(request: Request, form: Written, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectification_appeals.file(rectification_id=form.rectification_id, text=form.text, by=who.actor)
    return page.done(request, "已提出申诉，请另一位同事裁定。期限照常计算。")


@routes.page("/console/rectifications/decide", method="POST", access=STAFF)
async def decide(request: Request, form: Decided, who: StaffMember) -> HTTPResponse:
    await _theirs(form.rectification_id, who)
    await rectification_appeals.decide(
        rectification_id=form.rectification_id, accept=form.accept, reason=form.text, by=who.actor
    )
    return page.done(request, "申诉成立，评价不再计入该部门。" if form.accept else "申诉不成立，继续整改。")


async def _theirs(rectification_id: int, who: StaffMember) -> Whole:
    """Raises RectificationNotFound, RoleNeeded for one of another's halls."""
    whole = await mark_list.one(rectification_id)
    access.require(who, *scope.LISTENERS, hall_path=whole.card.hall_path)
    return whole


async def _shown(whole: Whole, who: StaffMember) -> dict[str, Any]:
    card = whole.card
    owners = await access.staff_names([card.owner_id] if card.owner_id else [])
    authors = await deeds.names_of({one.by for one in whole.notes})
    return {
        "card": card, "notes": whole.notes, "appeal": whole.appeal, "owner": owners.get(card.owner_id or 0, ""),
        "mine": card.owner_id == who.id,
        "colleagues": await colleagues.for_halls(card.hall_path, roles=scope.LISTENERS),
        "authors": authors, "kinds": NOTES, "names": rectification.NAMES, "levels": levels.LEVELS, "late": LATE,
        "extend_most": settings.current().feedback.extend_workdays,
        "deeds": await deeds.of_subjects([f"rectification:{card.id}"]),
    }  # fmt: skip
