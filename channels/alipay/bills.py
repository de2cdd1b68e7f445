"""Alipay's trade bill (业务明细), read row by row: a GBK text inside a zip, every field ending in a TAB.

Lines that start with `#` stand around the table: who and when above it, the totals below it. Refunds are negative.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from channels.bills import BillRow, BillRowKind, exact_yuan, fen, moment, rounded_fen
from channels.errors import BillDamaged, BillUnreadable
from channels.states import ChannelState, RefundState

KINDS = {"交易": BillRowKind.PAYMENT, "退款": BillRowKind.REFUND}
NAMES = (
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "完成时间",
    "订单金额（元）",
    "商家实收（元）",
    "退款批次号/请求号",
    "服务费（元）",
)
TOTALS = {
    BillRowKind.PAYMENT: re.compile(r"#交易合计：([0-9]+)笔，商家实收共(-?[0-9.]+)元"),
    BillRowKind.REFUND: re.compile(r"#+退款合计：([0-9]+)笔，商家实收退款共(-?[0-9.]+)元"),
}
STATES: dict[BillRowKind, ChannelState | RefundState] = {
    BillRowKind.PAYMENT: ChannelState.PAID,
    BillRowKind.REFUND: RefundState.DONE,
}
DETAILS = "业务明细.csv"


def archived_rows(path: Path) -> Iterator[BillRow]:
    """The rows of the details in the archive at `path`. Raises BillUnreadable, BillDamaged."""
    try:
        with zipfile.ZipFile(path, metadata_encoding="gbk") as archive, archive.open(details(archive)) as file:
            yield from trade_rows(file)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error):
        raise BillDamaged from None


def details(archive: zipfile.ZipFile) -> str:
    """Which of the two texts in the archive holds the details. Raises BillDamaged."""
    found = [name for name in archive.namelist() if name.endswith(DETAILS)]
    if len(found) != 1:
        raise BillDamaged
    return found[0]


def trade_rows(file: BinaryIO) -> Iterator[BillRow]:
    """The rows of the details (业务明细), from the plain bytes. Raises BillUnreadable."""
    # gb18030 reads all of GBK; a letter of a subject that neither has must not stop the books
    lines = csv.reader(io.TextIOWrapper(file, encoding="gb18030", errors="replace", newline=""))
    width, (order, own_order, business, at, paid, received, batch, fee) = _columns(lines)
    counts, sums = dict.fromkeys(BillRowKind, 0), dict.fromkeys(BillRowKind, 0)
    for fields in lines:
        if not fields or fields[0].startswith("#"):
            break
        if len(fields) != width or fields[business].strip() not in KINDS:
            raise BillUnreadable(detail={"what": "row"})
        kind = KINDS[fields[business].strip()]
        counts[kind], sums[kind] = counts[kind] + 1, sums[kind] + fen(fields[received].strip())
        yield BillRow(
            kind=kind,
            out_trade_no=fields[own_order].strip(),
            out_refund_no=fields[batch].strip() if kind is BillRowKind.REFUND else None,
            transaction_no=fields[order].strip(),
            amount_fen=abs(fen(fields[paid].strip())),
            fee_fen=-rounded_fen(exact_yuan(fields[fee].strip())),  # what was taken is negative
            at=moment(fields[at].strip()),
            state=STATES[kind],
        )
    _check_totals("\n".join(",".join(fields) for fields in lines), counts, sums)


def _columns(lines: Iterator[list[str]]) -> tuple[int, list[int]]:
    """How many columns the first line without a `#` has, and where those stand that we read."""
    names = next((fields for fields in lines if fields and not fields[0].startswith("#")), [])
    try:
        return len(names), [[name.strip() for name in names].index(name) for name in NAMES]
    except ValueError:
        raise BillUnreadable(detail={"what": "columns"}) from None


def _check_totals(below: str, counts: dict[BillRowKind, int], sums: dict[BillRowKind, int]) -> None:
    """A bill that broke off in the middle has no totals below it."""
    for kind, pattern in TOTALS.items():
        said = pattern.search(below)
        if said is None or (int(said[1]), fen(said[2])) != (counts[kind], sums[kind]):
            raise BillUnreadable(detail={"what": "totals"})
