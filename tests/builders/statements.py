"""A channel's account of a day as a test writes it, and days of ours to compare it with."""

import gzip
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from channels.bills import BillRow, BillRowKind, DownloadedBill
from channels.errors import BillNotReady
from channels.states import ChannelState, RefundState
from foundation import clock
from foundation.money import yuan
from tests.builders.payments import Till

# The rows of the day, what fetching it raises, or None while it is not made.
Statement = list[BillRow] | Exception | None


class Teller(Till):
    """A till that also gives its account of each day, as files: what `statements` holds for it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.statements: dict[date, Statement] = {}

    def trade_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[BillRow]]:
        return _downloaded(self.name, day, self.statements.get(day))


@asynccontextmanager
async def _downloaded(channel: str, day: date, statement: Statement) -> AsyncIterator[DownloadedBill[BillRow]]:
    if isinstance(statement, Exception):
        raise statement
    if statement is None:
        raise BillNotReady
    if not statement:
        yield DownloadedBill(channel, day, None, "", lambda: iter(()))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "statement.csv.gz"
        plain = as_wechat_writes(list(list.__iter__(statement)))
        file.write_bytes(gzip.compress(plain, mtime=0))
        sha1 = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
        yield DownloadedBill(channel, day, file, sha1, lambda: iter(statement))


NAMES = "交易时间 微信订单号 商户订单号 交易状态 微信退款单号 商户退款单号 退款状态 手续费 订单金额 申请退款金额"
TOTALS = "总交易单数 订单总金额 申请退款总金额 手续费总金额"
REFUND_STATES = {RefundState.DONE: "SUCCESS", RefundState.CLOSED: "CLOSED", RefundState.PROCESSING: "PROCESSING"}


def as_wechat_writes(rows: list[BillRow]) -> bytes:
    """The rows as a WeChat Pay trade bill: the columns that count, and the totals."""
    lines = [NAMES.split(), *(_fields(one) for one in rows), TOTALS.split()]
    sums = [
        sum(one.amount_fen for one in rows if (one.kind is BillRowKind.PAYMENT) == is_payment)
        for is_payment in (True, False)
    ]
    lines.append([str(len(rows)), *map(yuan, sums), yuan(sum(one.fee_fen for one in rows))])
    return "".join(_line(line) for line in lines).encode()


def _fields(row: BillRow) -> list[str]:
    is_payment = row.kind is BillRowKind.PAYMENT
    amounts = (row.amount_fen, 0) if is_payment else (0, row.amount_fen)
    return [
        f"{clock.shanghai(row.at):%Y-%m-%d %H:%M:%S}", row.transaction_no, row.out_trade_no,
        "SUCCESS" if is_payment else "REFUND", row.refund_no or "", row.out_refund_no or "",
        "" if is_payment else REFUND_STATES[RefundState(row.state)], yuan(row.fee_fen), *map(yuan, amounts),
    ]  # fmt: skip


def _line(fields: list[str]) -> str:
    named = fields[0].startswith(("交易时间", "总交易单数"))
    return (",".join(fields) if named else ",".join(f"`{one}" for one in fields)) + "\r\n"


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.SHANGHAI)


def yesterday() -> date:
    return clock.today() - timedelta(days=1)


def paid_row(number: str, *, day: date, fen: int = 8000, **other: Any) -> BillRow:
    """A payment of noon of `day`."""
    said = {"fee_fen": 0, "at": at(day), "state": ChannelState.PAID, "transaction_no": f"T-{number}", **other}
    return BillRow(BillRowKind.PAYMENT, number, None, amount_fen=fen, **said)


def refund_row(number: str, *, of: str, day: date, fen: int = 8000, **other: Any) -> BillRow:
    """A refund of noon of `day`, done unless told otherwise."""
    said = {"fee_fen": 0, "at": at(day), "state": RefundState.DONE, "transaction_no": f"T-{of}", **other}
    return BillRow(BillRowKind.REFUND, of, number, amount_fen=fen, **said)
