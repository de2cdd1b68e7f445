"""What a difference is, from what the bill said and what we know now: 长款 短款 金额不符 状态不符 日切, or nothing.

Judging the same facts again changes nothing. New facts (an order that was settled meanwhile, the neighbouring day's
bill) resolve a difference by themselves, with the reason; what two people decided stands until the facts it was decided
on change.

A payment that the bill has and we hold on another day is 日切 when the bill of that day does not have it: looked up
among that day's differences. Were it not there, the channel would count it twice, which is a 长款.
"""

from collections.abc import Sequence
from datetime import date

from foundation import clock
from foundation.database import Transaction

RECEIVED = "('paid', 'refunded')"


def given_back(*, number: str, channel: str, fen: str) -> str:
    """Whether a refund of a bill is ours all the same: what gave back money nobody asked for."""
    return f"""(
        exists (select from difference e join reconciliation n on n.id = e.reconciliation_id
                 where e.return_no = {number} and n.channel = {channel} and e.state = 'resolved'
                   and e.theirs_fen = {fen})
        or exists (select from quarantined_notice q
                    where q.return_no = {number} and q.channel = {channel} and q.state = 'returned'
                      and q.return_fen = {fen}))"""


PAYMENTS = f"""
select d.id, case
         when theirs and sent_back then null
         when theirs and o.id is null then 'long'
         when theirs and o.amount_fen <> d.theirs_fen then 'amount'
         when theirs and not received then 'state'
         when theirs and our_day = r.day then null
         when theirs and (other_run is null or missing_there) then 'day_cut'
         when theirs then 'long'
         when not received or our_day <> r.day then null
         when listed_on is not null then 'day_cut'
         else 'short' end as kind,
       case
         when theirs then missing_there and abs(our_day - r.day) = 1
         else abs(listed_on - r.day) = 1 end as day_cut_is_sure,
       case
         when theirs and sent_back then '隔离款项，已退回付款人'
         when theirs and o.id is null then '渠道账单有此笔，我方没有该支付单'
         when theirs and o.amount_fen <> d.theirs_fen then '双方金额不同'
         when theirs and not received then '渠道已收款，我方支付单未入账'
         when theirs and our_day = r.day then '双方已一致'
         when theirs and (other_run is null or missing_there) then '我方记在 ' || our_day || case
              when other_run is null then '，等待该日账单' when abs(our_day - r.day) > 1 then '，相隔超过一日'
              else '' end
         when theirs then '渠道在 ' || our_day || ' 的账单中已有此笔，重复列示'
         when not received or our_day <> r.day then '我方该日已无此笔'
         when listed_on is not null then '渠道记在 ' || listed_on || ' 的账单'
         else '我方已入账，渠道账单没有此笔' end as reason,
       case when received then o.amount_fen end as ours_fen, coalesce(o.state, '') as ours_state, o.paid_at as ours_at
  from difference d join reconciliation r on r.id = d.reconciliation_id
  left join payment_order o on o.out_trade_no = d.number and o.channel = r.channel
 cross join lateral (select d.theirs_fen is not null as theirs, coalesce(o.state in {RECEIVED}, false) as received,
                            (o.paid_at at time zone 'Asia/Shanghai')::date as our_day) as seen
 cross join lateral (
    select (select n.id from reconciliation n where (n.channel, n.day) = (r.channel, our_day) and n.state = 'compared')
           as other_run,
           exists (select from difference e join reconciliation n on n.id = e.reconciliation_id
                    where e.number = d.number and e.what = 'payment' and e.theirs_fen is null
                      and (n.channel, n.day) = (r.channel, our_day)) as missing_there,
           not received and exists (
               select from quarantined_notice q
                where (q.channel, q.out_trade_no, q.kind) = (r.channel, d.number, 'payment') and q.state = 'returned'
                  and q.return_fen = d.theirs_fen) as sent_back,
           (select min(n.day) from difference e join reconciliation n on n.id = e.reconciliation_id
             where e.number = d.number and e.what = 'payment' and e.theirs_fen is not null and e.id <> d.id
               and n.channel = r.channel) as listed_on) as beside
 where d.what = 'payment' and d.id = any($1)"""

REFUNDS = f"""
select d.id, case
         when theirs and given_back then null
         when theirs and f.id is null then 'long'
         when theirs and f.amount_fen <> d.theirs_fen then 'amount'
         when theirs and (d.theirs_state = 'done' and f.state <> 'done'
                          or d.theirs_state = 'closed' and f.state = 'done' and not f.offline) then 'state'
         when theirs or f.offline or f.state is distinct from 'done' or our_day <> r.day then null
         when listed_on is not null then 'day_cut'
         else 'short' end as kind,
       true as day_cut_is_sure,
       case
         when theirs and given_back then '非我方支付单的款项，已退回付款人'
         when theirs and f.id is null then '渠道账单有此退款，我方没有该退款单'
         when theirs and f.amount_fen <> d.theirs_fen then '双方退款金额不同'
         when theirs and d.theirs_state = 'done' and f.state <> 'done' then '渠道已退款，我方退款单未完成'
         when theirs and d.theirs_state = 'closed' and f.state = 'done' and not f.offline
              then '渠道退款已关闭，我方记为已退'
         when theirs then '双方已一致'
         when f.offline then '已线下转账退款，不经渠道'
         when f.state is distinct from 'done' or our_day <> r.day then '我方该日已无此笔'
         when listed_on is not null then '渠道记在 ' || listed_on || ' 的账单'
         else '我方已退款，渠道账单没有此笔' end as reason,
       case when f.state = 'done' then f.amount_fen end as ours_fen, coalesce(f.state, '') as ours_state,
       f.done_at as ours_at
  from difference d join reconciliation r on r.id = d.reconciliation_id
  left join (refund f join payment_order o on o.id = f.order_id)
       on f.out_refund_no = d.number and o.channel = r.channel
 cross join lateral (
    select d.theirs_fen is not null as theirs, (f.done_at at time zone 'Asia/Shanghai')::date as our_day,
           {given_back(number="d.number", channel="r.channel", fen="d.theirs_fen")} as given_back,
           (select min(n.day) from statement_refund s join reconciliation n on n.id = s.reconciliation_id
             where s.number = d.number and n.channel = r.channel and n.day <> r.day) as listed_on) as beside
 where d.what = 'refund' and d.id = any($1)"""

# What stands in the books as 待查 for something that agrees by now must be taken out again, by two people as before.
TARGET = """
select d.id, d.state as before,
       coalesce(v.kind, case when d.booked_fen <> 0 then 'amount' end, d.kind) as kind,
       v.ours_fen, v.ours_state, v.ours_at,
       case when v.kind is null and d.booked_fen <> 0 then '双方已一致，请冲回已挂账金额' else v.reason end as reason,
       case when itself and d.state = 'resolved' then d.state
            when itself then 'resolved'
            when d.state = 'resolved' and (d.resolution = 'itself' or d.decided_on <> facts) then 'open'
            else d.state end as state,
       facts
  from difference d join verdict v on v.id = d.id
 cross join lateral (
    select d.booked_fen = 0 and (v.kind is null or v.kind = 'day_cut' and coalesce(v.day_cut_is_sure, false)) as itself,
           concat_ws(':', coalesce(v.kind, 'none'), coalesce(d.theirs_fen::text, '-'),
                     coalesce(v.ours_fen::text, '-')) as facts) as read"""

JUDGE = f"""
with verdict as materialized ({PAYMENTS} union all {REFUNDS}),
target as materialized ({TARGET}),
judged as (
    update difference d
       set kind = t.kind, ours_fen = t.ours_fen, ours_state = t.ours_state, ours_at = t.ours_at, state = t.state,
           reason = case when t.state = 'resolved' and t.before = 'resolved' then d.reason else t.reason end,
           resolution = case when t.state = 'open' then ''
                             when t.before in ('open', 'proposed') and t.state = 'resolved' then 'itself'
                             else d.resolution end,
           resolved_at = case when t.state <> 'resolved' then null
                              when t.before = 'resolved' then d.resolved_at else $2::timestamptz end,
           proposed_by = case when t.state = 'open' then '' else d.proposed_by end,
           decided_by = case when t.state = 'open' then '' else d.decided_by end,
           decided_on = case when t.state = 'resolved' and t.before = 'approved' then t.facts else d.decided_on end
      from target t where t.id = d.id
       and (d.kind, d.ours_fen, d.ours_state, d.ours_at, d.state, d.reason)
           is distinct from (t.kind, t.ours_fen, t.ours_state, t.ours_at, t.state, t.reason)
 returning d.id)
insert into audit_row (at, actor, action, subject, reason, detail, request_id)
select $2, 'system:reconciliation', case when t.state = 'resolved' then 'difference.resolved_itself'
                                         else 'difference.reopened' end,
       'difference:' || t.id, t.reason, '{{}}', ''
  from target t join judged j on j.id = t.id where t.state <> t.before order by t.id"""

CONCERNED = """
select d.id from difference d join reconciliation r on r.id = d.reconciliation_id
 where r.channel = $1 and (abs(r.day - $2::date) <= 2 or d.state <> 'resolved') order by d.id for update of d"""


async def judge(tx: Transaction, ids: Sequence[int]) -> None:
    """Judge these differences, whose rows the caller has locked."""
    if ids:
        await tx.execute(JUDGE, list(ids), clock.now())


async def hold_around(tx: Transaction, *, channel: str, day: date) -> list[int]:
    """Lock what a comparison of `day` may change: its differences, its neighbours', and all that are open.

    Always in the same order, before any of them is touched: two who look at once wait for each other.
    """
    return [row["id"] for row in await tx.fetch(CONCERNED, channel, day)]


async def judge_around(tx: Transaction, *, channel: str, day: date) -> None:
    """Judge all that `hold_around` names."""
    await judge(tx, await hold_around(tx, channel=channel, day=day))
