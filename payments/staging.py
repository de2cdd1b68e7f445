"""A bill on its way into PostgreSQL: read in one pass and streamed into a table of this transaction alone.

Nothing here grows with the bill: a thread reads some rows while PostgreSQL takes in those before.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any

from channels.bills import BillRow, BillRowKind
from foundation.database import Transaction

TABLE = """
create temp table their_row (refund bool, number text, out_trade_no text, transaction_no text, fen bigint,
                             fee_fen bigint, state text, at timestamptz) on commit drop"""
COLUMNS = ("refund", "number", "out_trade_no", "transaction_no", "fen", "fee_fen", "state", "at")
MEMORY = "256MB"  # so that a million numbers are joined without a detour over the disk
AT_ONCE = 1_000  # rows: what the socket takes at once, so that PostgreSQL works while we read on
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


async def fill(tx: Transaction, rows: Iterator[BillRow]) -> None:
    """Make `their_row` of all `rows`, gone with the transaction; the number of a payment is that of its order.

    Raises what reading them raises.
    """
    await tx.execute(f"set local work_mem = '{MEMORY}'")
    await tx.execute(TABLE)
    await tx.copy("their_row", COLUMNS, _pieces(rows))
    await tx.execute("analyze their_row (refund, number)")


async def _pieces(rows: Iterator[BillRow]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(_piece, rows):
        yield piece


def _piece(rows: Iterator[BillRow]) -> bytes:
    """The next rows as lines for COPY; nothing at the end."""
    some = list(islice(rows, AT_ONCE))
    lines = "".join([_line(one) for one in some])
    plain = "\\" not in lines and "\r" not in lines and "\0" not in lines
    if not plain or lines.count("\n") != len(some) or lines.count("\t") != len(some) * (len(COLUMNS) - 1):
        lines = "".join([_line(_Escaped(one)) for one in some])
    return lines.encode()


def _line(row: "BillRow | _Escaped") -> str:
    # isoformat: written into the line as it is, a moment costs twice as much, a million times over
    if row.kind == BillRowKind.PAYMENT:
        return (
            f"f\t{row.out_trade_no}\t\t{row.transaction_no}\t{row.amount_fen}\t{row.fee_fen}\t{row.state}"
            f"\t{row.at.isoformat()}\n"
        )
    number = row.out_refund_no or row.refund_no or row.transaction_no
    return (
        f"t\t{number}\t{row.out_trade_no}\t{row.transaction_no}\t{row.amount_fen}\t{row.fee_fen}\t{row.state}"
        f"\t{row.at.isoformat()}\n"
    )


class _Escaped:
    """A row whose texts may hold what means something to COPY."""

    def __init__(self, row: BillRow) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._row, name)
        return value.translate(ESCAPED) if isinstance(value, str) else value
