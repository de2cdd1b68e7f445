"""Reconciliation by itself: every day after ten, days that were missed, and differences that time resolves."""

from datetime import date, timedelta

from channels.errors import ChannelRefused
from foundation import clock, database, jobs, logs, metrics
from foundation.actor import Actor
from foundation.errors import Refusal, Unavailable
from foundation.jobs import scheduled
from payments import judging, ledger_reading, payouts, reconciliation
from payments.difference_deeds import carry_out
from payments.reconciliation_errors import ReconciliationRunning

log = logs.logger(__name__)

BY = Actor.system("reconciliation")
AGAIN_AFTER = timedelta(minutes=20)
AGAIN_FAILED_AFTER = timedelta(hours=1)
TAKEN_UP_AFTER = timedelta(minutes=30)
LOOKED_BACK = timedelta(days=10)

# The days since the first payment, or since the first that was compared; a day without trades is compared, too.
MISSING = """
select c.channel, d::date as day
  from unnest($1::text[]) as c(channel)
 cross join lateral (
    select least((select min((paid_at at time zone 'Asia/Shanghai')::date) from payment_order o
                   where o.channel = c.channel and o.paid_at is not null),
                 (select min(r.day) from reconciliation r where r.channel = c.channel), $3::date) as day) as first
 cross join lateral generate_series(greatest(first.day, $2::date), $3::date, interval '1 day') as d
  left join reconciliation r on (r.channel, r.day) = (c.channel, d::date)
 where r.id is null or r.state = 'waiting' and coalesce(r.tried_at < $4, true)
    or r.state = 'failed' and coalesce(r.tried_at < $5, true)
 order by d, c.channel"""

# Compared, and yet we have by now received more, or less, on that day than was compared.
MOVED = """
select r.channel, r.day from reconciliation r
 cross join lateral (
    select count(*) as payments, coalesce(sum(amount_fen), 0) as fen from payment_order o
     where o.channel = r.channel and o.paid_at >= r.day::timestamp at time zone 'Asia/Shanghai'
       and o.paid_at < (r.day + 1)::timestamp at time zone 'Asia/Shanghai') as now
 where r.state = 'compared' and r.day >= $1 and (now.payments, now.fen) <> (r.our_payments, r.our_payments_fen)
 order by r.day"""

UNREAD = """
select channel, day from reconciliation
 where state = 'compared' and paid_out_fen is null and channel = any($1) and day >= $2 order by day"""

OPEN = "select channel, max(day) as day from reconciliation where state = 'compared' group by channel"


@scheduled("*/10 * * * *")
async def reconcile_what_is_due() -> None:
    """Each channel's days that are over and not compared are put into the queue."""
    due = await missing()
    await _enqueue(due)
    metrics.level("reconciliations_missing", len(due))


@scheduled("30 11 * * *")
async def compare_again_what_moved() -> None:
    """A payment we heard of after its day was compared: that day is compared once more."""
    rows = await database.fetch(MOVED, clock.today() - LOOKED_BACK)
    await _enqueue([(row["channel"], row["day"]) for row in rows])


async def _enqueue(due: list[tuple[str, date]]) -> None:
    for channel, day in due:
        await jobs.enqueue_once(reconcile, mark=f"reconcile:{channel}:{day}", channel=channel, day=str(day))


async def missing() -> list[tuple[str, date]]:
    """Channel and day of what is over, can be fetched and was not compared; what was just tried is left alone."""
    now, today = clock.now(), clock.today()
    last = today - timedelta(days=1 if now >= reconciliation.ready_at(today - timedelta(days=1)) else 2)
    rows = await database.fetch(
        MISSING,
        list(reconciliation.CHANNELS),
        today - timedelta(days=reconciliation.KEPT_DAYS),
        last,
        now - AGAIN_AFTER,
        now - AGAIN_FAILED_AFTER,
    )
    return [(row["channel"], row["day"]) for row in rows]


@jobs.job(queue="money", retries=0)
async def reconcile(*, channel: str, day: str) -> None:
    """One day; what cannot be had now is asked for again by the schedule."""
    try:
        await reconciliation.run(channel=channel, day=date.fromisoformat(day), by=BY)
    except ReconciliationRunning:
        log.info("reconciliation_under_way", channel=channel, day=day)
    except (ChannelRefused, Unavailable) as why:
        log.warning("reconciliation_put_off", channel=channel, day=day, code=why.code)
    except Refusal as why:
        log.error("reconciliation_refused", channel=channel, day=day, code=why.code)


@scheduled("15,45 * * * *")
async def read_fund_bills() -> None:
    """What channels paid out to our bank on the days that were compared."""
    rows = await database.fetch(UNREAD, payouts.channels(), clock.today() - LOOKED_BACK)
    for row in rows:
        try:
            await payouts.book(channel=row["channel"], day=row["day"])
        except (ChannelRefused, Unavailable) as why:
            log.warning("fund_bill_put_off", channel=row["channel"], day=str(row["day"]), code=why.code)


@scheduled("*/5 * * * *")
async def look_at_differences_again() -> None:
    """What was settled, refunded or compared meanwhile resolves its difference by itself."""
    for row in await database.fetch(OPEN):
        async with database.transaction() as tx:
            await judging.judge_around(tx, channel=row["channel"], day=row["day"])
    metrics.level("differences_stuck", await take_up_again())
    left = await database.fetchval("select count(*) from difference where state <> 'resolved'")
    metrics.level("differences_open", left)


async def take_up_again() -> int:
    """Decisions whose job has given up are carried out again; returns how many are under way for long."""
    rows = await database.fetch(
        "select id from difference where state = 'approved' and decided_at < $1", clock.now() - TAKEN_UP_AFTER
    )
    for row in rows:
        await jobs.enqueue_once(carry_out, mark=f"difference:{row['id']}", difference_id=row["id"])
    return len(rows)


@scheduled("40 3 * * *")
async def add_up_the_books() -> None:
    """Every account of the whole books, once a night: alarm, never repair."""
    found = await ledger_reading.trial_balance()
    off = found.debit_fen - found.credit_fen
    metrics.level("ledger_imbalance_fen", off)
    if not found.balances:
        log.error("ledger_unbalanced", fen=off, postings=[str(one) for one in found.unbalanced[:10]])
