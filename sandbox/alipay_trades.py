"""Alipay trades: create, query, close. Amounts on the wire are yuan with two decimals, here fen."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sandbox import people, scenarios
from sandbox.alipay_errors import business, content, success
from sandbox.alipay_signatures import in_cert_mode
from sandbox.memory import Shelf
from sandbox.rendering import yuan
from sandbox.world import BEIJING, World, beijing

Money = Annotated[str, Meta(pattern=r"^\d{1,9}(\.\d{1,2})?$")]
Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_]{1,64}$")]


class Wish(msgspec.Struct):
    """biz_content of alipay.trade.create."""

    out_trade_no: Number
    total_amount: Money
    subject: Annotated[str, Meta(min_length=1, max_length=256)]
    product_code: str = ""
    op_app_id: str = ""
    buyer_id: str = ""
    buyer_open_id: str = ""
    op_buyer_open_id: str = ""
    seller_id: str = ""
    body: Annotated[str, Meta(max_length=128)] = ""
    passback_params: str = ""
    timeout_express: Annotated[str, Meta(pattern=r"^(\d+[mhd]|1c)?$")] = ""
    time_expire: str = ""


class Which(msgspec.Struct):
    """biz_content that names a trade."""

    out_trade_no: str = ""
    trade_no: str = ""


class Trade(msgspec.Struct, kw_only=True):
    """One trade."""

    trade_no: str
    out_trade_no: str
    fen: int
    subject: str
    asked: dict[str, str]
    buyer: str
    notify_url: str
    cert_mode: bool
    created_at: datetime
    expires_at: datetime
    status: str = "WAIT_BUYER_PAY"
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunded: int = 0
    refused: int = 0

    @property
    def paid(self) -> bool:
        return self.paid_at is not None


def shelf(world: World) -> Shelf[Trade]:
    return world.memory.shelf("alipay_trades", Trade)


def create(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.trade.create: the trade exists from now on; the same request again gets the same trade."""
    wish = content(params, Wish)
    _check(world, wish)
    asked = {name: value for name, value in msgspec.to_builtins(wish).items() if value != ""}
    trade = find(world, out_trade_no=wish.out_trade_no)
    if trade is None:
        trade = _open(world, params, wish, asked)
        if scenarios.magic(trade.fen) == scenarios.FAILS_ONCE:
            raise business("ACQ.SYSTEM_ERROR")
    elif trade.paid:
        raise business("ACQ.TRADE_HAS_SUCCESS")
    elif trade.status == "TRADE_CLOSED":
        raise business("ACQ.TRADE_HAS_CLOSE")
    elif trade.asked != asked:
        raise business("ACQ.CONTEXT_INCONSISTENT")
    return success(out_trade_no=trade.out_trade_no, trade_no=trade.trade_no)


def query(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.trade.query"""
    return success(**facts(named(world, content(params, Which))))


def close(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.trade.close: only a trade that waits for its payer can be closed."""
    trade = named(world, content(params, Which))
    if trade.status != "WAIT_BUYER_PAY":
        raise business("ACQ.TRADE_STATUS_ERROR")
    shut(world, trade)
    return success(out_trade_no=trade.out_trade_no, trade_no=trade.trade_no)


def shut(world: World, trade: Trade) -> None:
    trade.status, trade.closed_at = "TRADE_CLOSED", world.now()
    shelf(world).put(trade.out_trade_no, trade)


def find(world: World, *, out_trade_no: str = "", trade_no: str = "") -> Trade | None:
    """The trade of either number, closed first if its time is over."""
    trade = shelf(world).get(out_trade_no)
    if trade_no:
        trade = next((one for one in shelf(world) if one.trade_no == trade_no), None)
    if trade and trade.status == "WAIT_BUYER_PAY" and world.now() >= trade.expires_at:
        shut(world, trade)
    return trade


def named(world: World, which: Which) -> Trade:
    """The trade a call names; ACQ.TRADE_NOT_EXIST when there is none."""
    trade = find(world, out_trade_no=which.out_trade_no, trade_no=which.trade_no)
    if trade is None:
        raise business("ACQ.TRADE_NOT_EXIST")
    return trade


def facts(trade: Trade) -> dict[str, Any]:
    """What a query answers."""
    person, paid = people.by_alipay(trade.buyer), yuan(trade.fen) if trade.paid else "0.00"
    told: dict[str, Any] = {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": trade.status,
        "total_amount": yuan(trade.fen),
        "buyer_logon_id": logon_id(person),
        "buyer_user_id": person.alipay_user_id,
        "buyer_open_id": person.alipay_open_id,
        "buyer_user_type": "PRIVATE",
        "buyer_pay_amount": paid,
        "receipt_amount": paid,
        "invoice_amount": paid,
        "point_amount": "0.00",
    }
    if trade.paid_at:
        told["send_pay_date"] = beijing(trade.paid_at)
        told["fund_bill_list"] = [{"amount": paid, "fund_channel": "ALIPAYACCOUNT"}]
    return told


def logon_id(person: people.Person) -> str:
    return f"{person.phone[:3]}****{person.phone[-2:]}"


def fen_of(text: str) -> int:
    """12.3 → 1230"""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _check(world: World, wish: Wish) -> None:
    buyer = wish.buyer_open_id or wish.op_buyer_open_id or wish.buyer_id
    if fen_of(wish.total_amount) < 1:
        raise business("ACQ.INVALID_PARAMETER", "参数无效：total_amount 最小为0.01")
    if not buyer:
        raise business("ACQ.INVALID_PARAMETER", "参数无效：买家信息不能为空（buyer_open_id 或 buyer_id）")
    if buyer.endswith("_badopenid") or (wish.buyer_id and not re.fullmatch(r"2088\d{12}", wish.buyer_id)):
        raise business("ACQ.BUYER_NOT_EXIST")
    if wish.product_code == "JSAPI_PAY" and wish.op_app_id != world.keys["alipay_app_id"]:
        raise business("ACQ.INVALID_PARAMETER", "参数无效：JSAPI_PAY 需要 op_app_id")
    if wish.seller_id and wish.seller_id != world.keys["alipay_seller_id"]:
        raise business("ACQ.INVALID_PARAMETER", "参数无效：seller_id 与签约账号不一致")


def _open(world: World, params: dict[str, str], wish: Wish, asked: dict[str, str]) -> Trade:
    now = world.now()
    trade = Trade(
        trade_no=f"{now:%Y%m%d}22001{secrets.randbelow(10**15):015d}",
        out_trade_no=wish.out_trade_no,
        fen=fen_of(wish.total_amount),
        subject=wish.subject,
        asked=asked,
        buyer=wish.buyer_open_id or wish.op_buyer_open_id or wish.buyer_id,
        notify_url=params.get("notify_url", ""),
        cert_mode=in_cert_mode(params),
        created_at=now,
        expires_at=_expiry(now, wish),
    )
    return shelf(world).put(trade.out_trade_no, trade)


def _expiry(now: datetime, wish: Wish) -> datetime:
    if wish.time_expire:
        try:
            return datetime.strptime(wish.time_expire, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except ValueError as fault:
            raise business("ACQ.INVALID_PARAMETER", "参数无效：time_expire 格式为yyyy-MM-dd HH:mm:ss") from fault
    if wish.timeout_express == "1c":
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    text = wish.timeout_express or "15d"
    return now + int(text[:-1]) * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[text[-1]]
