"""一百万笔对账: a day's bill of a million payments, as WeChat Pay sends it, beside a million orders of ours.

Beside it stands what Python's `csv` alone needs to read the same file, thrown away row by row.
"""

import csv
import gzip
import io
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import psutil

from benchmarks import people
from benchmarks.house import MEGABYTE, House
from benchmarks.measuring import CheckFailed, Measured, Sample, interleaved
from benchmarks.payments import BY as DEPARTMENT
from benchmarks.payments import FEN, a_bill
from channels.bills import BillRow, DownloadedBill
from channels.wechat.bills import trade_rows
from foundation import clock, database
from foundation.actor import Actor
from payments import bills, comparing, reconciliation
from payments.comparing import Figures
from payments.models import Bill

BY = Actor.system("benchmark")
ROWS = 1_000_000
WRONG = 30  # rows that are missing, strange or of another amount: as many differences
MORE_AT_MOST = 32.0  # megabytes that ten times the rows may need more
NAMES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TOTAL_NAMES = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
_days = itertools.count(2)

ORDERS = """
insert into payment_order (bill_id, bill_version, channel, out_trade_no, amount_fen, late_fen, state, settles, payer_id,
                           payer_openid, app_id, merchant_id, transaction_no, expires_at, paid_at, asked_times,
                           created_at)
select $1, 1, 'wechat', $3 || lpad(n::text, 8, '0'), $4, 0, 'paid', false, $2, 'o-benchmark', 'wx', '1900000001',
       '42' || lpad(n::text, 26, '0'), $5::timestamptz, $5::timestamptz + n * interval '1 second' * 86000 / $6::bigint,
       0, $5::timestamptz
  from generate_series(0, $6::bigint - 1) as n"""


async def reconcile_1m(house: House) -> Measured:
    """Rows a second from the file to differences that are written down; megabytes that it takes, small and large."""
    rows = min(ROWS, house.scale.history)
    small, day = await _a_day(house.keys, rows // 10), await _a_day(house.keys, rows)
    await _reconciled(small)
    few = await _grown(small)
    many = await _grown(day)

    async def reconcile() -> Sample:
        begun = time.perf_counter()
        await _reconciled(day)
        return Sample(rows / (time.perf_counter() - begun))

    async def csv_alone() -> Sample:
        begun = time.perf_counter()
        _read(day.path)
        return Sample(rows / (time.perf_counter() - begun))

    found = await interleaved("reconcile_1m", reconcile, beside={"csv": csv_alone}, rounds=house.scale.rounds)
    found.unit = "rows/s"
    found.notes = f"{rows:,} rows; memory grew by {few:.0f} MB with a tenth of them and {many:.0f} MB with all"
    if many - few > MORE_AT_MOST:
        found.failed = found.notes
    return found


class Day:
    """A day with so many orders of ours, and WeChat's account of it in a file."""

    def __init__(self, day: date, path: Path, rows: int) -> None:
        self.day, self.path, self.rows = day, path, rows

    def bill(self) -> DownloadedBill[BillRow]:
        return DownloadedBill("wechat", self.day, self.path, "benchmark", self._opened)

    def _opened(self) -> Iterator[BillRow]:
        with gzip.open(self.path) as plain:
            yield from trade_rows(cast(BinaryIO, plain))


async def _a_day(folder: Path, rows: int) -> Day:
    day = clock.today() - timedelta(days=next(_days))
    (who,) = people.identities(1)
    (payer,) = await people.arrive(1, who=[who])
    await bills.raise_bill(bill=(pushed := a_bill(payer=who)), by=DEPARTMENT)
    bill = await Bill.get(notice_no=pushed.notice_no)
    starts = comparing.span(day)[0]
    for table_wide in (ORDERS, "analyze payment_order"):
        arguments = (bill.id, payer, f"P{day:%Y%m%d}", FEN, starts, rows) if table_wide is ORDERS else ()
        async with database.long_transaction(seconds=300) as tx:
            await tx.execute(table_wide, *arguments)
    path = folder / f"bill-{day}.csv.gz"
    _write(path, day, rows)
    return Day(day, path, rows)


def _write(path: Path, day: date, rows: int) -> None:
    """As WeChat writes it, but for thirty rows: missing here, unknown to us, of another amount."""
    starts, paid = comparing.span(day)[0], 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write(f"\ufeff{NAMES}\r\n")
        for n in range(rows):
            number = f"X{n:012d}" if n < WRONG // 3 else f"P{day:%Y%m%d}{n:08d}"
            fen = FEN - 1 if rows - WRONG // 3 <= n else FEN
            at = starts + timedelta(seconds=n * 86000 // rows)
            paid += fen
            yuan = f"{fen // 100}.{fen % 100:02d}"
            file.write(
                f"`{at:%Y-%m-%d %H:%M:%S},`wx8888888888888888,`1900000001,`0,`,`42{n:026d},`{number},"
                f"`o-benchmark-{n:08d},`JSAPI,`SUCCESS,`OTHERS,`CNY,`{yuan},`0.00,`0,`0,`0.00,`0.00,`,`,`居民身份证工本费,`,`0.00000,`0.00%,"
                f"`{yuan},`0.00,`\r\n"
            )
        total = f"{paid // 100}.{paid % 100:02d}"
        file.write(f"{TOTAL_NAMES}\r\n`{rows},`{total},`0.00,`0.00,`0.00000,`{total},`0.00\r\n")


async def _reconciled(day: Day) -> None:
    """Raises CheckFailed unless it says what must be said."""
    reconciliation_id = await reconciliation.row_of("wechat", day.day)
    figures = await reconciliation.compared(day.bill(), reconciliation_id=reconciliation_id, by=BY)
    differing = await database.fetchval(
        "select count(*) from difference where reconciliation_id = $1", reconciliation_id
    )
    wanted = day.rows - WRONG // 3 * 2
    if not (figures == _wanted(day, figures.their_payments_fen) and figures.matched == wanted and differing == WRONG):
        raise CheckFailed(f"{figures}, {differing} differences")


def _wanted(day: Day, their_fen: int) -> Figures:
    matched = day.rows - WRONG // 3 * 2
    return Figures(day.rows, their_fen, 0, 0, 0, day.rows, day.rows * FEN, 0, 0, matched)


def _read(path: Path) -> None:
    with gzip.open(path) as plain:
        for _ in csv.reader(io.TextIOWrapper(cast(BinaryIO, plain), encoding="utf-8")):
            pass


async def _grown(day: Day) -> float:
    """By how many megabytes this process grew at most while it reconciled."""
    with _watched() as seen:
        await _reconciled(day)
    return (max(seen) - seen[0]) / MEGABYTE


@contextmanager
def _watched() -> Iterator[list[int]]:
    """Resident sizes of this process, looked at every 20 ms by a thread."""
    process, over = psutil.Process(), threading.Event()
    seen = [process.memory_info().rss]

    def look() -> None:
        while not over.wait(0.02):
            seen.append(process.memory_info().rss)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


FIGURES = {"reconcile_1m": reconcile_1m}
