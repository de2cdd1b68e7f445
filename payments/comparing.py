"""A day's bill beside our day, as sets: what either has and the other has not, or has otherwise.

`their_row` (payments/staging.py) holds the bill. Only what is not the same on both sides leaves these statements, so a
day of a million orders that agrees ends with nothing in the hand. What each difference *is* says `judging`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from channels.errors import BillUnreadable
from foundation import clock
from foundation.database import Transaction
from payments import judging

THEIRS = """
select count(*) filter (where not refund) as their_payments,
       coalesce(sum(fen) filter (where not refund), 0)::bigint as their_payments_fen,
       count(*) filter (where refund) as their_refunds,
       coalesce(sum(fen) filter (where refund), 0)::bigint as their_refunds_fen,
       coalesce(sum(fee_fen), 0)::bigint as fee_fen,
       count(*) filter (where not refund and at >= $1 and at < $2) as of_the_day
  from their_row"""

# A refund that was paid by bank transfer never went through the channel: its bills do not have it.
OURS = """
select count(*) as our_payments, coalesce(sum(amount_fen), 0)::bigint as our_payments_fen,
       (select count(*) from refund f join payment_order o on o.id = f.order_id
         where o.channel = $1 and f.done_at >= $2 and f.done_at < $3 and not f.offline) as our_refunds,
       (select coalesce(sum(f.amount_fen), 0)::bigint from refund f join payment_order o on o.id = f.order_id
         where o.channel = $1 and f.done_at >= $2 and f.done_at < $3 and not f.offline) as our_refunds_fen
  from payment_order where channel = $1 and paid_at >= $2 and paid_at < $3"""

APART = """
create temp table apart (what text, number text, out_trade_no text, transaction_no text, fen bigint, state text,
                         at timestamptz, ours bool) on commit drop"""

# A number that a bill lists twice is one with the sum of both: it differs in its amount.
PAYMENTS_APART = """
insert into apart
with theirs as (select number, max(transaction_no) as transaction_no, sum(fen) as fen, max(state) as state,
                       min(at) as at from their_row where not refund group by number),
     ours as (select out_trade_no as number, amount_fen from payment_order
               where channel = $1 and paid_at >= $2 and paid_at < $3)
select 'payment', number, number, transaction_no, fen, state, at, ours.amount_fen is not null
  from theirs full join ours using (number) where fen is distinct from ours.amount_fen"""

# Refunds are few: each row of the bill is kept, so that a refund that was listed earlier or later is known.
FORGET_REFUNDS = "delete from statement_refund where reconciliation_id = $1"
KEEP_REFUNDS = """
insert into statement_refund (reconciliation_id, number, out_trade_no, transaction_no, amount_fen, state, at)
select $1, left(number, 64), left(max(out_trade_no), 64), left(max(transaction_no), 64), sum(fen), max(state), min(at)
  from their_row where refund group by left(number, 64)"""
REFUNDS_APART = f"""
insert into apart
select 'refund', s.number, s.out_trade_no, s.transaction_no, s.amount_fen, s.state, s.at, f.id is not null
  from statement_refund s
  left join (refund f join payment_order o on o.id = f.order_id and o.channel = $1) on f.out_refund_no = s.number
 where s.reconciliation_id = $4
   and (f.id is null or f.amount_fen <> s.amount_fen
        or s.state = 'done' and f.state <> 'done' or s.state = 'closed' and f.state = 'done' and not f.offline)
   and not {judging.given_back(number="s.number", channel="$1", fen="s.amount_fen")}
union all
select 'refund', f.out_refund_no, o.out_trade_no, o.transaction_no, null, null, null, true
  from refund f join payment_order o on o.id = f.order_id
 where o.channel = $1 and f.done_at >= $2 and f.done_at < $3 and not f.offline
   and not exists (select from statement_refund s join reconciliation r on r.id = s.reconciliation_id
                    where s.number = f.out_refund_no and r.channel = $1)"""

NOTE = """
insert into difference (reconciliation_id, what, number, out_trade_no, transaction_no, kind, theirs_fen, theirs_state,
                        theirs_at, ours_state, state, resolution, reason, note, proposed_by, decided_by, decided_on,
                        booked_fen, return_no, created_at)
select $1, what, left(number, 64), left(out_trade_no, 64), left(coalesce(transaction_no, ''), 64), 'long', fen,
       coalesce(state, ''), at, '', 'open', '', '', '', '', '', '', 0, '', $2
  from apart
on conflict (reconciliation_id, what, number) do update
   set theirs_fen = excluded.theirs_fen, theirs_state = excluded.theirs_state, theirs_at = excluded.theirs_at"""

# What differed before and no longer does: the bill or we have caught up.
CATCH_UP = """
with theirs as (
    select 'payment' as what, number, sum(fen)::bigint as fen, max(state) as state, min(at) as at from their_row
     where not refund and number in (select number from difference where reconciliation_id = $1) group by number
    union all
    select 'refund', number, amount_fen, state, at from statement_refund where reconciliation_id = $1)
update difference d set theirs_fen = now.fen, theirs_state = coalesce(now.state, ''), theirs_at = now.at
  from (select before.id, theirs.fen, theirs.state, theirs.at
          from difference before left join theirs on (theirs.what, theirs.number) = (before.what, before.number)
         where before.reconciliation_id = $1
           and not exists (select from apart a where a.what = before.what and a.number = before.number)) as now
 where d.id = now.id and (d.theirs_fen, d.theirs_at) is distinct from (now.fen, now.at)"""


@dataclass(frozen=True)
class Figures:
    """What both sides have of a day. `matched` payments are alike on both; amounts in fen."""

    their_payments: int
    their_payments_fen: int
    their_refunds: int
    their_refunds_fen: int
    fee_fen: int
    our_payments: int
    our_payments_fen: int
    our_refunds: int
    our_refunds_fen: int
    matched: int


def span(day: date) -> tuple[datetime, datetime]:
    """The day in Beijing."""
    starts = datetime.combine(day, time(), clock.SHANGHAI)
    return starts, starts + timedelta(days=1)


async def compare(tx: Transaction, *, reconciliation_id: int, channel: str, day: date) -> Figures:
    """Write down what differs of `their_row` and our day, and say how much there is.

    Raises BillUnreadable for a bill that has payments and none of `day`.
    """
    starts, ends = span(day)
    theirs = dict(await _row(tx, THEIRS, starts, ends))
    if not theirs.pop("of_the_day") and theirs["their_payments"]:
        raise BillUnreadable(detail={"what": "day"})
    await tx.execute(APART)
    await tx.execute(PAYMENTS_APART, channel, starts, ends)
    await tx.execute(FORGET_REFUNDS, reconciliation_id)
    await tx.execute(KEEP_REFUNDS, reconciliation_id)
    await tx.execute(REFUNDS_APART, channel, starts, ends, reconciliation_id)
    await judging.hold_around(tx, channel=channel, day=day)
    await tx.execute(NOTE, reconciliation_id, clock.now())
    await tx.execute(CATCH_UP, reconciliation_id)
    ours = await _row(tx, OURS, channel, starts, ends)
    apart = await tx.fetchval("select count(*) from apart where what = 'payment' and ours")
    return Figures(**theirs, **ours, matched=ours["our_payments"] - apart)


async def _row(tx: Transaction, sql: str, *args: Any) -> Mapping[str, Any]:
    (row,) = await tx.fetch(sql, *args)
    return row  # type: ignore[no-any-return]
