"""Alipay refunds: money moves when fund_change is Y; a repeat moves nothing and says N. Amounts are fen."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sandbox import alipay_notices, alipay_trades, people, scenarios
from sandbox.alipay_errors import business, content, success
from sandbox.alipay_trades import Money, Trade, Which, fen_of, logon_id, named
from sandbox.memory import Shelf
from sandbox.rendering import yuan
from sandbox.scenarios import Manner
from sandbox.world import World, beijing


class Wish(msgspec.Struct):
    """biz_content of alipay.trade.refund."""

    refund_amount: Money
    out_trade_no: str = ""
    trade_no: str = ""
    out_request_no: Annotated[str, Meta(max_length=64)] = ""
    refund_reason: Annotated[str, Meta(max_length=256)] = ""


class Question(msgspec.Struct):
    """biz_content of alipay.trade.fastpay.refund.query."""

    out_request_no: Annotated[str, Meta(min_length=1)]
    out_trade_no: str = ""
    trade_no: str = ""
    query_options: list[str] = []


class Refund(msgspec.Struct, kw_only=True):
    """One refund of a trade; ``moved_at`` is when the money moved."""

    out_request_no: str
    out_trade_no: str
    fen: int
    reason: str
    moved_at: datetime | None = None


def shelf(world: World) -> Shelf[Refund]:
    return world.memory.shelf("alipay_refunds", Refund)


def ask(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.trade.refund"""
    wish = content(params, Wish)
    trade = named(world, Which(wish.out_trade_no, wish.trade_no))
    fen, number = fen_of(wish.refund_amount), wish.out_request_no or trade.out_trade_no
    known = shelf(world).get(_key(trade, number))
    if known:
        if known.fen != fen:
            raise business("ACQ.DISCORDANT_REPEAT_REQUEST")
        return _answer(trade, known, changed=False)
    _check(trade, wish, fen)
    refund = give(world, trade, number=number, fen=fen, reason=wish.refund_reason)
    if scenarios.magic(fen) == scenarios.FAILS_ONCE:
        raise business("ACQ.SYSTEM_ERROR")
    return _answer(trade, refund, changed=refund.moved_at is not None)


def give(world: World, trade: Trade, *, number: str, fen: int, reason: str) -> Refund:
    """Start the refund, at once or as its amount steers; from the merchant's console it starts here too."""
    refund = Refund(out_request_no=number, out_trade_no=trade.out_trade_no, fen=fen, reason=reason)
    shelf(world).put(_key(trade, number), refund)
    if scenarios.magic(fen) in (scenarios.ABNORMAL, scenarios.PAID_LATE):
        world.later(move_late, after=world.soon(scenarios.LATE), out_trade_no=trade.out_trade_no, number=number)
    else:
        _move(world, trade, refund)
    return refund


async def move_late(world: World, out_trade_no: str, number: str) -> None:
    trade = alipay_trades.find(world, out_trade_no=out_trade_no)
    refund = shelf(world).get(f"{out_trade_no} {number}")
    if trade and refund and refund.moved_at is None:
        _move(world, trade, refund)


def query(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.trade.fastpay.refund.query; what is not refunded is answered without any refund field."""
    question = content(params, Question)
    trade = named(world, Which(question.out_trade_no, question.trade_no))
    refund = shelf(world).get(_key(trade, question.out_request_no))
    if refund is None or refund.moved_at is None:
        return success()
    moved = beijing(refund.moved_at) if "gmt_refund_pay" in question.query_options else None
    return success(
        out_trade_no=trade.out_trade_no,
        trade_no=trade.trade_no,
        out_request_no=refund.out_request_no,
        total_amount=yuan(trade.fen),
        refund_amount=yuan(refund.fen),
        refund_reason=refund.reason,
        refund_status="REFUND_SUCCESS",
        gmt_refund_pay=moved,
    )


def _check(trade: Trade, wish: Wish, fen: int) -> None:
    if fen < 1:
        raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR")
    if trade.status == "TRADE_FINISHED":
        raise business("ACQ.TRADE_HAS_FINISHED")
    if not trade.paid or trade.status == "TRADE_CLOSED":
        raise business("ACQ.TRADE_STATUS_ERROR")
    if fen != trade.fen and not wish.out_request_no:
        raise business("ACQ.INVALID_PARAMETER", "参数无效：部分退款必须传 out_request_no")
    if trade.refunded + fen > trade.fen:
        raise business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    if scenarios.magic(fen) == scenarios.BALANCE_TOO_SMALL:
        raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH")


def _move(world: World, trade: Trade, refund: Refund) -> None:
    now = world.now()
    refund.moved_at = now
    shelf(world).put(_key(trade, refund.out_request_no), refund)
    trade.refunded += refund.fen
    if trade.refunded == trade.fen:
        trade.status, trade.closed_at = "TRADE_CLOSED", now
    alipay_trades.shelf(world).put(trade.out_trade_no, trade)
    steer = scenarios.magic(refund.fen)
    manner = Manner(lost=steer == scenarios.NOTIFY_LOST, copies=2 if steer == scenarios.NOTIFIED_TWICE else 1)
    alipay_notices.tell(world, trade, manner=manner, refund=(refund.out_request_no, now))


def _answer(trade: Trade, refund: Refund, *, changed: bool) -> dict[str, Any]:
    """``refund_fee`` is the sum of all refunds of the trade, not this one's amount."""
    person = people.by_alipay(trade.buyer)
    return success(
        trade_no=trade.trade_no,
        out_trade_no=trade.out_trade_no,
        buyer_logon_id=logon_id(person),
        buyer_user_id=person.alipay_user_id,
        buyer_open_id=person.alipay_open_id,
        fund_change="Y" if changed else "N",
        refund_fee=yuan(trade.refunded),
        send_back_fee=yuan(refund.fen) if changed else None,
        gmt_refund_pay=beijing(refund.moved_at) if refund.moved_at else None,
    )


def _key(trade: Trade, number: str) -> str:
    return f"{trade.out_trade_no} {number}"
