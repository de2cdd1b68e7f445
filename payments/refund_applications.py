"""退款申请: who wants money to go back, and who else lets it.

A citizen applies and one of finance takes it up, or one of finance asks by themselves. Another of finance approves:
only then is there a refund. Whoever asks says how much they believe can still be refunded; when that is no longer so
they look again.
"""

from typing import Any

from tortoise.exceptions import IntegrityError

from channels.payment import BankCard
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.events import tell
from payments import refund_repairs, refund_troubles, refunds
from payments.errors import RefundTooMuch
from payments.events import RefundRefused
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import locked
from payments.refund_errors import (
    ApplicationDecided,
    ApplicationNotFound,
    NothingToRefund,
    NotTakenUp,
    ReasonFault,
    RefundableChanged,
    RefundAlreadyAsked,
    SecondPersonNeeded,
)
from payments.refund_models import RefundApplication

OPEN = ("applied", "asked")
REASON_LENGTH = (5, 200)


async def apply(*, bill: Bill, amount_fen: int | None, reason: str, by: Actor) -> RefundApplication:
    """A citizen asks finance for money back: `amount_fen`, or all that can be refunded.

    `bill` is one that concerns them (`bills.one_for`). Raises ReasonFault, NothingToRefund, RefundTooMuch,
    RefundAlreadyAsked.
    """
    reason = checked_reason(reason)
    order = await _received_order(bill, by)
    async with database.transaction():
        _, order = await locked(id=order.id)
        left = await _refundable(order)
        if not left:
            raise NothingToRefund
        made = await _open(order, amount_fen or left, left, reason, state="applied", applied_by=str(by))
        await audit.record("refund.applied", subject=f"order:{order.id}", by=by, reason=reason)
        return made


async def _received_order(bill: Bill, by: Actor) -> PaymentOrder:
    """The order that settled the bill, for whoever may see the bill; else what this citizen paid in vain."""
    found = await PaymentOrder.get_or_none(bill=bill, settles=True)
    found = found or await PaymentOrder.filter(bill=bill, payer_id=by.number, state="paid").order_by("-id").first()
    if found is None:
        raise NothingToRefund
    return found


async def ask(*, out_trade_no: str, amount_fen: int, expected_fen: int, reason: str, by: Actor) -> RefundApplication:
    """One of finance asks for a refund. `expected_fen` is what they believe can still be refunded.

    Raises OrderNotFound, ReasonFault, RefundableChanged (412), RefundTooMuch, RefundAlreadyAsked.
    """
    reason = checked_reason(reason)
    async with database.transaction():
        _, order = await locked(out_trade_no=out_trade_no)
        left = await _refundable(order)
        if left != expected_fen:
            raise RefundableChanged(detail={"refundable_fen": left})
        made = await _open(order, amount_fen, left, reason, state="asked", asked_by=str(by))
        await audit.record(
            "refund.asked", subject=f"order:{order.id}", by=by, reason=reason, detail={"fen": amount_fen}
        )
        return made


async def ask_to_repair(*, refund_id: int, reason: str, by: Actor, card: BankCard | None = None) -> RefundApplication:
    """One of finance asks that an abnormal refund go to another card of the payer, or (None) be paid by bank transfer.

    Another approves. Raises RefundNotFound, NotAbnormal, CardFault, NoOtherCard, ReasonFault, RefundAlreadyAsked.
    """
    reason = checked_reason(reason)
    way, sealed = ("card", refund_repairs.sealed(card)) if card else ("offline", "")
    async with database.transaction():
        _, order, refund = await refund_troubles.locked_refund(refund_id)
        refund_repairs.must_be_repairable(refund, order, way)
        made = await _open(
            order, refund.amount_fen, refund.amount_fen, reason, state="asked", asked_by=str(by), way=way,
            refund=refund, card_sealed=sealed,
        )  # fmt: skip
        await audit.record(f"refund.{way}_asked", subject=f"order:{order.id}", by=by, reason=reason)
        return made


async def _open(order: PaymentOrder, amount_fen: int, left: int, reason: str, **other: Any) -> RefundApplication:
    if not 0 < amount_fen <= left:
        raise RefundTooMuch
    try:
        async with database.transaction():
            return await RefundApplication.create(order=order, amount_fen=amount_fen, reason=reason, **other)
    except IntegrityError:
        raise RefundAlreadyAsked from None


async def take_up(*, application_id: int, amount_fen: int, expected_fen: int, by: Actor) -> None:
    """受理: one of finance makes a citizen's application theirs, with the amount that is right.

    Raises ApplicationNotFound, ApplicationDecided, RefundableChanged, RefundTooMuch.
    """
    async with database.transaction():
        order, one = await _locked(application_id)
        if one.state != "applied":
            raise ApplicationDecided
        left = await _refundable(order)
        if left != expected_fen:
            raise RefundableChanged(detail={"refundable_fen": left})
        if not 0 < amount_fen <= left:
            raise RefundTooMuch
        one.state, one.asked_by, one.amount_fen = "asked", str(by), amount_fen
        await one.save(update_fields=["state", "asked_by", "amount_fen"])
        await audit.record("refund.taken_up", subject=f"order:{order.id}", by=by, detail={"fen": amount_fen})


@database.retry_on_deadlock
async def approve(*, application_id: int, by: Actor, note: str = "") -> Refund:
    """复核通过: the money goes back. The asker cannot approve; the database refuses it too.

    Raises ApplicationNotFound, ApplicationDecided, NotTakenUp, SecondPersonNeeded and as `refunds.request`.
    """
    async with database.transaction():
        order, one = await _locked(application_id)
        if one.state == "applied":
            raise NotTakenUp
        if one.state != "asked":
            raise ApplicationDecided
        if one.asked_by == str(by):
            raise SecondPersonNeeded
        refund = await _carry_out(order, one, by)
        one.state, one.decided_by, one.decided_at, one.verdict = "approved", str(by), clock.now(), note.strip()[:200]
        one.refund = refund
        await one.save(update_fields=["state", "decided_by", "decided_at", "verdict", "refund_id"])
        await audit.record("refund.approved", subject=f"order:{order.id}", by=by, reason=note)
        return refund


async def _carry_out(order: PaymentOrder, one: RefundApplication, by: Actor) -> Refund:
    if one.way != "original":
        return await refund_repairs.carry_out(one)
    return await refunds.request(order=order, amount_fen=one.amount_fen, reason=one.reason[:80], by=by)


async def reject(*, application_id: int, reason: str, by: Actor) -> None:
    """不同意, or the asker takes it back. The citizen who applied is told why.

    Raises ApplicationNotFound, ApplicationDecided, ReasonFault.
    """
    reason = checked_reason(reason)
    async with database.transaction():
        order, one = await _locked(application_id)
        if one.state not in OPEN:
            raise ApplicationDecided
        one.state, one.decided_by, one.decided_at, one.verdict = "rejected", str(by), clock.now(), reason
        one.card_sealed = ""
        await one.save(update_fields=["state", "decided_by", "decided_at", "verdict", "card_sealed"])
        await audit.record("refund.rejected", subject=f"order:{order.id}", by=by, reason=reason)
        kind, _, number = one.applied_by.partition(":")
        if kind == "citizen":
            await tell(RefundRefused(order_id=order.id, application_id=one.id, citizen_id=int(number)))


async def _locked(application_id: int) -> tuple[PaymentOrder, RefundApplication]:
    """The order first, as everywhere, then its application."""
    found = await RefundApplication.get_or_none(id=application_id)
    if found is None:
        raise ApplicationNotFound
    _, order = await locked(id=found.order_id)  # type: ignore[attr-defined]
    return order, await RefundApplication.select_for_update().get(id=application_id)


async def _refundable(order: PaymentOrder) -> int:
    return refunds.refundable(order, await Refund.filter(order=order))


def checked_reason(reason: str) -> str:
    least, most = REASON_LENGTH
    reason = reason.strip()
    if not least <= len(reason) <= most:
        raise ReasonFault
    return reason
