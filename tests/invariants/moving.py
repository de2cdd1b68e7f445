"""What must always hold of money that moves: bills, orders, refunds and books (docs/behaviours.md).

Asked after every commit by `amiss(fetch, MONEY)`; apart from those of the hall, which a test of money need not ask.
"""

from collections import Counter

from payments.ledger import OWED
from payments.orders import LIVE, RECEIVED
from payments.refund_repairs import OFFLINE
from payments.refunds import UNDER_WAY
from tests.invariants.asking import Fetch, Invariant, texts

MONEY: list[Invariant] = []


def of_money(one: Invariant) -> Invariant:
    """Holds after every commit."""
    MONEY.append(one)
    return one


@of_money
async def every_posting_balances(fetch: Fetch) -> list[str]:
    """The entries of each posting add up to zero, have two sides at least, and were written at one moment."""
    return texts(
        await fetch(
            """select posting, sum(amount_fen) as off, count(*) as entries from ledger_entry group by posting
               having sum(amount_fen) <> 0 or count(*) < 2 or count(distinct at) > 1"""
        )
    )


@of_money
async def a_bill_settles_once(fetch: Fetch) -> list[str]:
    """A bill is settled by one order, which paid what it says now; an unpaid or withdrawn one by none."""
    return texts(
        await fetch(
            """select b.id as bill, b.state, count(o.id) filter (where o.settles) as settling
                 from bill b left join payment_order o on o.bill_id = b.id
                group by b.id having count(o.id) filter (where o.settles) <> (b.state in ('settled', 'refunded'))::int
                    or bool_or(o.settles and not o.state = any($1))
                    or bool_or(o.settles and (o.bill_version, o.amount_fen) <> (b.version, b.settled_fen))""",
            list(RECEIVED),
        )
    )


@of_money
async def one_order_lives_at_a_time(fetch: Fetch) -> list[str]:
    """No bill has two orders that can still be paid."""
    return texts(
        await fetch(
            "select bill_id, count(*) from payment_order where state = any($1) group by 1 having count(*) > 1",
            list(LIVE),
        )
    )


@of_money
async def refunds_stay_within_what_came(fetch: Fetch) -> list[str]:
    """What goes back of an order is at most what it received, and it is refunded when all of it went."""
    return texts(
        await fetch(
            """select o.id as order, o.state, o.amount_fen, sum(r.amount_fen) as back
                 from payment_order o join refund r on r.order_id = o.id
                group by o.id
               having coalesce(sum(r.amount_fen) filter (where r.state <> 'closed'), 0)
                      > case when o.state = any($1) then o.amount_fen else 0 end
                   or (o.state = 'refunded')
                      <> (coalesce(sum(r.amount_fen) filter (where r.state = 'done'), 0) = o.amount_fen)""",
            list(RECEIVED),
        )
    )


@of_money
async def what_settles_nothing_goes_back(fetch: Fetch) -> list[str]:
    """Money that came again has a refund over all of it from the moment it came."""
    return texts(
        await fetch(
            """select o.id as order from payment_order o left join refund r on r.order_id = o.id
                where o.state = any($1) and not o.settles
                group by o.id having coalesce(sum(r.amount_fen), 0) < o.amount_fen""",
            list(RECEIVED),
        )
    )


@of_money
async def the_books_say_what_the_orders_say(fetch: Fetch) -> list[str]:
    """A channel holds what came less what went back, a unit what settled its bills and stays; the rest is owed.

    What was paid back by bank transfer is with the channel until it is fetched. Reconciliation's postings stand apart.
    """
    booked = await fetch(
        """select account, sum(amount_fen)::bigint as fen from ledger_entry
            where reconciliation_id is null group by 1"""
    )
    due = await fetch(
        """with money as (
             select o.channel, b.exec_unit_code as unit, o.amount_fen as came, o.settles,
                    coalesce(sum(r.amount_fen) filter (where r.state = 'done'), 0) as went,
                    coalesce(sum(r.amount_fen) filter (where r.offline and r.fetched_at is null), 0) as offline,
                    coalesce(sum(r.amount_fen) filter (where r.state = any($2)), 0) as going
               from payment_order o join bill b on b.id = o.bill_id left join refund r on r.order_id = o.id
              where o.state = any($1) group by o.id, b.exec_unit_code)
           select 'channel:' || channel as account, sum(came - went + offline)::bigint as fen from money group by 1
           union all
           select $4, -coalesce(sum(offline), 0)::bigint from money
           union all
           select 'unit:' || unit, -sum(came - went - going)::bigint from money where settles group by 1
           union all
           select $3, -coalesce(sum(case when settles then going else came - went end), 0)::bigint from money
           union all
           select unnest(array['channel:' || channel, $3]), unnest(array[return_fen, -return_fen])
             from quarantined_notice where state = 'returning'""",
        list(RECEIVED), list(UNDER_WAY), OWED, OFFLINE,
    )  # fmt: skip
    ours, theirs = Counter[str](), Counter[str]()
    for rows, sums in ((booked, ours), (due, theirs)):
        for row in rows:
            sums[row["account"]] += row["fen"]
    return [
        f"{one}: {ours[one]} booked, {theirs[one]} by the orders"
        for one in sorted(ours.keys() | theirs.keys())
        if ours[one] != theirs[one]
    ]


@of_money
async def every_deed_of_money_is_audited(fetch: Fetch) -> list[str]:
    """What became of a bill, each order that was placed and each refund that was decided has one row that says so."""
    return texts(
        await fetch(
            """with deeds as (select subject, action, count(*) as rows from audit_row
                               where action = any($1) group by 1, 2),
                    due as (
                 select 'bill:' || id as subject, 'bill.raised' as action, 1 as rows from bill
                 union all
                 select 'bill:' || id, 'bill.settled', 1 from bill where state in ('settled', 'refunded')
                 union all
                 select 'bill:' || id, 'bill.withdrawn', 1 from bill where state = 'withdrawn'
                 union all
                 select 'bill:' || bill_id, 'order.placed', count(*) from payment_order group by bill_id
                 union all
                 select 'order:' || order_id, case origin when 'house' then 'refund.requested' else 'refund.found' end,
                        count(*) from refund group by 1, 2)
               select * from due full join deeds using (subject, action) where due.rows is distinct from deeds.rows""",
            ["bill.raised", "bill.settled", "bill.withdrawn", "order.placed", "refund.requested", "refund.found"],
        )
    )


@of_money
async def every_fact_of_money_is_told_once(fetch: Fetch) -> list[str]:
    """A settled bill and money that went back stand in the outbox, each once; so does what was put into quarantine."""
    told = await fetch(
        """select args ->> 'kind' as kind, count(*) as times,
                  coalesce(args -> 'event' ->> 'refund_id', args -> 'event' ->> 'bill_id',
                           args -> 'event' ->> 'channel_event_id')::bigint as of
             from procrastinate_jobs where task_name = 'foundation.events.spread'
              and args ->> 'kind' in ('BillSettled', 'MoneyReturned', 'NoticeQuarantined') group by 1, 3"""
    )
    due = await fetch(
        """select 'BillSettled' as kind, id as of from bill where state in ('settled', 'refunded')
           union all select 'MoneyReturned', id from refund where state = 'done'
           union all select 'NoticeQuarantined', event_id from quarantined_notice"""
    )
    times = {(row["kind"], row["of"]): row["times"] for row in told}
    facts = {(row["kind"], row["of"]) for row in due}
    return [
        f"{kind} {of}: told {times.get((kind, of), 0)} times"
        for kind, of in facts | times.keys()
        if times.get((kind, of), 0) != ((kind, of) in facts)
    ]


@of_money
async def what_we_cannot_believe_is_before_people(fetch: Fetch) -> list[str]:
    """Of each notice that does not agree or concerns nothing we know there is one that finance sees or has seen."""
    return texts(
        await fetch(
            """select e.id as notice, e.outcome from channel_event e
                where e.outcome in ('quarantined', 'unknown_order')
                  and not exists (select from quarantined_notice q
                                   where q.channel = e.channel and q.out_trade_no = e.out_trade_no)"""
        )
    )
