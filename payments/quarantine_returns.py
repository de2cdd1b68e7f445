"""Money in quarantine that goes back to its payer: one of finance wants it, another lets it, a job sends it.

It was never anybody's here: only when it is let go does it appear in the ledger, as money that is owed to its payer.
"""

from datetime import timedelta

from channels.payment import ChannelPayment, ChannelRefund, ChannelState, RefundRequest, RefundState
from foundation import audit, clock, crypto, database, jobs, logs, metrics, settings
from foundation.actor import Actor
from payments import gateway, ledger, sending_back, settlement, states
from payments.errors import DoesNotAgree
from payments.models import ChannelEvent, PaymentOrder
from payments.orders import NUMBER_LENGTH, RECEIVED, find, locked
from payments.quarantine_errors import (
    AgreesNow,
    MoneyIsBooked,
    NothingToSendBack,
    QuarantineNotFound,
    QuarantineOver,
    ReturnNotAsked,
    SentBackOtherwise,
)
from payments.quarantine_models import WORKED_OFF, QuarantinedNotice
from payments.refund_errors import SecondPersonNeeded

log = logs.logger(__name__)

REASON = "款项与订单不符，原路退回"
ASK_AGAIN = timedelta(minutes=1)
ASK_LONGEST = timedelta(hours=6)


async def want(*, quarantine_id: int, note: str, by: Actor) -> int:
    """Ask that the money go back; returns how many fen the channel says it holds.

    Raises QuarantineNotFound, QuarantineOver, NothingToSendBack, MoneyIsBooked, AgreesNow, SentBackOtherwise and the
    channel's refusals.
    """
    held = await QuarantinedNotice.get_or_none(id=quarantine_id)
    if held is None:
        raise QuarantineNotFound
    if held.kind != "payment":
        raise NothingToSendBack
    payment = await gateway.channel(held.channel).query(held.out_trade_no)
    if payment.state is not ChannelState.PAID or not payment.amount_fen:
        raise NothingToSendBack
    async with database.transaction():
        await _must_be_nobodys(held, payment)
        held = await _locked(quarantine_id)
        await _must_go_this_way(held)
        held.asked_by, held.return_fen, held.note = str(by), payment.amount_fen, note.strip()[:200]
        await held.save(update_fields=["asked_by", "return_fen", "note"])
        await audit.record("quarantine.return_asked", subject=f"quarantine:{held.id}", by=by, reason=note)
    return payment.amount_fen


async def _must_be_nobodys(held: QuarantinedNotice, payment: ChannelPayment) -> None:
    order = await find(channel=held.channel, out_trade_no=held.out_trade_no)
    if order is None:
        return
    if order.state in RECEIVED:
        raise MoneyIsBooked
    try:
        settlement.must_agree(order, payment)
    except DoesNotAgree:
        return
    raise AgreesNow


@database.retry_on_deadlock
async def let_go(*, quarantine_id: int, by: Actor) -> None:
    """复核: another of finance lets the money go back. The order it came for is over with it.

    Raises QuarantineNotFound, QuarantineOver, ReturnNotAsked, SecondPersonNeeded, MoneyIsBooked, SentBackOtherwise.
    """
    async with database.transaction():
        order = await _order_locked(quarantine_id)
        held = await _locked(quarantine_id)
        if not held.asked_by or not held.return_fen:
            raise ReturnNotAsked
        if held.asked_by == str(by):
            raise SecondPersonNeeded
        if order is not None and order.state in RECEIVED:
            raise MoneyIsBooked
        await _must_go_this_way(held)
        held.state, held.approved_by = "returning", str(by)
        held.return_no = f"Q{clock.today():%Y%m%d}{crypto.random_code(16)}"
        await held.save(update_fields=["state", "approved_by", "return_no"])
        if order is not None:
            await states.move_order(order, "closed", ask_at=None)  # unless it is closed already
        await ledger.received_too_much(
            channel=held.channel, amount_fen=held.return_fen, order_id=order.id if order else None
        )
        await audit.record("quarantine.return_approved", subject=f"quarantine:{held.id}", by=by)
        await jobs.enqueue(send, lock=f"quarantine:{held.id}", quarantine_id=held.id)


async def _must_go_this_way(held: QuarantinedNotice) -> None:
    await sending_back.alone(channel=held.channel, number=held.out_trade_no)
    if await sending_back.by_difference(channel=held.channel, number=held.out_trade_no):
        raise SentBackOtherwise


@jobs.job(queue="money", retries=30)
async def send(*, quarantine_id: int) -> None:
    """Ask the channel to give the money back, always under the same number."""
    held = await QuarantinedNotice.get(id=quarantine_id)
    if held.state != "returning":
        return
    answer = await gateway.channel(held.channel).refund(
        RefundRequest(
            out_trade_no=held.out_trade_no,
            out_refund_no=held.return_no or "",
            amount_fen=held.return_fen or 0,
            total_fen=held.return_fen or 0,
            reason=REASON,
            notify_url=f"{settings.current().processes.public_api_url}/callbacks/{held.channel}/pay",
        )
    )
    await note(answer)


@jobs.job(queue="money", retries=30)
async def ask(*, quarantine_id: int) -> None:
    """Ask what became of a return."""
    held = await QuarantinedNotice.get(id=quarantine_id)
    if held.state != "returning" or held.return_no is None:
        return
    channel = gateway.channel(held.channel)
    answer = await channel.query_refund(out_refund_no=held.return_no, out_trade_no=held.out_trade_no)
    if answer.state is RefundState.ABSENT:
        await send(quarantine_id=quarantine_id)
    else:
        await note(answer)


async def note(answer: ChannelRefund) -> None:
    """Take in what the channel says of a return; twice changes nothing."""
    async with database.transaction():
        held = await QuarantinedNotice.select_for_update().get_or_none(return_no=answer.out_refund_no)
        if held is None or held.state != "returning":
            return
        order = await find(channel=held.channel, out_trade_no=held.out_trade_no)
        order_id, fen = (order.id if order else None), held.return_fen or 0
        if answer.state is RefundState.DONE:
            held.state, held.closed_at = "returned", clock.now()
            await held.save(update_fields=["state", "closed_at"])
            await ChannelEvent.filter(id=held.event_id).update(outcome=WORKED_OFF)  # type: ignore[attr-defined]
            await ledger.returned(channel=held.channel, amount_fen=fen, order_id=order_id)
        elif answer.state is RefundState.CLOSED:
            await _begin_anew(held, order_id, fen)
        else:
            await _ask_later(held, answer.state)


async def _begin_anew(held: QuarantinedNotice, order_id: int | None, fen: int) -> None:
    """The channel closed the refund: the money is in quarantine again and two people decide again."""
    metrics.count("refunds_stuck_total", state="closed")
    log.error("quarantine_return_closed", quarantine_id=held.id)
    held.state, held.asked_by, held.approved_by, held.return_no, held.return_fen = "open", "", "", None, None
    await held.save()
    # taken out of the books again, as it had come in
    await ledger.returned(channel=held.channel, amount_fen=fen, order_id=order_id)


async def _ask_later(held: QuarantinedNotice, state: RefundState) -> None:
    held.asked_times += 1
    await held.save(update_fields=["asked_times"])
    if state is RefundState.ABNORMAL:
        metrics.count("refunds_stuck_total", state="abnormal")
        log.error("quarantine_return_abnormal", quarantine_id=held.id)
    at = clock.now() + min(ASK_AGAIN * 2 ** min(held.asked_times, 10), ASK_LONGEST)
    await jobs.enqueue_once(ask, mark=f"quarantine-asked:{held.id}", at=at, quarantine_id=held.id)


async def chase() -> None:
    """Returns whose job has given up are asked about again."""
    for held in await QuarantinedNotice.filter(state="returning").order_by("id"):
        await jobs.enqueue_once(ask, mark=f"quarantine-asked:{held.id}", quarantine_id=held.id)


async def is_ours(out_refund_no: str) -> bool:
    return len(out_refund_no) <= NUMBER_LENGTH and await QuarantinedNotice.exists(return_no=out_refund_no)


async def ask_by_number(out_refund_no: str) -> None:
    """A notice about a return only makes us ask."""
    await ask(quarantine_id=(await QuarantinedNotice.get(return_no=out_refund_no)).id)


async def _order_locked(quarantine_id: int) -> PaymentOrder | None:
    """The order before what is held of it, as everywhere."""
    held = await QuarantinedNotice.get_or_none(id=quarantine_id)
    if held is None:
        raise QuarantineNotFound
    if await find(channel=held.channel, out_trade_no=held.out_trade_no) is None:
        return None
    return (await locked(out_trade_no=held.out_trade_no))[1]


async def _locked(quarantine_id: int) -> QuarantinedNotice:
    held = await QuarantinedNotice.select_for_update().get(id=quarantine_id)
    if held.state != "open":
        raise QuarantineOver
    return held
