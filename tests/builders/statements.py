"""A channel's account of a day as a test writes it, and days of ours to compare it with."""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from channels.bills import BillRow, BillRowKind, DownloadedBill
from channels.errors import BillNotReady
from channels.states import ChannelState, RefundState
from foundation import clock
from tests.builders.payments import Till

# The rows of the day, what fetching it raises, or None while it is not made.
Statement = Sequence[BillRow] | Exception | None


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
        file = Path(folder) / "statement.csv"
        file.write_text(repr(statement))
        sha1 = hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()
        yield DownloadedBill(channel, day, file, sha1, lambda: iter(statement))


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
