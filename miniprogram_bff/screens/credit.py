"""预约信用: what blocks me from booking, on what it stands, until when; and an appeal against it."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from appointments import appeals, credit
from appointments.rule_errors import AlreadyAppealed, AppealInvalid, SanctionNotFound, SanctionOver
from foundation.web import Asked, Limit, Routes
from identity.sessions import Session
from miniprogram_bff.fields import BookingCode, HallName, TypeName
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import AppealState, SanctionState

routes = Routes("预约信用", tag="credit")

SanctionCode = Annotated[str, Meta(max_length=20, examples=["6T2WQ8MRKD"])]


class CauseView(Struct):
    """一次被计入的预约；`exempt`：已免计."""

    code: BookingCode
    type_name: TypeName
    hall_name: HallName
    starts_at: datetime
    what: Annotated[str, Meta(examples=["爽约"])]
    exempt: bool


class AppealView(Struct):
    """`state`：open accepted rejected."""

    state: AppealState
    label: Annotated[str, Meta(examples=["待处理"])]
    text: Annotated[str, Meta(examples=["当天住院，有医院证明"])]
    reason: Annotated[str, Meta(examples=[""], description="处理意见")]
    filed_at: datetime


class SanctionView(Struct):
    """`state`：active expired lifted；`where`：限制的范围."""

    code: SanctionCode
    state: SanctionState
    label: Annotated[str, Meta(examples=["限制中"])]
    reason: Annotated[str, Meta(examples=["同一证件连续 120 天内爽约 2 次，限制预约 90 天"])]
    where: Annotated[str, Meta(examples=["全市"])]
    begins_at: datetime
    until: datetime
    lifted_why: Annotated[str, Meta(examples=[""])]
    can_appeal: bool
    causes: list[CauseView]
    appeal: AppealView | None


class Statement(Asked):
    text: Annotated[str, Meta(max_length=600, examples=["当天住院，有医院证明"])]


@routes.get("/v1/me/sanctions", access=CITIZEN, summary="我的预约限制")
async def my_sanctions(who: Session) -> list[SanctionView]:
    """正在生效的在前；没有即信用良好。"""
    return [_view(one) for one in await credit.of(actor(who))]


@routes.post(
    "/v1/me/sanctions/<code>/appeal",
    access=CITIZEN,
    summary="对一条限制提出申诉",
    errors=(SanctionNotFound, SanctionOver, AppealInvalid, AlreadyAppealed),
    limit=Limit(user=10, seconds=3600),
    status=201,
)
async def appeal(code: SanctionCode, body: Statement, who: Session) -> SanctionView:
    """每条限制可申诉一次；处理期间限制继续有效，结果以消息告知。"""
    return _view(await appeals.file(code=code, text=body.text, by=actor(who)))


def _view(one: credit.Held) -> SanctionView:
    return SanctionView(
        code=one.code,
        state=one.state,
        label=credit.STATE_NAMES[one.state],
        reason=one.reason,
        where=one.where,
        begins_at=one.begins_at,
        until=one.until,
        lifted_why=one.lifted_why,
        can_appeal=one.can_appeal,
        causes=[
            CauseView(cause.code, cause.business, cause.hall, cause.starts_at, cause.what, cause.exempt)
            for cause in one.causes
        ],
        appeal=_appeal(one),
    )


def _appeal(one: credit.Held) -> AppealView | None:
    if one.appeal_state is None or one.filed_at is None:
        return None
    return AppealView(
        state=one.appeal_state,
        label=credit.APPEAL_NAMES[one.appeal_state],
        text=one.appeal_text or "",
        reason=one.appeal_reason or "",
        filed_at=one.filed_at,
    )
