"""One attempt to pay: an order is placed here first, then at the channel, always under the same number.

An order is committed before the channel hears of it, so whatever the channel says later finds it. Nobody holds a
transaction while the channel thinks.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.errors import ChannelRefused, OrderPaid, SlowDown
from channels.payment import PaymentChannel, PaymentRequest
from foundation import audit, clock, crypto, database, idempotency, settings
from foundation.actor import Actor
from foundation.http import OutcomeUnknown, OutsideUnavailable
from identity.models import PlatformAccount
from payments import gateway, inquiry, late_fee, states
from payments.bill_errors import CheckoutOver
from payments.errors import AccountNeeded, BillAlreadySettled, BillExpired, BillWithdrawn, PaymentInProgress
from payments.models import Bill, BillItem, PaymentOrder
from payments.orders import LIVE, RECEIVED

LIFETIME = timedelta(minutes=30)
STILL_USABLE = timedelta(minutes=2)
FIRST_ASK = timedelta(seconds=15)
BY = Actor.system("checkout")


@dataclass(frozen=True)
class Checkout:
    """What the payer's client hands to the wallet, and the order to watch.

    `amount_fen` is fixed, `late_fen` is the part of it that had grown after the 限缴日期.
    """

    out_trade_no: str
    channel: str
    amount_fen: int
    late_fen: int
    expires_at: datetime
    parameters: dict[str, str]


async def begin(*, bill: Bill, channel: str, by: Actor, account_id: int | None = None, key: str = "") -> Checkout:
    """Start paying `bill` on `channel` as citizen `by`; beginning again gives the same order while it lives.

    `account_id` is the platform account the payer is signed in with: a wallet pays from its own account only. The same
    `key` gives the same order, and none when that one is over.

    Raises BillAlreadySettled, BillWithdrawn, BillExpired, AccountNeeded, PaymentInProgress, KeyReused, CheckoutOver and
    the channel's refusals.
    """
    over_there = gateway.channel(channel)
    account = await _account(by.number, channel, account_id)
    wish = Wish(bill.id, channel, account, by, key)
    order = await _place(wish)
    if not _serves(order, channel, account):
        await _leave(order)
        order = await _place(wish)
        if not _serves(order, channel, account):
            raise PaymentInProgress  # somebody else was quicker to begin anew
    if order.state == "awaiting" and order.parameters:
        return _checkout(order)
    await _prepare(over_there, order, bill.title)
    return _checkout(order)


@dataclass(frozen=True)
class Wish:
    """Who wants to pay which bill how."""

    bill_id: int
    channel: str
    account: PlatformAccount
    by: Actor
    key: str


async def _prepare(over_there: PaymentChannel, order: PaymentOrder, title: str) -> None:
    """Place the order at its channel. Whatever is not certain leaves it alive, to be asked about by its number."""
    request = PaymentRequest(
        out_trade_no=order.out_trade_no,
        amount_fen=order.amount_fen,
        description=title,
        payer_openid=order.payer_openid,
        expires_at=order.expires_at,
        notify_url=f"{settings.current().processes.public_api_url}/callbacks/{order.channel}/pay",
    )
    try:
        prepared = await over_there.prepare(request)
    except OrderPaid:
        await inquiry.ask(order.id)
        raise
    except OutcomeUnknown:
        await states.move_order(order, "unknown", by=BY)
        raise
    except (OutsideUnavailable, SlowDown):
        raise  # nothing happened over there: the order stands, and trying again uses its number
    except ChannelRefused:
        await states.move_order(order, "closed", by=BY, ask_at=None)
        raise
    await _await_payment(order, prepared.parameters)


async def _await_payment(order: PaymentOrder, parameters: dict[str, str]) -> None:
    """The channel knows the order. What it told of it before its answer came stands. Raises as `begin`."""
    if await states.move_order(order, "awaiting", parameters=parameters):
        return
    await order.refresh_from_db()
    if order.state != "awaiting":  # paid, or closed by who began on another channel
        raise BillAlreadySettled if order.state in RECEIVED else PaymentInProgress
    order.parameters = parameters  # another tap was as quick


def _serves(order: PaymentOrder, channel: str, account: PlatformAccount) -> bool:
    """Whether this account can still pay this order on `channel`."""
    in_time = order.expires_at - clock.now() >= STILL_USABLE
    return in_time and (order.channel, order.payer_openid) == (channel, account.openid)


async def _account(citizen_id: int, channel: str, account_id: int | None) -> PlatformAccount:
    """The account that pays: the one signed in with, else the citizen's latest on this channel's platform."""
    app_id = _payee(channel)[0]
    theirs = await PlatformAccount.filter(citizen_id=citizen_id, platform=channel, app_id=app_id).order_by("-id")
    if not theirs:
        raise AccountNeeded
    return next((one for one in theirs if one.id == account_id), theirs[0])


def _payee(channel: str) -> tuple[str, str]:
    """(app id, merchant) under which we are paid on `channel`."""
    ours = settings.current()
    if channel == "wechat":
        return ours.wechat.app_id, ours.wechat_pay.merchant_id
    return ours.alipay.app_id, ours.alipay.seller_id


@database.retry_on_deadlock
async def _place(wish: Wish) -> PaymentOrder:
    """The live order of the bill, or a new one, under the bill's lock; the partial unique index has the last word."""
    async with database.transaction(), _remembered(wish) as memory:
        bill = await Bill.select_for_update().get(id=wish.bill_id)
        if memory is not None and memory.answer:
            return await _same_again(memory.answer)
        _must_be_open(bill)
        live = await PaymentOrder.filter(bill=bill, state__in=LIVE).first()
        order = live or await _new(bill, wish)
        if memory is not None and _serves(order, wish.channel, wish.account):
            await memory.keep(order.out_trade_no)
        return order


@asynccontextmanager
async def _remembered(wish: Wish) -> AsyncIterator[idempotency.Memory | None]:
    """The memory of the payer's key, if there is one: asked for before the bill is locked, as everywhere."""
    if not wish.key:
        yield None
        return
    async with idempotency.once(f"checkout:{wish.by.number}", wish.key, [wish.bill_id, wish.channel]) as memory:
        yield memory


async def _same_again(out_trade_no: str) -> PaymentOrder:
    """The order that the key began. Raises BillAlreadySettled, CheckoutOver."""
    order = await PaymentOrder.get(out_trade_no=out_trade_no)
    if order.state in RECEIVED:
        raise BillAlreadySettled
    if order.state == "closed" or order.expires_at - clock.now() < STILL_USABLE:
        raise CheckoutOver
    return order


async def _new(bill: Bill, wish: Wish) -> PaymentOrder:
    """A new order of what is due today: from here on its amount is fixed, however long the payer takes."""
    due = late_fee.due(bill, await BillItem.filter(bill=bill))
    if not due.payable:
        raise BillExpired
    app_id, merchant_id = _payee(wish.channel)
    order = await PaymentOrder.create(
        bill=bill,
        bill_version=bill.version,
        channel=wish.channel,
        out_trade_no=f"P{clock.today():%Y%m%d}{crypto.random_code(16)}",
        amount_fen=due.fen,
        late_fen=due.late_fen,
        breakdown=due.breakdown(),
        payer_id=wish.by.number,
        payer_openid=wish.account.openid,
        app_id=app_id,
        merchant_id=merchant_id,
        expires_at=(clock.now() + LIFETIME).replace(microsecond=0),
        ask_at=clock.now() + FIRST_ASK,
    )
    detail = {"channel": wish.channel, "order": order.id}
    await audit.record("order.placed", subject=f"bill:{bill.id}", by=wish.by, detail=detail)
    return order


def _must_be_open(bill: Bill) -> None:
    if bill.state == "withdrawn":
        raise BillWithdrawn
    if bill.state != "unpaid":
        raise BillAlreadySettled


async def _leave(order: PaymentOrder) -> None:
    """Another channel or account, or hardly any time left: the order is asked about, closed over there and asked about
    again before it is closed here."""
    await inquiry.ask(order.id, closing=True)
    if await PaymentOrder.exists(id=order.id, state__in=LIVE):
        raise PaymentInProgress


def _checkout(order: PaymentOrder) -> Checkout:
    return Checkout(
        order.out_trade_no,
        order.channel,
        order.amount_fen,
        order.late_fen,
        order.expires_at,
        dict(order.parameters or {}),
    )
