"""One attempt to pay: an order is placed here first, then at the channel, always under the same number.

An order is committed before the channel hears of it, so whatever the channel says later finds it. Nobody holds a
transaction while the channel thinks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.errors import ChannelRefused, OrderPaid, SlowDown
from channels.payment import PaymentChannel, PaymentRequest
from foundation import audit, clock, crypto, database, settings
from foundation.actor import Actor
from foundation.http import OutcomeUnknown, OutsideUnavailable
from identity.models import PlatformAccount
from payments import gateway, inquiry
from payments.errors import AccountNeeded, BillAlreadySettled, BillExpired, BillWithdrawn, PaymentInProgress
from payments.models import Bill, PaymentOrder
from payments.orders import LIVE

LIFETIME = timedelta(minutes=30)
STILL_USABLE = timedelta(minutes=2)
FIRST_ASK = timedelta(seconds=15)


@dataclass(frozen=True)
class Checkout:
    """What the payer's client hands to the wallet, and the order to watch."""

    out_trade_no: str
    channel: str
    amount_fen: int
    expires_at: datetime
    parameters: dict[str, str]


async def begin(*, bill: Bill, channel: str, by: Actor, account_id: int | None = None) -> Checkout:
    """Start paying `bill` on `channel` as citizen `by`; beginning again gives the same order while it lives.

    `account_id` is the platform account the payer is signed in with: a wallet pays from its own account only.

    Raises BillAlreadySettled, BillWithdrawn, BillExpired, AccountNeeded, PaymentInProgress and the channel's refusals.
    """
    over_there = gateway.channel(channel)
    account = await _account(by.number, channel, account_id)
    order = await _place(bill.id, channel, account, by)
    if not _serves(order, channel, account):
        await _leave(order)
        order = await _place(bill.id, channel, account, by)
        if not _serves(order, channel, account):
            raise PaymentInProgress  # somebody else was quicker to begin anew
    if order.state == "awaiting" and order.parameters:
        return _checkout(order)
    await _prepare(over_there, order, bill.title)
    return _checkout(order)


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
        await _become(order, "unknown")
        raise
    except (OutsideUnavailable, SlowDown):
        raise  # nothing happened over there: the order stands, and trying again uses its number
    except ChannelRefused:
        await _become(order, "closed")
        raise
    await _become(order, "awaiting", prepared.parameters)


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
async def _place(bill_id: int, channel: str, account: PlatformAccount, by: Actor) -> PaymentOrder:
    """The live order of the bill, or a new one, under the bill's lock; the partial unique index has the last word."""
    async with database.transaction():
        bill = await Bill.select_for_update().get(id=bill_id)
        _must_be_payable(bill)
        live = await PaymentOrder.filter(bill=bill, state__in=LIVE).first()
        if live is not None:
            return live
        app_id, merchant_id = _payee(channel)
        order = await PaymentOrder.create(
            bill=bill,
            channel=channel,
            out_trade_no=f"P{clock.today():%Y%m%d}{crypto.random_code(16)}",
            amount_fen=bill.total_fen,
            payer_id=by.number,
            payer_openid=account.openid,
            app_id=app_id,
            merchant_id=merchant_id,
            expires_at=(clock.now() + LIFETIME).replace(microsecond=0),
            ask_at=clock.now() + FIRST_ASK,
        )
        await audit.record("order.placed", subject=f"bill:{bill.id}", by=by, detail={"channel": channel})
        return order


def _must_be_payable(bill: Bill) -> None:
    if bill.state == "withdrawn":
        raise BillWithdrawn
    if bill.state != "unpaid":
        raise BillAlreadySettled
    if bill.expire_date is not None and bill.expire_date < clock.today():
        raise BillExpired


async def _leave(order: PaymentOrder) -> None:
    """Another channel or account, or hardly any time left: the order is asked about, closed over there and asked about
    again before it is closed here."""
    await inquiry.ask(order.id, closing=True)
    if await PaymentOrder.exists(id=order.id, state__in=LIVE):
        raise PaymentInProgress


async def _become(order: PaymentOrder, state: str, parameters: dict[str, str] | None = None) -> None:
    """Move a live order on. One that was paid or closed meanwhile stays what it is."""
    before = ("created", "unknown") if state == "unknown" else LIVE  # another try may have had an answer meanwhile
    order.state, order.parameters = state, parameters
    await PaymentOrder.filter(id=order.id, state__in=before).update(state=state, parameters=parameters)


def _checkout(order: PaymentOrder) -> Checkout:
    return Checkout(order.out_trade_no, order.channel, order.amount_fen, order.expires_at, dict(order.parameters or {}))
