"""The invariants of money see what is broken by hand, each in a transaction that is undone."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from channels.payment import RefundState
from foundation import database
from foundation.actor import Actor
from payments import bills, gateway, inquiry, notices, refunds
from payments.models import Refund
from tests.builders.hostile_till import HostileTill
from tests.builders.money_jobs import work
from tests.builders.payments import UNIT, begin, begun
from tests.invariants import amiss
from tests.invariants.moving import MONEY

# What is done by hand → the invariant that must name it.
BY_HAND = {
    "update ledger_entry set amount_fen = amount_fen + 1 where account like 'unit:%'": "every_posting_balances",
    "delete from ledger_entry where account like 'unit:%'": "every_posting_balances",
    "update bill set state = 'unpaid', settled_at = null where state = 'settled'": "a_bill_settles_once",
    "drop index payment_order_one_settles; update payment_order set settles = true where state = 'refunded'":
        "a_bill_settles_once",
    """drop index payment_order_one_live;
       update payment_order set state = 'awaiting', paid_at = null, bill_id = (select min(id) from bill)""":
        "one_order_lives_at_a_time",
    "update payment_order set bill_version = bill_version + 1 where settles": "a_bill_settles_once",
    "update refund set amount_fen = amount_fen * 3": "refunds_stay_within_what_came",
    "update payment_order set state = 'refunded' where settles": "refunds_stay_within_what_came",
    "delete from refund": "what_settles_nothing_goes_back",
    "delete from ledger_entry where memo = 'returned'": "the_books_say_what_the_orders_say",
    "update payment_order set amount_fen = amount_fen + 1 where settles": "the_books_say_what_the_orders_say",
    "delete from audit_row where action = 'bill.settled'": "every_deed_of_money_is_audited",
    "insert into audit_row (at, actor, action, subject, reason, detail, request_id) select at, actor, action, subject,"
    " reason, detail, request_id from audit_row where action = 'order.placed'": "every_deed_of_money_is_audited",
    "delete from procrastinate_jobs where args ->> 'kind' = 'BillSettled'": "every_fact_of_money_is_told_once",
    "update refund set state = 'processing', done_at = null where state = 'done'": "every_fact_of_money_is_told_once",
    "delete from quarantined_notice": "what_we_cannot_believe_is_before_people",
}  # fmt: skip


class Undone(Exception):
    """Ends a transaction without a trace."""


@pytest.fixture
async def lives(db: None) -> AsyncIterator[None]:
    """Settled, paid twice and given back, withdrawn, in quarantine, and refunds of two kinds."""
    wechat, alipay = HostileTill("wechat"), HostileTill("alipay")
    gateway.use({"wechat": wechat, "alipay": alipay})
    bill, first, citizen = await begun()
    second = await begin(bill, citizen, "alipay")
    await notices.receive(channel="alipay", headers={}, body=alipay.pays(second.out_trade_no))
    await notices.receive(channel="wechat", headers={}, body=wechat.pays(first.out_trade_no))
    await work(may_fail=False)
    _, wrong, _ = await begun()
    await notices.receive(channel="wechat", headers={}, body=wechat.pays(wrong.out_trade_no, amount_fen=1))
    taken_back, open_one, _ = await begun()
    await bills.withdraw(notice_no=taken_back.notice_no, by=UNIT, reason="开错")
    await inquiry.ask(open_one.id)
    alipay.refund_state = RefundState.PROCESSING
    await second.refresh_from_db()
    async with database.transaction():
        await refunds.request(order=second, amount_fen=3000, reason="多缴", by=Actor.staff(1))
    await work(may_fail=False)
    assert sorted(one.state for one in await Refund.all()) == ["done", "processing"]
    yield
    gateway.use({})


async def broken_after(sql: str) -> list[str]:
    found: list[str] = []
    with suppress(Undone):
        async with database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")  # no trigger, no foreign key
            await tx.execute(sql)
            found = await amiss(tx.fetch, MONEY)
            raise Undone
    return [one.split(" ")[0] for one in found]


@pytest.mark.usefixtures("lives")
async def test_each_invariant_of_money_sees_what_it_is_for():
    assert await amiss(database.fetch, MONEY) == []
    for sql, name in BY_HAND.items():
        assert name in await broken_after(sql), sql
    assert await amiss(database.fetch, MONEY) == []


def test_each_invariant_of_money_has_its_control_and_its_sentence():
    assert {one.__name__ for one in MONEY} == set(BY_HAND.values())
    assert all(one.__doc__ for one in MONEY)
