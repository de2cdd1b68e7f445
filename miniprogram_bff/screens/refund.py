"""退款: what goes back of a bill and how far it is, and asking finance for money back."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from foundation.web import Asked, Limit, Routes
from identity.sessions import Session
from miniprogram_bff.fields import Fen, PayCode
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import RefundState
from payments import bills, refund_applications, refund_progress
from payments.errors import BillNotFound, RefundTooMuch
from payments.refund_errors import NothingToRefund, ReasonFault, RefundAlreadyAsked

routes = Routes("退款", tag="refund")


class RefundView(Struct):
    """`state`：applied asked rejected（申请）；requested processing abnormal done offline closed（退款）."""

    state: RefundState
    label: Annotated[str, Meta(examples=["退款中"])]
    amount_fen: Fen
    reason: Annotated[str, Meta(examples=["重复缴款退回"])]
    why: Annotated[str, Meta(examples=[""], description="未通过的原因")]
    asked_at: datetime
    done_at: datetime | None


class Application(Asked):
    """`amount_fen` 不填即全部可退金额."""

    reason: Annotated[str, Meta(max_length=300, examples=["家人已在窗口缴纳，重复缴款"])]
    amount_fen: Annotated[int, Meta(ge=1, le=10**13)] | None = None


@routes.get("/v1/bills/<pay_code>/refunds", access=CITIZEN, summary="退款进度", errors=(BillNotFound,))
async def refunds(pay_code: PayCode, who: Session) -> list[RefundView]:
    """退款申请和退款，新的在前；没有即为空。"""
    return await _steps(pay_code, who)


@routes.post(
    "/v1/bills/<pay_code>/refunds",
    access=CITIZEN,
    summary="申请退款",
    errors=(BillNotFound, ReasonFault, NothingToRefund, RefundTooMuch, RefundAlreadyAsked),
    limit=Limit(user=10, seconds=3600),
    status=201,
)
async def apply(pay_code: PayCode, body: Application, who: Session) -> list[RefundView]:
    """错缴、多缴时使用；财务受理并由另一人复核后原路退回，进度见退款进度。"""
    bill = await bills.one_for(pay_code=pay_code, citizen_id=who.citizen_id)
    await refund_applications.apply(bill=bill, amount_fen=body.amount_fen, reason=body.reason, by=actor(who))
    return await _steps(pay_code, who)


async def _steps(pay_code: str, who: Session) -> list[RefundView]:
    return [
        RefundView(one.state, one.label, one.amount_fen, one.reason, one.why, one.asked_at, one.done_at)
        for one in await refund_progress.of(pay_code=pay_code, citizen_id=who.citizen_id)
    ]
