"""退款异常处理: an abnormal refund, whose money no longer gets to where it came from, reaches its payer another way.

Two people decide (`refund_applications`). Either the channel sends it to another card of the payer, or it is paid by
bank transfer and the channel gives the money back to us.
"""

import json
import re
from dataclasses import asdict
from datetime import timedelta

from channels.payment import BankCard, ChannelRefund, RefundState, RepairsRefunds
from foundation import clock, crypto, database, jobs
from identity.realname import masked_name
from payments import gateway, ledger, refunds
from payments.models import PaymentOrder, Refund
from payments.refund_errors import CardFault, NoOtherCard, NotAbnormal
from payments.refund_models import RefundApplication
from payments.refund_troubles import locked_refund

OFFLINE = "bank:offline"  # what units have paid out of their own bank accounts
LOOK_AGAIN = timedelta(hours=1)
BANK_TYPE, ACCOUNT, HOLDER = re.compile("[A-Z0-9_]{2,40}"), re.compile("[0-9]{8,30}"), re.compile(r"\S.{0,48}\S")


def sealed(card: BankCard) -> str:
    """The card as an application keeps it. Raises CardFault."""
    given = ((BANK_TYPE, card.bank_type), (ACCOUNT, card.account), (HOLDER, card.holder))
    if not all(shape.fullmatch(one) for shape, one in given):
        raise CardFault
    return crypto.seal(json.dumps(asdict(card), ensure_ascii=False))


def masked_card(one: RefundApplication) -> str:
    """The card as the second person compares it with the paper; empty once the channel has it."""
    if not one.card_sealed:
        return ""
    card = BankCard(**json.loads(crypto.open_sealed(one.card_sealed)))
    return f"{card.bank_type} 尾号 {card.account[-4:]} {masked_name(card.holder)}"


def must_be_repairable(refund: Refund, order: PaymentOrder, way: str) -> None:
    """Raises NotAbnormal, NoOtherCard."""
    if refund.state != "abnormal":
        raise NotAbnormal
    if way == "card" and not isinstance(gateway.channel(order.channel), RepairsRefunds):
        raise NoOtherCard


async def carry_out(one: RefundApplication) -> Refund:
    """In the transaction of its approval. Raises NotAbnormal."""
    refund_id: int = one.refund_id  # type: ignore[attr-defined]
    bill, order, refund = await locked_refund(refund_id)
    must_be_repairable(refund, order, one.way)
    if one.way == "card":
        await jobs.enqueue(send_to_card, lock=f"refund:{refund.id}", application_id=one.id)
        return refund
    refund.state, refund.offline, refund.done_at = "done", True, clock.now()
    await refund.save(update_fields=["state", "offline", "done_at"])
    await ledger.post(
        ledger.Entry(ledger.OWED, refund.amount_fen), ledger.Entry(OFFLINE, -refund.amount_fen),
        order_id=order.id, memo="paid offline",
    )  # fmt: skip
    await refunds.conclude(bill, order, refund)
    await jobs.enqueue(fetch_back, lock=f"refund:{refund.id}", refund_id=refund.id)
    return refund


@jobs.job(queue="money", retries=12)
async def send_to_card(*, application_id: int) -> None:
    """Have the channel send the refund to the card; it may have been mended meanwhile, and then nothing is asked."""
    one = await RefundApplication.get(id=application_id).prefetch_related("refund__order")
    if one.state != "approved" or not one.card_sealed or one.refund is None:
        return
    card = BankCard(**json.loads(crypto.open_sealed(one.card_sealed)))
    await refunds.note(await _repaired(one.refund, card))
    await RefundApplication.filter(id=one.id).update(card_sealed="")


@jobs.job(queue="money", retries=12)
async def fetch_back(*, refund_id: int) -> None:
    """What was paid by transfer is to come back to us from the channel; looked after until it has."""
    refund = await Refund.get(id=refund_id).prefetch_related("order")
    if not refund.offline or refund.fetched_at is not None:
        return
    answer = await _repaired(refund, None)
    if answer.state is RefundState.DONE:
        await _note_fetched(refund.id)
    elif isinstance(gateway.channel(refund.order.channel), RepairsRefunds):
        at = clock.now() + LOOK_AGAIN
        await jobs.enqueue_once(fetch_back, mark=f"refund-fetched:{refund.id}", at=at, refund_id=refund.id)


async def _repaired(refund: Refund, card: BankCard | None) -> ChannelRefund:
    """The refund at the channel, sent another way if it is still abnormal there."""
    channel = gateway.channel(refund.order.channel)
    found = await channel.query_refund(out_refund_no=refund.out_refund_no, out_trade_no=refund.order.out_trade_no)
    if found.state is RefundState.ABNORMAL and isinstance(channel, RepairsRefunds):
        return await channel.repair_refund(found, to=card)
    return found


async def _note_fetched(refund_id: int) -> None:
    async with database.transaction():
        _, order, refund = await locked_refund(refund_id)
        if refund.fetched_at is not None:
            return
        refund.fetched_at = clock.now()
        await refund.save(update_fields=["fetched_at"])
        await ledger.post(
            ledger.Entry(OFFLINE, refund.amount_fen), ledger.Entry(f"channel:{order.channel}", -refund.amount_fen),
            order_id=order.id, memo="fetched back",
        )  # fmt: skip
