"""What two people decided about a difference and the channel has to take part in: asked, sent back, picked up.

Every deed is a job that can be run again: the channel is asked first, and numbers are those of the first time.
"""

from channels.payment import ChannelState, RefundRequest, RefundState
from foundation import audit, clock, database, jobs, logs
from foundation.actor import Actor
from foundation.http import OutcomeUnknown
from payments import gateway, inquiry, judging, ledger, picking_up, refunds
from payments.models import PaymentOrder, Refund
from payments.reconciliation_errors import DifferenceNotFound
from payments.reconciliation_models import Difference

log = logs.logger(__name__)

BY = Actor.system("difference")


async def locked(difference_id: int) -> Difference:
    """The difference, whose row nobody else changes while the caller's transaction lasts. Raises DifferenceNotFound."""
    await database.joined().execute("select from difference where id = $1 for update", difference_id)
    found = await Difference.get_or_none(id=difference_id).prefetch_related("reconciliation")
    if found is None:
        raise DifferenceNotFound
    return found


@jobs.job(queue="money", retries=30)
async def carry_out(*, difference_id: int) -> None:
    """Do it, and see what the difference is then; what still differs is open again, with what the channel said."""
    one = await Difference.get(id=difference_id).prefetch_related("reconciliation")
    if one.state != "approved":
        return
    said = await {"ask": _ask, "send_back": _send_back, "pick_up": _pick_up}[one.resolution](one)
    async with database.transaction() as tx:
        await locked(one.id)
        await judging.judge(tx, [one.id])
        await one.refresh_from_db()
        if one.state == "approved":
            await _open_again(one, said)


async def _open_again(one: Difference, said: str) -> None:
    await reopen(one, said)
    await audit.record("difference.reopened", subject=f"difference:{one.id}", by=BY, reason=said)


def facts(one: Difference) -> str:
    """What a decision stands on, as `judging` reads it."""
    theirs, ours = ("-" if fen is None else str(fen) for fen in (one.theirs_fen, one.ours_fen))
    return f"{one.kind}:{theirs}:{ours}"


async def reopen(one: Difference, reason: str) -> None:
    one.state, one.resolution, one.reason, one.resolved_at = "open", "", reason[:200], None
    one.proposed_by, one.decided_by, one.decided_at = "", "", None
    await one.save()


async def _ask(one: Difference) -> str:
    """What the channel says of the order or refund is taken in as if it had told us by itself."""
    if one.what == "payment":
        order = await PaymentOrder.get(out_trade_no=one.number)
        said = str(await inquiry.ask(order.id))
    else:
        refund = await Refund.get(out_refund_no=one.number)
        await refunds.ask(refund_id=refund.id)
        said = await _state_of(refund)
    return f"已向渠道查询（{said}），双方仍不一致"


async def _state_of(refund: Refund) -> str:
    await refund.refresh_from_db()
    return refund.state


async def _pick_up(one: Difference) -> str:
    return await picking_up.pick_up(
        channel=one.reconciliation.channel,
        out_trade_no=one.out_trade_no,
        out_refund_no=one.number,
        amount_fen=one.theirs_fen or 0,
        by=Actor.staff(int(one.decided_by.removeprefix("staff:"))),
    )


async def _send_back(one: Difference) -> str:
    """Money for none of our orders goes back under a number of its own, and stands in the books coming and going.

    Raises OutcomeUnknown while the channel is still at it: the job comes again with the same number.
    """
    channel = gateway.channel(one.reconciliation.channel)
    paid = await channel.query(one.number)
    number = await _number_for(one)
    known = await channel.query_refund(out_refund_no=number, out_trade_no=one.number)
    if known.state is RefundState.ABSENT:
        if paid.state is not ChannelState.PAID or paid.amount_fen != one.theirs_fen:
            return "渠道查询结果与账单不符，没有退回"
        known = await channel.refund(_request(one, number))
    if known.state is RefundState.PROCESSING:
        raise OutcomeUnknown(retry_after=60)
    if known.state is not RefundState.DONE or known.amount_fen not in (None, one.theirs_fen):
        return f"渠道没有完成退回（{known.state}）"
    await _given_back(one)
    return "已退回"


async def _number_for(one: Difference) -> str:
    """The number the money goes back under, kept before the channel hears of it."""
    if not one.return_no:
        one.return_no = f"L{one.reconciliation.day:%Y%m%d}{one.id:012d}"  # the same for whoever makes it up
        await Difference.filter(id=one.id).update(return_no=one.return_no)
    return one.return_no


def _request(one: Difference, number: str) -> RefundRequest:
    assert one.theirs_fen is not None
    return RefundRequest(
        out_trade_no=one.number,
        out_refund_no=number,
        amount_fen=one.theirs_fen,
        total_fen=one.theirs_fen,
        reason="对账退回",
    )


async def _given_back(one: Difference) -> None:
    """Both postings and the end of the difference, once: whoever comes second finds it resolved."""
    async with database.transaction():
        one = await locked(one.id)
        if one.state != "approved" or one.theirs_fen is None:
            return
        await ledger.gone_through(
            channel=one.reconciliation.channel,
            amount_fen=one.theirs_fen,
            reconciliation_id=one.reconciliation.id,
            number=one.number,
        )
        one.state, one.resolved_at, one.decided_on = "resolved", clock.now(), facts(one)
        one.reason = "已退回付款人"
        await one.save()
        await audit.record("difference.given_back", subject=f"difference:{one.id}", by=BY)
