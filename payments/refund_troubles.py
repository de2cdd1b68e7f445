"""Refunds that do not arrive by themselves: asked about by hand, or given up."""

from channels.payment import RefundState
from foundation import audit, database
from foundation.actor import Actor
from payments import gateway, ledger, refunds
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import locked
from payments.refund_errors import ChannelKnowsRefund, RefundNotFound


async def ask_now(*, refund_id: int, by: Actor) -> str:
    """Staff have the channel asked at once; the state afterwards. Raises RefundNotFound and what the channel says."""
    if not await Refund.exists(id=refund_id):
        raise RefundNotFound
    await refunds.ask(refund_id=refund_id)
    async with database.transaction():
        await audit.record("refund.asked_about", subject=f"refund:{refund_id}", by=by)
    return (await Refund.get(id=refund_id)).state


async def give_up(*, refund_id: int, reason: str, by: Actor) -> None:
    """撤销 a refund which the channel has never taken: it moves no money, so one person is enough.

    Whatever still arrives under its number is taken in. Raises RefundNotFound, ChannelKnowsRefund.
    """
    found = await Refund.get_or_none(id=refund_id).prefetch_related("order")
    if found is None:
        raise RefundNotFound
    answer = await gateway.channel(found.order.channel).query_refund(
        out_refund_no=found.out_refund_no, out_trade_no=found.order.out_trade_no
    )
    if answer.state is not RefundState.ABSENT:
        await refunds.note(answer)
        raise ChannelKnowsRefund
    async with database.transaction():
        bill, order, refund = await locked_refund(refund_id)
        if refund.state not in refunds.UNDER_WAY:
            raise ChannelKnowsRefund
        refund.state = "closed"
        await refund.save(update_fields=["state"])
        if order.settles:
            await ledger.kept_after_all(unit=bill.exec_unit_code, amount_fen=refund.amount_fen, order_id=order.id)
        await audit.record("refund.given_up", subject=f"order:{order.id}", by=by, reason=reason)


async def locked_refund(refund_id: int) -> tuple[Bill, PaymentOrder, Refund]:
    """Raises RefundNotFound."""
    found = await Refund.get_or_none(id=refund_id)
    if found is None:
        raise RefundNotFound
    bill, order = await locked(id=found.order_id)  # type: ignore[attr-defined]
    return bill, order, await Refund.select_for_update().get(id=refund_id)
