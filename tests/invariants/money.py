"""Of the ledger and reconciliation; what holds of money that moves stands in `moving`."""

import gzip
import io
from collections import Counter

from channels.wechat.bills import trade_rows
from tests.invariants.asking import Fetch, always, texts, when_quiet


@always
async def money_that_came_is_in_the_books(fetch: Fetch) -> list[str]:
    """What an order received stands in its channel's account once, less what left it; what quarantine returns too."""
    return texts(
        await fetch(
            """select o.id as "order", o.state, coalesce(booked.fen, 0) as booked
                 from payment_order o
                 left join lateral (select sum(e.amount_fen) as fen from ledger_entry e
                                     where e.order_id = o.id and e.account = 'channel:' || o.channel) booked on true
                 left join lateral (select sum(f.amount_fen) as fen from refund f
                                     where f.order_id = o.id and f.state = 'done'
                                       and (not f.offline or f.fetched_at is not null)) back on true
                 left join quarantined_notice q on (q.channel, q.out_trade_no) = (o.channel, o.out_trade_no)
                                               and q.kind = 'payment' and q.state = 'returning'
                where coalesce(booked.fen, 0) <> case when o.state in ('paid', 'refunded') then o.amount_fen else 0 end
                                                 - coalesce(back.fen, 0) + coalesce(q.return_fen, 0)"""
        )
    )


@always
async def what_is_in_transit_was_decided(fetch: Fetch) -> list[str]:
    """待查款 of a day is what two people decided about its differences, to the fen; fees are what its bill says."""
    return texts(
        await fetch(
            """select r.id as reconciliation from reconciliation r
                where (select coalesce(-sum(amount_fen), 0) from ledger_entry e
                        where e.reconciliation_id = r.id and e.account = 'transit:' || r.channel)
                      <> (select coalesce(sum(booked_fen), 0) from difference d where d.reconciliation_id = r.id)
                   or (select coalesce(sum(amount_fen), 0) from ledger_entry e
                        where e.reconciliation_id = r.id and e.account = 'fee:' || r.channel)
                      <> case when r.state = 'compared' then r.fee_fen else 0 end"""
        )
    )


@always
async def nobody_alone_closed_a_difference(fetch: Fetch) -> list[str]:
    """A difference that did not resolve itself was proposed by one person and decided by another, with a reason."""
    return texts(
        await fetch(
            """select id as difference, proposed_by, decided_by from difference
                where state in ('approved', 'resolved') and resolution <> 'itself'
                  and (proposed_by = '' or decided_by = '' or proposed_by = decided_by or btrim(note) = '')"""
        )
    )


@when_quiet
async def differences_are_those_of_a_recount(fetch: Fetch) -> list[str]:
    """WeChat's bill as it was kept, counted again row by row, gives the differences that stand open, and no others."""
    amiss = []
    for run in await fetch(
        "select id, channel, day from reconciliation where channel = 'wechat' and state = 'compared'"
    ):
        theirs = await _theirs(fetch, run["id"])
        rows = await fetch(
            """select out_trade_no, amount_fen from payment_order where channel = $1
                  and paid_at is not null and (paid_at at time zone 'Asia/Shanghai')::date = $2""",
            run["channel"],
            run["day"],
        )
        ours = Counter({row["out_trade_no"]: row["amount_fen"] for row in rows})
        apart = {number for number in theirs | ours if theirs[number] != ours[number]}
        noted = await fetch(
            "select number, state from difference where reconciliation_id = $1 and what = 'payment'", run["id"]
        )
        missing = apart - {row["number"] for row in noted}
        idle = {row["number"] for row in noted if row["state"] != "resolved"} - apart
        amiss += [f"{run['day']}: {number} differs" for number in missing]
        amiss += [f"{run['day']}: {number} does not differ" for number in idle]
    return amiss


async def _theirs(fetch: Fetch, reconciliation_id: int) -> Counter[str]:
    """Number → fen of the payments in the bill that was kept last."""
    parts = await fetch(
        """select content from statement_part where statement_id = (
               select max(id) from statement where reconciliation_id = $1) order by position""",
        reconciliation_id,
    )
    plain = gzip.decompress(b"".join(row["content"] for row in parts)) if parts else b""
    found: Counter[str] = Counter()
    for row in trade_rows(io.BytesIO(plain)) if plain else ():
        if row.out_refund_no is None:
            found[row.out_trade_no] += row.amount_fen
    return found
