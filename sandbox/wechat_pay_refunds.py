"""WeChat Pay refunds: accepted at once, final by notify or query. Amounts are fen."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sandbox import notices, scenarios, signing, wechat_pay_orders
from sandbox.memory import Shelf
from sandbox.scenarios import Manner
from sandbox.wechat_pay_errors import PayError, read
from sandbox.wechat_pay_orders import Order
from sandbox.wechat_pay_signatures import signer_for
from sandbox.world import World, rfc3339

ARRIVES_AFTER = 5
"""Seconds of the vendor's time until an ordinary refund is final."""
APART = 60
"""Seconds of the vendor's time between two refunds of one order."""
SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}
OUTCOMES = {scenarios.ABNORMAL: "ABNORMAL", scenarios.CLOSED: "CLOSED"}


class RefundAmount(msgspec.Struct):
    refund: Annotated[int, Meta(ge=1)]
    total: Annotated[int, Meta(ge=1)]
    currency: Annotated[str, Meta(pattern="^CNY$")] = "CNY"


class Wish(msgspec.Struct):
    out_refund_no: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}$")]
    amount: RefundAmount
    transaction_id: str = ""
    out_trade_no: str = ""
    reason: Annotated[str, Meta(max_length=80)] = ""
    notify_url: Annotated[str, Meta(pattern=r"^(https?://[^?#]+)?$", max_length=255)] = ""


class Repair(msgspec.Struct):
    """The body of an application for an abnormal refund."""

    out_refund_no: str
    type: Literal["USER_BANK_CARD", "MERCHANT_BANK_CARD"]
    bank_type: str = ""
    bank_account: str = ""
    real_name: str = ""


class Refund(msgspec.Struct, kw_only=True):
    """One refund. ``status``: PROCESSING, SUCCESS, CLOSED, ABNORMAL."""

    out_refund_no: str
    refund_id: str
    out_trade_no: str
    transaction_id: str
    fen: int
    total: int
    reason: str
    notify_url: str
    created_at: datetime
    status: str = "PROCESSING"
    success_at: datetime | None = None


def shelf(world: World) -> Shelf[Refund]:
    return world.memory.shelf("wechat_pay_refunds", Refund)


def ask(world: World, raw: bytes) -> dict[str, Any]:
    """Accept a refund, or answer again for the same number."""
    wish = read(raw, Wish)
    order = _paid_order(world, wish)
    known = shelf(world).get(wish.out_refund_no)
    if known:
        if (known.out_trade_no, known.fen, known.total) != (order.out_trade_no, wish.amount.refund, wish.amount.total):
            raise PayError("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
        return facts(known)
    _check_refundable(world, order, wish.amount)
    refund = accept(world, order, wish)
    if scenarios.magic(refund.fen) == scenarios.FAILS_ONCE:
        raise PayError("SYSTEM_ERROR", "系统超时，请不要更换商户退款单号，请使用相同参数再次调用API")
    return facts(refund)


def accept(world: World, order: Order, wish: Wish) -> Refund:
    """The refund is on its way; from the merchant's console it starts here too."""
    now = world.now()
    refund = Refund(
        out_refund_no=wish.out_refund_no,
        refund_id=f"503000{now:%Y%m%d}{secrets.randbelow(10**15):015d}",
        out_trade_no=order.out_trade_no,
        transaction_id=order.transaction_id,
        fen=wish.amount.refund,
        total=order.total,
        reason=wish.reason,
        notify_url=wish.notify_url,
        created_at=now,
    )
    shelf(world).put(refund.out_refund_no, refund)
    order.state = "REFUND"
    wechat_pay_orders.shelf(world).put(order.out_trade_no, order)
    wait = scenarios.LATE if scenarios.magic(refund.fen) == scenarios.PAID_LATE else ARRIVES_AFTER
    outcome = OUTCOMES.get(scenarios.magic(refund.fen), "SUCCESS")
    world.later(finish, after=world.soon(wait), out_refund_no=refund.out_refund_no, outcome=outcome)
    return refund


async def finish(world: World, out_refund_no: str, outcome: str) -> None:
    """The bank has answered: set the status and notify, as the amount steers."""
    refund = shelf(world).get(out_refund_no)
    if refund is None or refund.status not in ("PROCESSING", "ABNORMAL"):
        return
    refund.status = outcome
    refund.success_at = world.now() if outcome == "SUCCESS" else None
    shelf(world).put(out_refund_no, refund)
    steer = scenarios.magic(refund.fen)
    if refund.notify_url:
        notices.tell(
            world,
            vendor="wechat_pay",
            kind=f"REFUND.{outcome}",
            subject=out_refund_no,
            url=refund.notify_url,
            facts=_told(world, refund),
            manner=Manner(lost=steer == scenarios.NOTIFY_LOST, copies=2 if steer == scenarios.NOTIFIED_TWICE else 1),
        )


def query(world: World, out_refund_no: str) -> dict[str, Any]:
    refund = shelf(world).get(out_refund_no)
    if refund is None:
        raise PayError("RESOURCE_NOT_EXISTS", "退款单不存在")
    return facts(refund)


def repair(world: World, refund_id: str, raw: bytes, serial: str | None) -> dict[str, Any]:
    """Apply for an abnormal refund: pay it to another account, after which it succeeds.

    A payer's card and name come hidden by the key that ``serial`` names.
    """
    wish = read(raw, Repair)
    refund = next((one for one in shelf(world) if one.refund_id == refund_id), None)
    if refund is None or refund.out_refund_no != wish.out_refund_no:
        raise PayError("RESOURCE_NOT_EXISTS", "退款单不存在")
    if wish.type == "USER_BANK_CARD":
        _check_card(world, wish, serial)
    if refund.status != "ABNORMAL":
        raise PayError("INVALID_REQUEST", "退款单状态不是退款异常，不能发起异常退款")
    refund.status = "PROCESSING"
    shelf(world).put(refund.out_refund_no, refund)
    wait = world.soon(ARRIVES_AFTER)
    world.later(finish, after=wait, out_refund_no=refund.out_refund_no, outcome="SUCCESS")
    return facts(refund)


def _check_card(world: World, wish: Repair, serial: str | None) -> None:
    if not wish.bank_type:
        raise PayError("PARAM_ERROR", "退款到用户银行卡需要 bank_type", {"field": "bank_type"})
    account, name = (signing.uncover(signer_for(world, serial).key, it) for it in (wish.bank_account, wish.real_name))
    if not name or not account.isdigit():
        raise PayError(
            "PARAM_ERROR", "敏感信息解密失败，请核对Wechatpay-Serial与加密所用的公钥", {"field": "bank_account"}
        )


def of_order(world: World, out_trade_no: str) -> list[Refund]:
    return [one for one in shelf(world) if one.out_trade_no == out_trade_no]


def facts(refund: Refund) -> dict[str, Any]:
    """What a refund request and its query answer."""
    told: dict[str, Any] = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": refund.transaction_id,
        "out_trade_no": refund.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "promotion_detail": [],
        "amount": {
            "total": refund.total,
            "refund": refund.fen,
            "from": [],
            "payer_total": refund.total,
            "payer_refund": refund.fen,
            "settlement_refund": refund.fen,
            "settlement_total": refund.total,
            "discount_refund": 0,
            "currency": "CNY",
        },
    }
    return told | ({"success_time": rfc3339(refund.success_at)} if refund.success_at else {})


def _told(world: World, refund: Refund) -> dict[str, Any]:
    """What the notify tells: fewer fields than the query, and ``refund_status`` for ``status``."""
    asked = facts(refund)
    kept = ("refund_id", "out_refund_no", "transaction_id", "out_trade_no", "user_received_account", "success_time")
    amounts = {name: asked["amount"][name] for name in ("total", "refund", "payer_total", "payer_refund")}
    told = {name: asked[name] for name in kept if name in asked}
    return {"mchid": world.keys["wechat_pay_merchant_id"], "refund_status": refund.status, "amount": amounts} | told


def _paid_order(world: World, wish: Wish) -> Order:
    if wish.transaction_id:
        orders = wechat_pay_orders.shelf(world)
        order = next((one for one in orders if one.transaction_id == wish.transaction_id), None)
    else:
        order = wechat_pay_orders.find(world, wish.out_trade_no)
    if order is None:
        raise PayError("RESOURCE_NOT_EXISTS", "订单不存在")
    if not order.paid_at:
        raise PayError("INVALID_REQUEST", "订单状态错误，未支付的订单不能退款")
    return order


def _check_refundable(world: World, order: Order, amount: RefundAmount) -> None:
    earlier = of_order(world, order.out_trade_no)
    taken = sum(one.fen for one in earlier if one.status != "CLOSED")
    if amount.total != order.total:
        raise PayError("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    if taken + amount.refund > order.total:
        raise PayError("INVALID_REQUEST", "申请退款金额大于订单可退金额")
    if len(earlier) >= 50:
        raise PayError("INVALID_REQUEST", "一笔订单最多支持50次部分退款")
    if order.paid_at and world.now() - order.paid_at > timedelta(days=365):
        raise PayError("INVALID_REQUEST", "订单已超过可退款的最大期限")
    pause = timedelta(seconds=world.soon(APART))
    if earlier and world.now() - max(one.created_at for one in earlier) < pause:
        raise PayError("FREQUENCY_LIMITED", "频率限制：同一订单的两次退款请间隔1分钟")
    if scenarios.magic(amount.refund) == scenarios.BALANCE_TOO_SMALL:
        raise PayError("NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
