"""咨询投诉: a question, complaint or proposal to people; mine, and one by number with a second factor."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import Request

from cases.papers import PaperView
from catalogue.errors import HallNotFound, ItemNotFound
from feedback import consultation_lookup, consultations, moderation, right_door
from feedback.consultation_errors import (
    AppealedOnce,
    AskedAgainAlready,
    ConsultationNotFound,
    MarkedAlready,
    NotInThisState,
    PhoneInvalid,
    QuestionInvalid,
    RepeatedIdentical,
)
from feedback.consultation_lookup import Seen
from feedback.consultation_models import Consultation
from foundation.actor import Actor
from foundation.errors import TooManyRequests
from foundation.web import PUBLIC, Asked, Limit, Routes, client_address
from identity.sessions import Session
from miniprogram_bff.fields import Department, HallName, ItemName
from miniprogram_bff.session import CITIZEN, SENDER, actor
from miniprogram_bff.states import ConsultationKind, ConsultationState

routes = Routes("咨询投诉", tag="consult")

Code = Annotated[str, Meta(min_length=4, max_length=16, examples=["7K3M9QXPDR"])]
LastFour = Annotated[
    str, Meta(pattern="^([0-9]{4})?$", examples=["1234"], description="手机号码后四位；登录本人可不填")
]
Kind = Literal["question", "complaint", "proposal"]
SEEN = (ConsultationNotFound, TooManyRequests)


class QuestionIn(Asked):
    """`phone`：未登录时必填，凭编号和后四位查询；登录后默认用本人的手机号码."""

    kind: Kind
    title: Annotated[str, Meta(max_length=80, examples=["居住证续签要带什么"])]
    text: Annotated[str, Meta(max_length=2000, examples=["我的居住证快到期了，续签要带哪些材料？"])]
    hall_code: Annotated[str, Meta(max_length=20)] = ""
    item_code: Annotated[str, Meta(max_length=64)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""
    may_publish: bool = False


class One(Asked):
    code: Code
    last_four: LastFour = ""


class More(One, kw_only=True):
    text: Annotated[str, Meta(max_length=2000, examples=["可以委托家人去办吗？"])]


class MarkIn(One, kw_only=True):
    level: Annotated[int, Meta(ge=1, le=5)]


class ConsultWords(Asked):
    text: Annotated[str, Meta(max_length=2000, examples=["公司拖欠工资怎么办"])]


class DoorView(Struct):
    name: Annotated[str, Meta(examples=["人力资源社会保障部门"])]
    what: Annotated[str, Meta(examples=["拖欠工资等劳动保障维权"])]
    phone: Annotated[str, Meta(examples=["12333"])]


class CiteView(Struct):
    """答复引用的办事指南章节，原文照录."""

    slug: Annotated[str, Meta(examples=["id-card-replace"])]
    item: ItemName
    section: Annotated[str, Meta(examples=["申请材料"])]
    version: Annotated[int, Meta(examples=[1])]
    text: str


class SaidView(Struct):
    label: Annotated[str, Meta(examples=["答复"])]
    mine: bool
    text: str
    cites: list[CiteView]
    at: datetime


class ConsultationView(Struct):
    """`state`：open answered refused pointed withdrawn；`can_attach`：本人可经 `/v1/papers` 添加附件."""

    code: Code
    kind: ConsultationKind
    kind_label: Annotated[str, Meta(examples=["咨询"])]
    title: str
    state: ConsultationState
    state_label: Annotated[str, Meta(examples=["办理中"])]
    department: Department
    hall_name: HallName
    item_name: ItemName
    due_on: date
    asked_at: datetime
    mark: int | None
    can_ask_again: bool
    can_mark: bool
    can_appeal: bool
    can_withdraw: bool
    can_attach: bool
    attachments: list[PaperView]
    said: list[SaidView]


@routes.post(
    "/v1/consultations",
    access=SENDER,
    summary="提交咨询、投诉或建议",
    errors=(QuestionInvalid, PhoneInvalid, RepeatedIdentical, HallNotFound, ItemNotFound, TooManyRequests),
    limit=Limit(ip=60, seconds=3600),
    status=201,
)
async def file(request: Request, body: QuestionIn, who: Session | None) -> ConsultationView:
    """给出编号和答复期限（5 个工作日）；内容相同的不重复受理。证件号码会自动遮盖。"""
    question = consultations.Question(
        kind=body.kind, title=body.title, text=body.text, hall_code=body.hall_code, item_code=body.item_code,
        phone=body.phone, may_publish=body.may_publish,
    )  # fmt: skip
    one = await consultations.file(question=question, address=client_address(request), by=actor(who) if who else None)
    return await _view(one, who)


@routes.post("/v1/consultations/doors", access=PUBLIC, summary="应找哪个部门", limit=Limit(ip=240))
async def doors(body: ConsultWords) -> list[DoorView]:
    """看起来归其他渠道受理的，给出名称和电话；仍可照常提交。"""
    return [DoorView(one.name, one.what, one.phone) for one in right_door.suggested(body.text)]


@routes.get("/v1/consultations", access=CITIZEN, summary="我的诉求")
async def mine(who: Session) -> list[ConsultationView]:
    return [_shaped(one) for one in await consultation_lookup.mine(who.citizen_id)]


@routes.post("/v1/consultations/look-up", access=SENDER, summary="查看一件诉求", errors=SEEN)
async def look_up(request: Request, body: One, who: Session | None) -> ConsultationView:
    """本人登录后凭编号；其他情况凭编号和手机号码后四位。编号不存在与后四位不符，答复相同。"""
    return await _view(await _own(request, body, who), who)


@routes.post(
    "/v1/consultations/again", access=SENDER, summary="追问一次",
    errors=(*SEEN, QuestionInvalid, AskedAgainAlready, NotInThisState),
)  # fmt: skip
async def again(request: Request, body: More, who: Session | None) -> ConsultationView:
    """答复后可追问一次，答复期限重新计算。"""
    one = await _own(request, body, who)
    await consultations.ask_again(one=one, text=body.text, by=_by(who))
    return await _view(one, who)


@routes.post("/v1/consultations/mark", access=SENDER, summary="评价答复", errors=(*SEEN, MarkedAlready, NotInThisState))
async def mark(request: Request, body: MarkIn, who: Session | None) -> ConsultationView:
    one = await _own(request, body, who)
    await consultations.rate(one=one, level=body.level, by=_by(who))
    return await _view(one, who)


@routes.post(
    "/v1/consultations/appeal", access=SENDER, summary="对不予受理申诉",
    errors=(*SEEN, QuestionInvalid, AppealedOnce, NotInThisState),
)  # fmt: skip
async def appeal(request: Request, body: More, who: Session | None) -> ConsultationView:
    """可申诉一次，由另一位工作人员复核。"""
    one = await _own(request, body, who)
    await moderation.appeal(one=one, text=body.text, by=_by(who))
    return await _view(one, who)


@routes.post("/v1/consultations/withdraw", access=SENDER, summary="撤回诉求", errors=(*SEEN, NotInThisState))
async def withdraw(request: Request, body: One, who: Session | None) -> ConsultationView:
    one = await _own(request, body, who)
    await consultations.withdraw(one=one, by=_by(who))
    return await _view(one, who)


async def _own(request: Request, body: One, who: Session | None) -> Consultation:
    return await consultation_lookup.own(
        code=body.code, last_four=body.last_four, by=actor(who) if who else None, address=client_address(request)
    )


def _by(who: Session | None) -> Actor:
    return actor(who) if who else consultations.VISITOR


async def _view(one: Consultation, who: Session | None) -> ConsultationView:
    return _shaped(await consultation_lookup.seen(one, by=actor(who) if who else None))


def _shaped(one: Seen) -> ConsultationView:
    said = [
        SaidView(line.label, line.mine, line.text, [CiteView(**cite) for cite in line.cites], line.at)
        for line in one.said
    ]
    values = {name: getattr(one, name) for name in ConsultationView.__struct_fields__ if name != "said"}
    return ConsultationView(**values, said=said)
