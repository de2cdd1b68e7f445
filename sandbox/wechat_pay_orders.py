"""WeChat Pay orders: prepay, query, close. Amounts are fen."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sandbox.memory import Shelf
from sandbox.scenarios import FAILS_ONCE, magic
from sandbox.wechat_pay_errors import PayError, read
from sandbox.world import World, rfc3339

PREPAY_LIVES = timedelta(hours=2)
STATES = {"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "REFUND": "转入退款", "CLOSED": "订单已关闭"}


class Amount(msgspec.Struct):
    total: Annotated[int, Meta(ge=1, le=10_000_000_000)]
    currency: Annotated[str, Meta(pattern="^CNY$")] = "CNY"


class Payer(msgspec.Struct):
    openid: Annotated[str, Meta(min_length=1, max_length=128)]


class Prepay(msgspec.Struct):
    """The body of a JSAPI prepay request. The real platform takes https notify addresses only; here http will do."""

    appid: Annotated[str, Meta(min_length=1, max_length=32)]
    mchid: Annotated[str, Meta(min_length=1, max_length=32)]
    description: Annotated[str, Meta(min_length=1, max_length=127)]
    out_trade_no: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*]{6,32}$")]
    notify_url: Annotated[str, Meta(pattern=r"^https?://[^?#]+$", max_length=255)]
    amount: Amount
    payer: Payer
    attach: Annotated[str, Meta(max_length=128)] = ""
    time_expire: datetime | None = None


class Closing(msgspec.Struct):
    mchid: str


class Order(msgspec.Struct, kw_only=True):
    """One order. ``asked`` is the first request."""

    out_trade_no: str
    asked: dict[str, Any]
    prepay_id: str
    prepaid_until: datetime
    created_at: datetime
    expires_at: datetime
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: datetime | None = None
    payer: str = ""
    refused: int = 0

    @property
    def total(self) -> int:
        return int(self.asked["amount"]["total"])


def shelf(world: World) -> Shelf[Order]:
    return world.memory.shelf("wechat_pay_orders", Order)


def prepay(world: World, raw: bytes) -> dict[str, str]:
    """Make the order, or repeat the answer for the same number with the same parameters."""
    wish = read(raw, Prepay)
    _check_parties(world, wish)
    asked = {name: value for name, value in msgspec.json.decode(raw).items() if name != "scene_info"}
    order = find(world, wish.out_trade_no)
    if order is None:
        order = _open(world, wish, asked)
        if magic(wish.amount.total) == FAILS_ONCE:
            raise PayError("SYSTEM_ERROR", "系统异常，系统超时，请用相同参数重新调用")
    else:
        _check_repeat(order, asked)
        _renew(world, order)
    return {"prepay_id": order.prepay_id}


def query(world: World, mchid: str | None, *, out_trade_no: str = "", transaction_id: str = "") -> dict[str, Any]:
    """The order's facts; an unpaid order has no transaction id to be found by."""
    check_mchid(world, mchid)
    if transaction_id:
        order = next((one for one in shelf(world) if one.transaction_id == transaction_id), None)
    else:
        order = find(world, out_trade_no)
    if order is None:
        raise PayError("ORDER_NOT_EXIST", "查询的订单不存在")
    return facts(world, order)


def close(world: World, out_trade_no: str, raw: bytes) -> None:
    """Close an unpaid order; closing a closed one is no fault."""
    check_mchid(world, read(raw, Closing).mchid)
    order = find(world, out_trade_no)
    if order is None:
        raise PayError("ORDER_NOT_EXIST", "订单不存在")
    if order.state in ("SUCCESS", "REFUND"):
        raise PayError("ORDERPAID", "该订单已支付")
    order.state = "CLOSED"
    shelf(world).put(order.out_trade_no, order)


def find(world: World, out_trade_no: str) -> Order | None:
    """The order of that number, closed first if its time is over."""
    order = shelf(world).get(out_trade_no)
    if order and order.state == "NOTPAY" and world.now() >= order.expires_at:
        order.state = "CLOSED"
        shelf(world).put(out_trade_no, order)
    return order


def by_prepay(world: World, prepay_id: str) -> Order | None:
    """The order a prepay_id belongs to, while that id lives."""
    order = next((one for one in shelf(world) if one.prepay_id == prepay_id), None)
    return find(world, order.out_trade_no) if order and world.now() < order.prepaid_until else None


def facts(world: World, order: Order) -> dict[str, Any]:
    """What a query answers and a notify tells."""
    told: dict[str, Any] = {
        "appid": world.keys["wechat_app_id"],
        "mchid": world.keys["wechat_pay_merchant_id"],
        "out_trade_no": order.out_trade_no,
        "trade_state": order.state,
        "trade_state_desc": STATES[order.state],
        "attach": order.asked.get("attach", ""),
        "promotion_detail": [],
        "amount": {"total": order.total, "currency": "CNY"},
    }
    if order.paid_at:
        told |= {
            "transaction_id": order.transaction_id,
            "trade_type": "JSAPI",
            "bank_type": "OTHERS",
            "success_time": rfc3339(order.paid_at),
            "payer": {"openid": order.payer},
            "amount": told["amount"] | {"payer_total": order.total, "payer_currency": "CNY"},
        }
    return told


def check_mchid(world: World, mchid: str | None) -> None:
    if not mchid:
        raise PayError("PARAM_ERROR", "参数错误：mchid 必填", {"field": "/mchid", "issue": "required"})
    if mchid != world.keys["wechat_pay_merchant_id"]:
        raise PayError("MCH_NOT_EXISTS", "商户号不存在")


def _check_parties(world: World, wish: Prepay) -> None:
    check_mchid(world, wish.mchid)
    if wish.appid != world.keys["wechat_app_id"]:
        raise PayError("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
    if wish.payer.openid.endswith("_badopenid"):
        raise PayError("OPENID_MISMATCH", "openid和appid不匹配")


def _check_repeat(order: Order, asked: dict[str, Any]) -> None:
    same = order.asked == asked
    if order.state in ("SUCCESS", "REFUND"):
        if same:
            raise PayError("ORDERPAID", "该订单已支付")
        raise PayError("OUT_TRADE_NO_USED", "商户订单号重复")
    if order.state == "CLOSED":
        raise PayError("ORDER_CLOSED", "订单已关闭")
    if not same:
        raise PayError("INVALID_REQUEST", "201 商户订单号重复")


def _open(world: World, wish: Prepay, asked: dict[str, Any]) -> Order:
    now = world.now()
    expires = wish.time_expire or now + timedelta(days=7)
    if expires.tzinfo is None or expires < now + timedelta(minutes=1):
        raise PayError("PARAM_ERROR", "time_expire 须为带时区的时间，且晚于下单时间1分钟", {"field": "/time_expire"})
    order = Order(
        out_trade_no=wish.out_trade_no,
        asked=asked,
        prepay_id=_new_prepay_id(now),
        prepaid_until=now + PREPAY_LIVES,
        created_at=now,
        expires_at=expires,
    )
    return shelf(world).put(order.out_trade_no, order)


def _renew(world: World, order: Order) -> None:
    now = world.now()
    if now >= order.prepaid_until:
        order.prepay_id, order.prepaid_until = _new_prepay_id(now), now + PREPAY_LIVES
        shelf(world).put(order.out_trade_no, order)


def _new_prepay_id(now: datetime) -> str:
    return f"wx{now:%d%H%M%S}{secrets.token_hex(13)}"
