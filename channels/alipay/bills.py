"""Alipay's trade bill (业务明细) and account bill (账务明细), read row by row from the plain text."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from channels.alipay.bill_tables import Table
from channels.bills import BillRow, BillRowKind, FundRow, exact_yuan, fen, moment, rounded_fen
from channels.errors import BillUnreadable
from channels.states import ChannelState, RefundState

KINDS = {"交易": BillRowKind.PAYMENT, "退款": BillRowKind.REFUND}
STATES: dict[BillRowKind, ChannelState | RefundState] = {
    BillRowKind.PAYMENT: ChannelState.PAID,
    BillRowKind.REFUND: RefundState.DONE,
}
TRADE_NAMES = (
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "完成时间",
    "订单金额（元）",
    "商家实收（元）",
    "退款批次号/请求号",
    "服务费（元）",
)
PAID = re.compile(r"#交易合计：([0-9]+)笔，商家实收共(-?[0-9.]+)元")
REFUNDED = re.compile(r"#退款合计：([0-9]+)笔，商家实收退款共(-?[0-9.]+)元")
FUND_NAMES = (
    "账务流水号",
    "业务流水号",
    "商户订单号",
    "发生时间",
    "收入金额（+元）",
    "支出金额（-元）",
    "账户余额（元）",
    "业务类型",
)
CAME = re.compile(r"#收入合计：([0-9]+)笔，共(-?[0-9.]+)元")
WENT = re.compile(r"#支出合计：([0-9]+)笔，共(-?[0-9.]+)元")


def trade_rows(file: BinaryIO) -> Iterator[BillRow]:
    """The payments and refunds of the day. Raises BillUnreadable."""
    table = Table(file, TRADE_NAMES)
    counts, sums = dict.fromkeys(BillRowKind, 0), dict.fromkeys(BillRowKind, 0)
    for order, own_order, business, at, paid, received, batch, fee in table.rows():
        if business not in KINDS:
            raise BillUnreadable(detail={"what": "row"})
        kind = KINDS[business]
        counts[kind], sums[kind] = counts[kind] + 1, sums[kind] + fen(received)
        yield BillRow(
            kind=kind,
            out_trade_no=own_order,
            out_refund_no=batch if kind is BillRowKind.REFUND else None,
            transaction_no=order,
            amount_fen=abs(fen(paid)),  # refunds are negative
            fee_fen=-rounded_fen(exact_yuan(fee)),  # what was taken is negative
            at=moment(at),
            state=STATES[kind],
        )
    payments, refunds = BillRowKind.PAYMENT, BillRowKind.REFUND
    table.check_totals((PAID, counts[payments], sums[payments]), (REFUNDED, counts[refunds], sums[refunds]))


def fund_rows(file: BinaryIO) -> Iterator[FundRow]:
    """Every movement of the account in the day. Raises BillUnreadable."""
    table = Table(file, FUND_NAMES)
    came_count = went_count = came_sum = went_sum = 0
    for flow, transaction, voucher, at, came, went, balance, business in table.rows():
        came_fen, went_fen = fen(came), abs(fen(went))
        if (came_fen > 0) == (went_fen > 0):
            raise BillUnreadable(detail={"what": "direction"})
        came_count, came_sum = came_count + (came_fen > 0), came_sum + came_fen
        went_count, went_sum = went_count + (went_fen > 0), went_sum + went_fen
        yield FundRow(
            flow_no=flow,
            transaction_no=transaction,
            business=business,
            amount_fen=came_fen - went_fen,
            balance_fen=fen(balance),
            at=moment(at),
            voucher_no=voucher,
        )
    table.check_totals((CAME, came_count, came_sum), (WENT, went_count, went_sum))
