"""渠道账单, kept as they came: cut into parts that lie with the books, so that every process and every backup has them.

Nobody holds a bill whole: it goes in and comes out a part at a time.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from channels.bills import BillRow, DownloadedBill
from foundation import clock
from foundation.database import Transaction, fetchval
from payments.reconciliation_errors import StatementNotFound
from payments.reconciliation_models import Statement

PART = 1 << 20
SUFFIXES = {b"\x1f\x8b": "csv.gz", b"PK": "zip"}

INSERT = """
insert into statement (reconciliation_id, sha1, sha256, suffix, size, fetched_at) values ($1, $2, $3, $4, $5, $6)
on conflict (reconciliation_id, sha256) do nothing returning id"""


async def keep(tx: Transaction, bill: DownloadedBill[BillRow], *, reconciliation_id: int) -> None:
    """Keep the file of `bill`; the same file again is kept once, and a day without one has none."""
    if bill.path is None:
        return
    sha256, start = await asyncio.to_thread(_looked_at, bill.path)
    suffix, size = SUFFIXES.get(start, "csv"), bill.path.stat().st_size
    kept = await tx.fetchval(INSERT, reconciliation_id, bill.sha1, sha256, suffix, size, clock.now())
    if kept is None:
        return
    parts = enumerate(_parts(bill.path))
    while part := await asyncio.to_thread(next, parts, None):
        await tx.execute(
            "insert into statement_part (statement_id, position, content) values ($1, $2, $3)", kept, *part
        )


def _looked_at(path: Path) -> tuple[str, bytes]:
    """The hash of a file, and how it starts."""
    with path.open("rb") as file:
        start = file.read(2)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest(), start


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part


async def find(statement_id: int) -> Statement:
    """Raises StatementNotFound."""
    found = await Statement.get_or_none(id=statement_id).prefetch_related("reconciliation")
    if found is None:
        raise StatementNotFound
    return found


async def parts(statement: Statement) -> AsyncIterator[bytes]:
    """The file again, part by part; whoever reads slowly keeps no transaction open."""
    position = 0
    while part := await fetchval(
        "select content from statement_part where statement_id = $1 and position = $2", statement.id, position
    ):
        yield bytes(part)
        position += 1


def name_of(statement: Statement) -> str:
    """``wechat_2026-11-25.csv.gz``"""
    return f"{statement.reconciliation.channel}_{statement.reconciliation.day}.{statement.suffix}"
