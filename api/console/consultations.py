"""咨询投诉收件箱: the boxes, one consultation with all that was said, and what the desk does with it."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field
from sanic import HTTPResponse, Request

from api import paper_file
from api.console import deeds, page, scope
from api.console.desk import RowId
from api.console.staff_session import STAFF
from cases import paper_folders
from catalogue import guides, halls, items
from catalogue.errors import ItemNotFound
from feedback import answering, colleagues, consultation_inbox, moderation, right_door, routing
from feedback.consultation_inbox import BOXES, Box, Whole
from foundation import settings
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("咨询投诉", tag="console", error_page=page.refused)

Text = Annotated[str, Meta(max_length=4000)]
Slug = Annotated[str, Meta(max_length=64)]
PaperCode = Annotated[str, Meta(max_length=24)]
ENTRIES = {
    "asked": "提交人", "again": "追问", "appealed": "申诉", "withdrawn": "撤回", "answered": "答复",
    "refused": "不予受理", "pointed": "渠道指引", "decided": "申诉处理", "chat": "人工咨询前的对话", "note": "内部备注",
    "draft": "答复初稿", "sent_back": "退回重写", "moved": "转办",
}  # fmt: skip
INSIDE = ("chat", "note", "draft", "sent_back", "moved")


class BoxWanted(Asked):
    box: Literal["waiting", "mine", "review", "appeals", "late", "done"] = "waiting"
    kind: Literal["", "question", "complaint", "proposal"] = ""
    search: Annotated[str, Meta(max_length=40)] = ""


class GuideWanted(Asked):
    guide: Slug = ""


class One(Asked):
    consultation_id: RowId


class Given(One, kw_only=True):
    owner_id: RowId


class Written(One, kw_only=True):
    text: Text = ""


class Answer(Written, kw_only=True):
    """`cites`：引用的章节，写作 事项:章节号."""

    cites: Annotated[list[Annotated[str, Meta(pattern=r"^[\w-]{1,64}:\d{1,18}$")]], Meta(max_length=20)] = field(
        default_factory=list
    )


class Moved(Written, kw_only=True):
    department: Annotated[str, Meta(max_length=200)] = ""
    hall: Annotated[str, Meta(max_length=20)] = ""


class Pointed(Written, kw_only=True):
    door: Annotated[str, Meta(max_length=20)]


class Refused(Written, kw_only=True):
    why: Annotated[str, Meta(max_length=10)]


class Decided(Written, kw_only=True):
    accept: bool


@routes.page("/console/consultations", access=STAFF)
async def listed(request: Request, query: BoxWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.ANSWERERS)
    within, box = scope.paths(who, scope.ANSWERERS), query.box
    found = await consultation_inbox.listed(
        within=within, staff_id=who.id, box=box, kind=query.kind, search=query.search
    )
    owners = await access.staff_names({one.owner_id for one in found if one.owner_id})
    template = "_consultation_list.html" if page.is_part(request) else "consultations.html"
    boxes: dict[Box, str] = BOXES
    return page.shown(
        request, template, who=who, found=found, owners=owners, query=query, boxes=boxes, kinds=routing.KINDS,
        counts=await consultation_inbox.counts(within=within, staff_id=who.id),
        answer_workdays=settings.current().feedback.answer_workdays,
    )  # fmt: skip


@routes.page("/console/consultations/<consultation_id>", access=STAFF)
async def one(request: Request, consultation_id: RowId, query: GuideWanted, who: StaffMember) -> HTTPResponse:
    whole = await theirs(consultation_id, who)
    template = "_consultation.html" if page.is_part(request) else "consultation.html"
    return page.shown(request, template, who=who, **await _shown(whole, who), **await _guide(query.guide, whole))


@routes.page("/console/consultations/canned", access=STAFF)
async def canned(request: Request, query: GuideWanted, who: StaffMember) -> HTTPResponse:
    """The sections of a guide, to be ticked and quoted word for word."""
    access.require(who, *scope.ANSWERERS)
    return page.shown(request, "_canned.html", **await _guide(query.guide, None))


@routes.page("/console/consultations/<consultation_id>/papers/<paper>", access=STAFF)
async def attachment(consultation_id: RowId, paper: PaperCode, who: StaffMember) -> HTTPResponse:
    whole = await theirs(consultation_id, who)
    return paper_file.answer(*await paper_folders.read(folder_id=whole.row.folder_id, code=paper))  # type: ignore[attr-defined]


@routes.page("/console/consultations/claim", method="POST", access=STAFF)
async def claim(request: Request, form: One, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await answering.claim(consultation_id=form.consultation_id, by=who.actor)
    return page.onward(request, f"/console/consultations/{form.consultation_id}")


@routes.page("/console/consultations/assign", method="POST", access=STAFF)
async def assign(request: Request, form: Given, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await answering.assign(consultation_id=form.consultation_id, owner_id=form.owner_id, by=who.actor)
    return page.done(request, "已指派。")


@routes.page("/console/consultations/transfer", method="POST", access=STAFF)
async def transfer(request: Request, form: Moved, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    path = (await halls.find(form.hall)).path if form.hall else ""
    await answering.transfer(
        consultation_id=form.consultation_id, department=form.department, desk_path=path, reason=form.text, by=who.actor
    )
    return page.onward(request, "/console/consultations")


@routes.page("/console/consultations/note", method="POST", access=STAFF)
async def note(request: Request, form: Written, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await answering.note(consultation_id=form.consultation_id, text=form.text, by=who.actor)
    return page.done(request, "已记录，提交人看不到。")


@routes.page("/console/consultations/answer", method="POST", access=STAFF)
async def answer(request: Request, form: Answer, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    cites = [(slug, int(number)) for slug, _, number in (one.rpartition(":") for one in form.cites)]
    await answering.answer(consultation_id=form.consultation_id, text=form.text, cites=cites, by=who.actor)
    return page.onward(request, f"/console/consultations/{form.consultation_id}")


@routes.page("/console/consultations/approve", method="POST", access=STAFF)
async def approve(request: Request, form: One, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await answering.approve(consultation_id=form.consultation_id, by=who.actor)
    return page.done(request, "审核通过，已答复。")


@routes.page("/console/consultations/send-back", method="POST", access=STAFF)
async def send_back(request: Request, form: Written, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await answering.send_back(consultation_id=form.consultation_id, reason=form.text, by=who.actor)
    return page.done(request, "已退回重写。")


@routes.page("/console/consultations/point", method="POST", access=STAFF)
async def point(request: Request, form: Pointed, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await answering.point(consultation_id=form.consultation_id, door=form.door, text=form.text, by=who.actor)
    return page.done(request, "已指引提交人到其他渠道。")


@routes.page("/console/consultations/refuse", method="POST", access=STAFF)
async def refuse(request: Request, form: Refused, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await moderation.refuse(consultation_id=form.consultation_id, why=form.why, text=form.text, by=who.actor)
    return page.done(request, "已不予受理，原因和申诉办法已告知提交人。")


@routes.page("/console/consultations/decide", method="POST", access=STAFF)
async def decide(request: Request, form: Decided, who: StaffMember) -> HTTPResponse:
    await theirs(form.consultation_id, who)
    await moderation.decide(consultation_id=form.consultation_id, accept=form.accept, reason=form.text, by=who.actor)
    return page.done(request, "申诉成立，已恢复办理。" if form.accept else "已维持原决定。")


async def theirs(consultation_id: int, who: StaffMember) -> Whole:
    """Raises ConsultationNotFound, RoleNeeded for one of another's desks."""
    whole = await consultation_inbox.one(consultation_id)
    access.require(who, *scope.ANSWERERS, hall_path=whole.row.desk_path)
    return whole


async def _shown(whole: Whole, who: StaffMember) -> dict[str, Any]:
    row = whole.row
    owner: int | None = row.owner_id  # type: ignore[attr-defined]
    text = [row.title, *(entry.text for entry in whole.said)]
    return {
        "one": whole.entry, "row": row, "said": whole.said, "suspect": whole.suspect, "published": whole.published,
        "attached": whole.attached,
        "mine": owner == who.id, "owner": (await access.staff_names([owner] if owner else [])).get(owner or 0, ""),
        "authors": await deeds.names_of({entry.by for entry in whole.said}), "entries": ENTRIES, "inside": INSIDE,
        "reasons": moderation.REASONS, "doors": right_door.DOORS, "halls": await halls.everywhere(),
        "colleagues": await colleagues.for_halls(row.desk_path, roles=scope.ANSWERERS),
        "may_review": row.drafted_by_id != who.id, "may_decide": row.refused_by_id != who.id,  # type: ignore[attr-defined]
        "deeds": await deeds.of_subjects([f"consultation:{row.id}"]), "items": await items.spoken_of(" ".join(text)),
        "question": next((entry.text for entry in whole.said if entry.kind == "asked"), ""),
        "answer": next((entry.text for entry in reversed(whole.said) if entry.kind == "answered"), ""),
    }  # fmt: skip


async def _guide(slug: str, whole: Whole | None) -> dict[str, Any]:
    """The guide whose sections may be quoted: the one asked for, else that of the item it is about."""
    try:
        shown = await guides.page(slug or (whole.row.item_code if whole else ""))
    except ItemNotFound:
        return {"guide": None}
    return {"guide": shown}
