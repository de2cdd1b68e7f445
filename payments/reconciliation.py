"""对账: each day, each channel, its bill beside our books.

The bill is fetched before the transaction that compares it; that one holds the row of its channel and day, so that two
runs at once are one after the other or one alone, and it ends with the same words however often it is run.
"""

from datetime import date, datetime, time, timedelta

import asyncpg

from channels.bills import BillRow, DownloadedBill
from channels.errors import BillDamaged, BillUnreadable, ChannelRefused
from foundation import audit, clock, database, logs, metrics
from foundation.actor import Actor
from foundation.database import Transaction
from foundation.errors import Refusal, Unavailable
from payments import comparing, gateway, judging, ledger, staging, statements
from payments.comparing import Figures
from payments.reconciliation_errors import DayNotOver, DayTooOld, ReconciliationRunning
from payments.reconciliation_models import Reconciliation

log = logs.logger(__name__)

CHANNELS = ("wechat", "alipay")
READY_AT = time(10)  # when channels have made the bill of the day before
KEPT_DAYS = 89  # channels give bills of three months
LONGEST = 540  # seconds of one statement: what a job has, less the download

INSERT = """
insert into reconciliation (channel, day, state, problem, tried_times, their_payments, their_payments_fen,
                            their_refunds, their_refunds_fen, fee_fen, our_payments, our_payments_fen, our_refunds,
                            our_refunds_fen, matched)
values ($1, $2, 'waiting', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) on conflict (channel, day) do nothing"""
COMPARED = """
update reconciliation set state = 'compared', problem = '', tried_times = 0, tried_at = $2, compared_at = $2,
       their_payments = $3, their_payments_fen = $4, their_refunds = $5, their_refunds_fen = $6, fee_fen = $7,
       our_payments = $8, our_payments_fen = $9, our_refunds = $10, our_refunds_fen = $11, matched = $12
 where id = $1"""
NOTHING_YET = """
update reconciliation set state = $2, problem = $3, tried_times = tried_times + 1, tried_at = $4 where id = $1"""


async def run(*, channel: str, day: date, by: Actor) -> Figures:
    """Compare the channel's bill of `day` with our books; what differs is written down (payments/differences.py).

    Raises DayNotOver, DayTooOld, ChannelUnknown, ReconciliationRunning, and what kept us from the bill: BillNotReady,
    BillDamaged, BillUnreadable or the channel's refusal.
    """
    _must_be_over(day)
    reconciliation_id = await row_of(channel, day)
    try:
        async with gateway.channel(channel).trade_bill(day) as bill:
            figures = await compared(bill, reconciliation_id=reconciliation_id, by=by)
    except (ChannelRefused, Unavailable) as why:
        await _no_bill(reconciliation_id, why)
        raise
    metrics.count("reconciliations_total", channel=channel)
    log.info("reconciled", channel=channel, day=str(day), matched=figures.matched)
    return figures


def _must_be_over(day: date) -> None:
    now = clock.shanghai(clock.now())
    if clock.now() < ready_at(day):
        raise DayNotOver
    if (now.date() - day).days > KEPT_DAYS:
        raise DayTooOld


def ready_at(day: date) -> datetime:
    """When the bill of `day` can be expected."""
    return datetime.combine(day + timedelta(days=1), READY_AT, clock.SHANGHAI)


async def row_of(channel: str, day: date) -> int:
    """The row of a channel and day, made when there is none. Raises ChannelUnknown."""
    gateway.channel(channel)
    await database.execute(INSERT, channel, day)
    return int((await Reconciliation.get(channel=channel, day=day)).id)


async def compared(bill: DownloadedBill[BillRow], *, reconciliation_id: int, by: Actor) -> Figures:
    """Keep and compare a bill that was fetched. Raises BillUnreadable, BillDamaged, ReconciliationRunning."""
    async with database.long_transaction(seconds=LONGEST) as tx:
        await _lock(tx, reconciliation_id)
        await statements.keep(tx, bill, reconciliation_id=reconciliation_id)
        await staging.fill(tx, bill.rows())
        figures = await comparing.compare(tx, reconciliation_id=reconciliation_id, channel=bill.channel, day=bill.day)
        await tx.execute(COMPARED, reconciliation_id, clock.now(), *vars(figures).values())
        await judging.judge_around(tx, channel=bill.channel, day=bill.day)
        await _book_fees(bill.channel, reconciliation_id, figures.fee_fen)
        await audit.record("reconciliation.run", subject=f"reconciliation:{reconciliation_id}", by=by)
    return figures


async def _lock(tx: Transaction, reconciliation_id: int) -> None:
    """One run of a channel and day at a time; postings that name it need not wait."""
    try:
        await tx.execute("select from reconciliation where id = $1 for no key update nowait", reconciliation_id)
    except asyncpg.LockNotAvailableError:
        raise ReconciliationRunning from None


async def _book_fees(channel: str, reconciliation_id: int, fee_fen: int) -> None:
    """The fees of the day as its bill says, less what an earlier run has booked."""
    booked = await database.joined().fetchval(
        """select coalesce(sum(amount_fen), 0)::bigint from ledger_entry
            where reconciliation_id = $1 and account = $2 and memo = $3""",
        reconciliation_id,
        f"fee:{channel}",
        ledger.FEE,
    )
    if fee_fen != booked:
        await ledger.fee_kept(channel=channel, amount_fen=fee_fen - booked, reconciliation_id=reconciliation_id)


async def _no_bill(reconciliation_id: int, why: Refusal) -> None:
    """Remember that there is nothing to compare with, and why. A day that was compared stays so."""
    state = "failed" if isinstance(why, BillDamaged | BillUnreadable) else "waiting"
    async with database.transaction() as tx:
        if await tx.fetchval(
            "select state <> 'compared' from reconciliation where id = $1 for update", reconciliation_id
        ):
            await tx.execute(NOTHING_YET, reconciliation_id, state, why.message, clock.now())
    if state == "failed":
        metrics.count("bills_untrusted_total", why=why.code)
        log.error("bill_not_trusted", reconciliation_id=reconciliation_id, code=why.code, what=str(why.detail))
