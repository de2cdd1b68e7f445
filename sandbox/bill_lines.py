"""What stands on a vendor's bill: the payments and refunds of the days, and on demand what should not be there.

A line can be left out, falsified or put on another day, a line too many added; the file can be late, cut short, or be
another than its hash says. What truly happened stays as it is: queries, notifies and the fund flow tell that.
"""

import zlib
from datetime import date, datetime

import msgspec

from sandbox import alipay_refunds, alipay_trades, wechat_pay_orders, wechat_pay_refunds
from sandbox.memory import Shelf
from sandbox.world import BEIJING, World


class BillLine(msgspec.Struct, kw_only=True):
    """One payment, or (with ``out_refund_no``) one refund. Amounts are fen."""

    out_trade_no: str
    transaction_no: str
    fen: int
    at: datetime
    created_at: datetime
    subject: str
    payer: str
    attach: str = ""
    out_refund_no: str = ""
    refund_no: str = ""
    reason: str = ""

    @property
    def is_refund(self) -> bool:
        return bool(self.out_refund_no)


class Distortion(msgspec.Struct):
    """How the line of an order's or a refund's number is told: another amount (0: not at all), another moment."""

    fen: int | None = None
    at: datetime | None = None


class Extra(msgspec.Struct):
    """A line about something that never happened."""

    number: str
    fen: int
    refund_no: str = ""
    at: datetime | None = None


class Faults(msgspec.Struct):
    """What is wrong with a vendor's files while it is switched on."""

    late: bool = False
    wrong_hash: bool = False
    cut: bool = False
    extra: list[Extra] = []


def distortions(world: World) -> Shelf[Distortion]:
    """By vendor and number: ``wechat BILL-1``."""
    return world.memory.shelf("bill_distortions", Distortion)


def faults(world: World, vendor: str) -> Faults:
    return _faults(world).get(vendor) or Faults()


def set_faults(world: World, vendor: str, wanted: Faults) -> None:
    _faults(world).put(vendor, wanted)


def knows(world: World, vendor: str, number: str) -> bool:
    """Whether an order or a refund has this number."""
    return any(number in (line.out_trade_no, line.out_refund_no) for line in _all(world, vendor))


def truly(world: World, vendor: str, first: date, last: date) -> list[BillLine]:
    """What happened on these days, oldest first."""
    return _within(_all(world, vendor), first, last)


def between(world: World, vendor: str, first: date, last: date) -> list[BillLine]:
    """The lines of these days, as they happened or as they are distorted, oldest first."""
    lines = [_distorted(world, vendor, line) for line in _all(world, vendor)]
    lines += [_made_up(one, first) for one in faults(world, vendor).extra]
    return _within(lines, first, last)


def _within(lines: list[BillLine], first: date, last: date) -> list[BillLine]:
    there = [one for one in lines if one.fen and first <= one.at.astimezone(BEIJING).date() <= last]
    return sorted(there, key=lambda line: line.at)


def _all(world: World, vendor: str) -> list[BillLine]:
    return _wechat(world) if vendor == "wechat" else _alipay(world)


def _faults(world: World) -> Shelf[Faults]:
    return world.memory.shelf("bill_faults", Faults)


def _distorted(world: World, vendor: str, line: BillLine) -> BillLine:
    how = distortions(world).get(f"{vendor} {line.out_refund_no or line.out_trade_no}") or Distortion()
    fen = line.fen if how.fen is None else how.fen
    return msgspec.structs.replace(line, fen=fen, at=how.at or line.at)


def _made_up(one: Extra, day: date) -> BillLine:
    at = one.at or datetime(day.year, day.month, day.day, 12, tzinfo=BEIJING)
    return BillLine(
        out_trade_no=one.number,
        transaction_no=f"{at:%Y%m%d}{zlib.crc32(one.number.encode()):015d}",
        fen=one.fen,
        at=at,
        created_at=at,
        subject="多出的一笔",
        payer="",
        out_refund_no=one.refund_no,
        refund_no=f"extra{one.refund_no}" if one.refund_no else "",
    )


def _wechat(world: World) -> list[BillLine]:
    orders = wechat_pay_orders.shelf(world)
    lines = [_wechat_line(one, one.total, one.paid_at) for one in orders if one.paid_at]
    for refund in wechat_pay_refunds.shelf(world):
        order = orders.get(refund.out_trade_no)
        if order and refund.success_at:
            numbers = {"out_refund_no": refund.out_refund_no, "refund_no": refund.refund_id, "reason": refund.reason}
            line = _wechat_line(order, refund.fen, refund.success_at)
            lines.append(msgspec.structs.replace(line, created_at=refund.created_at, **numbers))
    return lines


def _wechat_line(order: wechat_pay_orders.Order, fen: int, at: datetime) -> BillLine:
    return BillLine(
        out_trade_no=order.out_trade_no,
        transaction_no=order.transaction_id,
        fen=fen,
        at=at,
        created_at=order.created_at,
        subject=order.asked["description"],
        attach=order.asked.get("attach", ""),
        payer=order.payer,
    )


def _alipay(world: World) -> list[BillLine]:
    trades = alipay_trades.shelf(world)
    lines = [_alipay_line(one, one.fen, one.paid_at) for one in trades if one.paid_at]
    for refund in alipay_refunds.shelf(world):
        trade = trades.get(refund.out_trade_no)
        if trade and refund.moved_at:
            line = _alipay_line(trade, refund.fen, refund.moved_at)
            numbers = {"out_refund_no": refund.out_request_no, "reason": refund.reason}
            lines.append(msgspec.structs.replace(line, **numbers))
    return lines


def _alipay_line(trade: alipay_trades.Trade, fen: int, at: datetime) -> BillLine:
    return BillLine(
        out_trade_no=trade.out_trade_no,
        transaction_no=trade.trade_no,
        fen=fen,
        at=at,
        created_at=trade.created_at,
        subject=trade.subject,
        payer=trade.buyer,
    )
