"""滞纳金 and 加处罚款: the formula and its bounds, live until checkout, fixed from then on."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import clock, database
from foundation.actor import Actor
from payments import bills, checkout, inquiry, late_fee, late_fee_rules, ledger, own_bills, results, settlement
from payments.errors import BillExpired
from payments.late_fee_rules import Growth
from payments.models import Bill, BillItem, PaymentOrder
from tests.builders.payments import UNIT, a_bill, a_payer, begin, state_of
from tests.payments.conftest import Tills

LAST = date(2026, 3, 10)  # 限缴日期
PENALTY = Growth(per_day=300, kind="penalty", basis="行政处罚法第七十二条")


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.SHANGHAI)


def fine(fen: int = 20000, growth: Growth | None = PENALTY, **other: int) -> tuple[bills.PushedItem, ...]:
    return (bills.PushedItem(exec_item_code="103050", exec_item_name="罚款", amount_fen=fen, growth=growth, **other),)


async def a_late_bill(fen: int = 20000, growth: Growth | None = PENALTY, **other):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity, fen=fen, items=fine(fen, growth), expire_date=LAST, **other)
    return bill, citizen


async def due(bill: Bill, day: date) -> tuple[int, int]:
    found = late_fee.due(bill, await BillItem.filter(bill=bill), on=day)
    return found.fen, found.days_late


@pytest.mark.usefixtures("db")
async def test_three_per_cent_a_day_from_the_day_after_and_never_more_than_the_fine():
    bill, _ = await a_late_bill()
    assert await due(bill, LAST) == (20000, 0)
    assert await due(bill, LAST + timedelta(days=1)) == (20600, 1)
    assert await due(bill, LAST + timedelta(days=33)) == (39800, 33)
    for days in (34, 400):
        assert await due(bill, LAST + timedelta(days=days)) == (40000, days)


@given(amount=st.integers(0, 10**13), rate=st.integers(0, 10_000), days=st.integers(0, 40_000),
       pushed=st.integers(0, 10**13))  # fmt: skip
def test_it_never_exceeds_the_amount_never_falls_and_is_whole_fen(amount: int, rate: int, days: int, pushed: int):
    item = BillItem(amount_fen=amount, overdue_fen=pushed, penalty_fen=0, late_per_day=rate)
    fen = late_fee.grown(item, days_late=days)
    assert 0 <= fen <= max(0, amount - pushed)
    assert fen <= late_fee.grown(item, days_late=days + 1)
    assert fen * 10_000 <= amount * rate * days


@pytest.mark.usefixtures("db")
async def test_the_day_turns_in_shanghai():
    bill, citizen = await a_late_bill()
    with clock.frozen(at(LAST, 23)):  # still the 10th here, whatever UTC says
        assert (await own_bills.owed(citizen.id)).fen == 20000
    with clock.frozen(at(LAST + timedelta(days=1), 0)):
        assert (await own_bills.owed(citizen.id)).fen == 20600
        assert [late_fee.shown(one).fen for one in await own_bills.mine(citizen.id)] == [20600]


async def test_what_grows_can_be_paid_late_and_its_amount_is_fixed_at_checkout(tills: Tills):
    bill, citizen = await a_late_bill()
    with clock.frozen(at(LAST + timedelta(days=2), 23)):
        order = await begin(bill, citizen)
        assert (order.amount_fen, order.late_fen) == (21200, 1200)
    with clock.frozen(at(LAST + timedelta(days=3), 0) - timedelta(minutes=40)):
        assert (await begin(bill, citizen)).id == order.id
    with clock.frozen(at(LAST + timedelta(days=3), 0)):  # paid when a day more has begun
        await settlement.settle(tills.wechat.pay(order.out_trade_no))
    await bill.refresh_from_db()
    assert (bill.state, bill.settled_fen, bill.total_fen) == ("settled", 21200, 20000)
    assert await ledger.trial_balance() == {"channel:wechat": 21200, "unit:3507": -21200}
    with clock.frozen(at(LAST + timedelta(days=300))):
        (shown,) = await own_bills.mine(citizen.id)
        assert [(one.late_fen, one.fen) for one in late_fee.shown(shown).lines] == [(1200, 21200)]
        assert (await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)).amount_fen == 21200


async def test_begun_anew_after_its_end_it_is_computed_anew(tills: Tills):
    bill, citizen = await a_late_bill()
    with clock.frozen(at(LAST + timedelta(days=1))):
        first = await begin(bill, citizen)
    with clock.frozen(at(LAST + timedelta(days=5))):
        await inquiry.ask(first.id)
        second = await begin(bill, citizen)
    assert await state_of(first) == "closed"
    assert (first.amount_fen, second.amount_fen) == (20600, 23000)
    # the payer has paid what was asked of them, in time or not: it settles as it was begun
    await settlement.settle(tills.wechat.pay(first.out_trade_no))
    await bill.refresh_from_db()
    assert (bill.state, bill.settled_fen) == ("settled", 20600)


async def test_what_does_not_grow_is_refused_after_its_date(tills: Tills):
    bill, citizen = await a_late_bill(growth=None)
    with clock.frozen(at(LAST + timedelta(days=1))):
        with pytest.raises(BillExpired):
            await begin(bill, citizen)
        assert not late_fee.shown((await own_bills.mine(citizen.id))[0]).payable
    assert not await PaymentOrder.exists(bill=bill)


@pytest.mark.usefixtures("db")
async def test_a_rule_of_the_item_holds_for_what_is_pushed_from_then_on():
    before, _ = await a_late_bill(growth=None)
    await late_fee_rules.declare(exec_item_code="103050", growth=Growth(per_day=5, basis="示例条例"), by=UNIT)
    after, _ = await a_late_bill(growth=None)
    told_otherwise, _ = await a_late_bill(growth=late_fee_rules.NONE)
    await late_fee_rules.declare(exec_item_code="103050", growth=late_fee_rules.NONE, by=UNIT)
    elsewhere = Actor.department("police")
    await late_fee_rules.declare(exec_item_code="103050", growth=PENALTY, by=elsewhere)
    day = LAST + timedelta(days=10)
    assert [(await due(one, day))[0] for one in (before, after, told_otherwise)] == [20000, 20100, 20000]
    item = await BillItem.get(bill=after)
    assert (item.late_kind, item.late_basis) == ("overdue", "示例条例")
    actors = await database.fetch("select actor from audit_row where action = 'late_fee_rule.declared' order by id")
    assert [row["actor"] for row in actors] == [str(UNIT), str(UNIT), str(elsewhere)]


@pytest.mark.usefixtures("db")
async def test_the_database_keeps_what_was_paid_late_within_the_amount():
    bill, _ = await a_late_bill()
    for wrong in ("late_fen = 20001", "late_per_day = 10001", "late_kind = 'interest'", "late_fen = -1"):
        with pytest.raises(asyncpg.CheckViolationError):
            await database.execute(f"update bill_item set {wrong} where bill_id = $1", bill.id)


async def test_the_order_says_what_its_amount_is_made_of(tills: Tills):
    bill, citizen = await a_late_bill()
    with clock.frozen(at(LAST + timedelta(days=1))):
        done = await checkout.begin(bill=bill, channel="wechat", by=Actor.citizen(citizen.id))
    order = await PaymentOrder.get(out_trade_no=done.out_trade_no)
    assert (done.amount_fen, done.late_fen) == (20600, 600)
    assert [(one["name"], one["amount_fen"], one["late_fen"], one["late_kind"]) for one in order.breakdown or []] == [
        ("罚款", 20000, 600, "penalty")
    ]
