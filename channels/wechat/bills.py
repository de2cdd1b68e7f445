"""WeChat Pay's bills, read row by row: back-quoted fields in yuan under one line of names, totals in the last line."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from channels.bills import BillRow, BillRowKind, FundRow, exact_yuan, fen, moment, rounded_fen
from channels.errors import BillUnreadable
from channels.states import ChannelState, RefundState

REFUND_STATES = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.PROCESSING,
    "ABNORMAL": RefundState.ABNORMAL,
    "CHANGE": RefundState.ABNORMAL,
    "CLOSED": RefundState.CLOSED,
    "FAIL": RefundState.CLOSED,
}
DIRECTIONS = {"收入": 1, "支出": -1}


def trade_rows(file: BinaryIO) -> Iterator[BillRow]:
    """The rows of a trade bill of type ALL (交易账单), from the plain bytes. Raises BillUnreadable."""
    table = _Table(file)
    names = "交易时间 微信订单号 商户订单号 交易状态 微信退款单号 商户退款单号 退款状态 手续费 订单金额 申请退款金额"
    at, transaction, order, state, refund, own_refund, refund_state, fee, paid, refunded = table.columns(names)
    count, paid_sum, refunded_sum, fee_sum = 0, 0, 0, Decimal(0)
    for fields in table.rows():
        exact_fee, paid_fen, refunded_fen = exact_yuan(fields[fee]), fen(fields[paid]), fen(fields[refunded])
        count, fee_sum = count + 1, fee_sum + exact_fee
        paid_sum, refunded_sum = paid_sum + paid_fen, refunded_sum + refunded_fen
        is_payment = fields[state] == "SUCCESS"
        yield BillRow(
            kind=BillRowKind.PAYMENT if is_payment else BillRowKind.REFUND,
            out_trade_no=fields[order],
            out_refund_no=None if is_payment else fields[own_refund],
            transaction_no=fields[transaction],
            amount_fen=paid_fen if is_payment else refunded_fen,
            fee_fen=rounded_fen(exact_fee),
            at=moment(fields[at]),
            state=ChannelState.PAID if is_payment else _refund_state(fields[state], fields[refund_state]),
            refund_no=None if is_payment else fields[refund],
        )
    totals = table.totals("总交易单数 订单总金额 申请退款总金额 手续费总金额")
    if totals != [Decimal(count), Decimal(paid_sum) / 100, Decimal(refunded_sum) / 100, fee_sum]:
        raise BillUnreadable(detail={"what": "totals"})


def fund_rows(file: BinaryIO) -> Iterator[FundRow]:
    """The rows of a fund-flow bill (资金账单), from the plain bytes. Raises BillUnreadable."""
    table = _Table(file)
    names = "记账时间 微信支付业务单号 资金流水单号 业务名称 收支类型 收支金额(元) 账户结余(元) 业务凭证号"
    at, transaction, flow, business, direction, moved, balance, voucher = table.columns(names)
    counts, sums = {"收入": 0, "支出": 0}, {"收入": 0, "支出": 0}
    for fields in table.rows():
        way, amount_fen = fields[direction], fen(fields[moved])
        if way not in DIRECTIONS:
            raise BillUnreadable(detail={"what": "direction"})
        counts[way], sums[way] = counts[way] + 1, sums[way] + amount_fen
        yield FundRow(
            flow_no=fields[flow],
            transaction_no=fields[transaction],
            business=fields[business],
            amount_fen=DIRECTIONS[way] * amount_fen,
            balance_fen=fen(fields[balance]),
            at=moment(fields[at]),
            voucher_no=fields[voucher],
        )
    count, *totals = table.totals("资金流水总笔数 收入笔数 收入金额 支出笔数 支出金额")
    moved_sums = [counts["收入"], Decimal(sums["收入"]) / 100, counts["支出"], Decimal(sums["支出"]) / 100]
    if count != sum(counts.values()) or totals != moved_sums:
        raise BillUnreadable(detail={"what": "totals"})


class _Table:
    """The names in the first line, rows of back-quoted fields, then names and one row of totals."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="\n")
        self._names = self._next().split(",")
        self._total_names: list[str] = []

    def columns(self, names: str) -> list[int]:
        """Where the columns called `names` stand: newer bills may have more, in another order."""
        return _places(names, self._names)

    def rows(self) -> Iterator[list[str]]:
        width = len(self._names)
        for line in self._lines:
            if line.isspace():
                continue
            if not line.startswith("`"):
                self._total_names = line.rstrip("\r\n").split(",")
                return
            fields = line.rstrip("\r\n")[1:].split(",`")
            if len(fields) != width:
                raise BillUnreadable(detail={"what": "row"})
            yield fields

    def totals(self, names: str) -> list[Decimal]:
        """The totals called `names`, of the line after the rows; nothing but blank lines may follow it."""
        places, line = _places(names, self._total_names), self._next()
        fields = line[1:].split(",`")
        if len(fields) != len(self._total_names) or any(rest.strip() for rest in self._lines):
            raise BillUnreadable(detail={"what": "totals"})
        return [exact_yuan(fields[place]) for place in places]

    def _next(self) -> str:
        return next(self._lines, "").rstrip("\r\n")


def _places(names: str, among: list[str]) -> list[int]:
    try:
        return [among.index(name) for name in names.split()]
    except ValueError:
        raise BillUnreadable(detail={"what": "columns"}) from None


def _refund_state(trade: str, refund: str) -> RefundState:
    if trade not in ("REFUND", "REVOKED") or refund not in REFUND_STATES:
        raise BillUnreadable(detail={"what": "state"})
    return REFUND_STATES[refund]
