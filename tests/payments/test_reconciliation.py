"""A day of a channel beside ours: what differs, by name; a run again says the same; time resolves what it can."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from channels.errors import BillDamaged, BillNotReady, BillUnreadable
from channels.states import RefundState
from foundation import clock, database
from foundation.actor import Actor
from foundation.http import OutsideUnavailable
from payments import reconciliation, settlement
from payments.models import PaymentOrder, Refund
from payments.reconciliation_errors import DayNotOver, DayTooOld
from payments.reconciliation_jobs import look_at_differences_again, missing, reconcile
from payments.reconciliation_models import Difference, Reconciliation, Statement
from tests.builders.payments import begun, books
from tests.builders.statements import at, paid_row, refund_row, yesterday
from tests.payments.conftest import Tellers

BY = Actor.staff(1)
READY = timedelta(days=1, hours=11)  # after the midnight that began the day


async def paid_on(tellers: Tellers, moment: datetime, *, fen: int = 8000) -> PaymentOrder:
    """An order of WeChat that was paid and settled at `moment`."""
    _, order, _ = await begun(fen=fen)
    await settlement.settle(tellers.wechat.pay(order.out_trade_no))
    await PaymentOrder.filter(id=order.id).update(paid_at=moment)
    await order.refresh_from_db()
    return order


async def run(day: date, channel: str = "wechat") -> reconciliation.Figures:
    with clock.frozen(max(clock.now(), at(day, 0) + READY)):
        return await reconciliation.run(channel=channel, day=day, by=BY)


async def said(day: date) -> list[tuple[str, str, str, str]]:
    """What, number, kind and state of each difference of the day."""
    rows = await Difference.filter(reconciliation__day=day).order_by("what", "number")
    return [(one.what, one.number, one.kind, one.state) for one in rows]


async def kinds(day: date) -> dict[str, str]:
    return {number: f"{kind} {state}" for _, number, kind, state in await said(day)}


async def everything(day: date) -> list[tuple]:
    """All that is remembered of a day but when it was last looked at."""
    rows = await database.fetch(
        """select to_jsonb(d) as said from difference d join reconciliation r on r.id = d.reconciliation_id
            where r.day = $1
           union all
           select to_jsonb(r) - 'compared_at' - 'tried_at' from reconciliation r where r.day = $1
           union all select to_jsonb(s) - 'id' from statement_refund s union all select to_jsonb(s) from statement s
           union all select to_jsonb(e) from ledger_entry e order by 1""",
        day,
    )
    return [row["said"] for row in rows]


async def test_a_day_that_agrees(tellers: Tellers):
    day = yesterday()
    orders = [await paid_on(tellers, at(day, hour)) for hour in (0, 12, 23)]
    tellers.wechat.statements[day] = [paid_row(one.out_trade_no, day=day, fee_fen=48) for one in orders]
    figures = await run(day)
    assert (figures.matched, figures.their_payments_fen, figures.our_payments_fen) == (3, 24000, 24000)
    assert await said(day) == []
    assert await books() == {"channel:wechat": 24000 - 144, "unit:3507": -24000, "fee:wechat": 144}
    row = await Reconciliation.get(day=day)
    assert (row.state, row.matched, row.fee_fen) == ("compared", 3, 144)


async def test_each_kind_of_difference_has_its_name(tellers: Tellers):
    day = yesterday()
    agrees, short, amount = [await paid_on(tellers, at(day)) for _ in range(3)]
    _, unpaid, _ = await begun()
    tellers.wechat.statements[day] = [
        paid_row(agrees.out_trade_no, day=day),
        paid_row("P-nobody", day=day, fen=5),
        paid_row(amount.out_trade_no, day=day, fen=7999),
        paid_row(unpaid.out_trade_no, day=day),
        refund_row("R-console", of=agrees.out_trade_no, day=day, fen=100),
    ]
    figures = await run(day)
    assert figures.matched == 1
    assert set(await said(day)) == {
        ("payment", "P-nobody", "long", "open"),
        ("payment", short.out_trade_no, "short", "open"),
        ("payment", amount.out_trade_no, "amount", "open"),
        ("payment", unpaid.out_trade_no, "state", "open"),
        ("refund", "R-console", "long", "open"),
    }
    one = await Difference.get(number=amount.out_trade_no)
    assert (one.theirs_fen, one.ours_fen, one.ours_state) == (7999, 8000, "paid")


async def test_run_again_it_says_exactly_the_same(tellers: Tellers):
    day = yesterday()
    agrees, short = [await paid_on(tellers, at(day)) for _ in range(2)]
    tellers.wechat.statements[day] = [
        paid_row(agrees.out_trade_no, day=day, fee_fen=7),
        paid_row("P-nobody", day=day),
        refund_row("R-console", of=agrees.out_trade_no, day=day, fen=100),
    ]
    first = await run(day)
    before = await everything(day)
    assert await run(day) == first
    assert await everything(day) == before
    assert short.out_trade_no in {one.number for one in await Difference.all()}


async def test_a_number_that_a_bill_lists_twice_is_another_amount(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)] * 2
    await run(day)
    one = await Difference.get(number=order.out_trade_no)
    assert (one.kind, one.theirs_fen, one.ours_fen) == ("amount", 16000, 8000)


@pytest.mark.parametrize("first_run", ["the day of ours", "the day of theirs"])
async def test_a_day_cut_resolves_itself_when_the_neighbours_bill_is_there(tellers: Tellers, first_run: str):
    day = yesterday() - timedelta(days=1)
    after = day + timedelta(days=1)
    order = await paid_on(tellers, at(day, 23, 59))
    tellers.wechat.statements[day] = []
    tellers.wechat.statements[after] = [paid_row(order.out_trade_no, day=after, at=at(after, 0, 0))]
    days = [day, after] if first_run == "the day of ours" else [after, day]
    await run(days[0])
    assert (await kinds(days[0]))[order.out_trade_no] == ("short open" if days[0] == day else "day_cut open")
    await run(days[1])
    for one in (day, after):
        assert await kinds(one) == {order.out_trade_no: "day_cut resolved"}
    before = [await everything(one) for one in days]
    await run(days[0])
    await run(days[1])
    assert [await everything(one) for one in days] == before


async def test_listed_on_two_days_it_is_counted_twice_over_there(tellers: Tellers):
    day = yesterday() - timedelta(days=1)
    after = day + timedelta(days=1)
    order = await paid_on(tellers, at(day))
    for one in (day, after):
        tellers.wechat.statements[one] = [paid_row(order.out_trade_no, day=one)]
        await run(one)
    assert await kinds(day) == {}
    assert await kinds(after) == {order.out_trade_no: "long open"}


async def test_days_apart_is_no_day_cut_that_explains_itself(tellers: Tellers):
    day = yesterday() - timedelta(days=3)
    order = await paid_on(tellers, at(day))
    tellers.wechat.statements = {day: [], yesterday(): [paid_row(order.out_trade_no, day=yesterday())]}
    await run(day)
    await run(yesterday())
    assert await kinds(yesterday()) == {order.out_trade_no: "day_cut open"}


async def test_what_is_settled_meanwhile_resolves_by_itself_and_says_why(tellers: Tellers):
    day = yesterday()
    _, order, _ = await begun()
    paid = tellers.wechat.pay(order.out_trade_no)
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)]
    await run(day)
    assert await kinds(day) == {order.out_trade_no: "state open"}
    await settlement.settle(paid)
    await PaymentOrder.filter(id=order.id).update(paid_at=at(day))
    await look_at_differences_again()
    one = await Difference.get(number=order.out_trade_no)
    assert (one.state, one.resolution, one.reason) == ("resolved", "itself", "双方已一致")
    actions = "select action, reason from audit_row where subject = $1"
    (row,) = await database.fetch(actions, f"difference:{one.id}")
    assert tuple(row) == ("difference.resolved_itself", "双方已一致")


async def test_a_late_corrected_bill_resolves_what_the_first_one_lacked(tellers: Tellers):
    day = yesterday()
    orders = [await paid_on(tellers, at(day)) for _ in range(2)]
    rows = [paid_row(one.out_trade_no, day=day, fee_fen=5) for one in orders]
    tellers.wechat.statements[day] = rows[:1]
    await run(day)
    assert await kinds(day) == {orders[1].out_trade_no: "short open"}
    tellers.wechat.statements[day] = rows
    assert (await run(day)).matched == 2
    assert await kinds(day) == {orders[1].out_trade_no: "short resolved"}
    assert await Statement.all().count() == 2
    assert (await books())["fee:wechat"] == 10
    tellers.wechat.statements[day] = rows[:1]
    await run(day)
    assert await kinds(day) == {orders[1].out_trade_no: "short open"}
    assert (await books())["fee:wechat"] == 5


async def a_done_refund(order: PaymentOrder, number: str, moment: datetime, fen: int = 8000) -> Refund:
    return await Refund.create(
        order=order, out_refund_no=number, amount_fen=fen, reason="多缴", state="done", done_at=moment
    )


async def test_refunds_are_found_by_number_on_whichever_day_a_bill_lists_them(tellers: Tellers):
    """WeChat lists a refund on the day it was asked for; it is done days later."""
    day, done_on = yesterday() - timedelta(days=2), yesterday()
    order = await paid_on(tellers, at(day))
    paid = paid_row(order.out_trade_no, day=day)
    under_way = refund_row("R-1", of=order.out_trade_no, day=day, state=RefundState.PROCESSING)
    refund = await a_done_refund(order, "R-1", at(done_on))
    tellers.wechat.statements = {day: [paid, under_way], done_on: []}
    await run(day)
    await run(done_on)
    assert (await kinds(day), await kinds(done_on)) == ({}, {})
    await Refund.filter(id=refund.id).update(out_refund_no="R-2")
    await run(done_on)
    assert await kinds(done_on) == {"R-2": "short open"}


async def test_refunds_that_differ(tellers: Tellers):
    day = yesterday()
    orders = [await paid_on(tellers, at(day)) for _ in range(3)]
    await a_done_refund(orders[0], "R-amount", at(day), fen=7000)
    await a_done_refund(orders[1], "R-closed", at(day))
    await Refund.create(order=orders[2], out_refund_no="R-open", amount_fen=8000, reason="多缴", state="processing")
    rows = [paid_row(one.out_trade_no, day=day) for one in orders]
    tellers.wechat.statements[day] = [
        *rows,
        refund_row("R-amount", of=orders[0].out_trade_no, day=day),
        refund_row("R-closed", of=orders[1].out_trade_no, day=day, state=RefundState.CLOSED),
        refund_row("R-open", of=orders[2].out_trade_no, day=day),
    ]
    await run(day)
    assert await kinds(day) == {"R-amount": "amount open", "R-closed": "state open", "R-open": "state open"}


async def test_an_empty_day_is_compared_and_not_forgotten(tellers: Tellers):
    day = yesterday()
    tellers.alipay.statements[day] = []
    figures = await run(day, "alipay")
    assert figures.their_payments == figures.our_payments == 0
    assert not await Statement.exists()
    assert (await Reconciliation.get(channel="alipay")).state == "compared"


async def test_nothing_is_compared_with_a_bill_that_is_not_there_or_not_whole(tellers: Tellers):
    day = yesterday()
    await paid_on(tellers, at(day))
    troubles = [(BillNotReady(), "waiting"), (OutsideUnavailable(), "waiting")]
    for why, state in [*troubles, (BillDamaged(), "failed"), (BillUnreadable(), "failed")]:
        tellers.wechat.statements[day] = why
        with pytest.raises(type(why)):
            await run(day)
        row = await Reconciliation.get(day=day)
        assert (row.state, row.problem) == (state, why.message)
    assert (await said(day), row.tried_times) == ([], 4)


async def test_a_bill_that_turns_out_wrong_at_its_last_line_leaves_no_trace(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))

    class Torn(list):
        def __iter__(self):
            yield from super().__iter__()
            raise BillUnreadable(detail={"what": "totals"})

    tellers.wechat.statements[day] = Torn([paid_row(order.out_trade_no, day=day, fee_fen=3), paid_row("P-2", day=day)])
    with pytest.raises(BillUnreadable):
        await run(day)
    assert await said(day) == []
    assert not await Statement.exists()
    assert "fee:wechat" not in await books()
    assert (await Reconciliation.get(day=day)).state == "failed"


async def test_a_bill_that_is_kept_stays_as_it_came(tellers: Tellers):
    day = yesterday()
    tellers.wechat.statements[day] = [paid_row("P-nobody", day=day)]
    await run(day)
    for change in (
        "update statement set sha256 = 'x'",
        "update statement_part set content = ''",
        "delete from statement_part",
        "delete from statement",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(change)


async def test_a_bill_of_another_day_is_not_believed(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.statements[day] = [paid_row("P-old", day=day - timedelta(days=30))]
    with pytest.raises(BillUnreadable):
        await run(day)
    assert (await said(day), order.state) == ([], "paid")


async def test_texts_of_a_bill_that_mean_something_to_copy(tellers: Tellers):
    day = yesterday()
    numbers = ["P\\N", "P\ttab", "P\nline", "\\.", "P%s'; drop table bill; --", "P\0zero"]
    tellers.wechat.statements[day] = [paid_row(one, day=day) for one in numbers]
    await run(day)
    assert {number for _, number, _, _ in await said(day)} == {one.replace("\0", "") for one in numbers}


async def test_a_day_is_compared_after_ten_and_within_three_months(tellers: Tellers):
    today = clock.today()
    with clock.frozen(at(today, 9, 59)), pytest.raises(DayNotOver):
        await reconciliation.run(channel="wechat", day=yesterday(), by=BY)
    with pytest.raises(DayNotOver):
        await reconciliation.run(channel="wechat", day=today, by=BY)
    with clock.frozen(at(today, 10, 1)), pytest.raises(DayTooOld):
        await reconciliation.run(channel="wechat", day=today - timedelta(days=91), by=BY)


async def test_days_that_were_missed_are_caught_up_and_what_was_just_tried_is_left_alone(tellers: Tellers):
    today = clock.today()
    days = [today - timedelta(days=one) for one in (3, 2, 1)]
    await paid_on(tellers, at(days[0]))
    with clock.frozen(at(today, 9, 30)):
        assert [day for channel, day in await missing() if channel == "wechat"] == days[:2]
    with clock.frozen(at(today, 10, 30)):
        assert [day for channel, day in await missing() if channel == "wechat"] == days
        assert [day for channel, day in await missing() if channel == "alipay"] == days[2:]
        tellers.wechat.statements = {days[0]: [], days[1]: BillDamaged()}
        for day in days:
            await reconcile(channel="wechat", day=str(day))
        assert [day for channel, day in await missing() if channel == "wechat"] == []
    with clock.frozen(at(today, 10, 51)):
        assert [day for channel, day in await missing() if channel == "wechat"] == days[2:]
    with clock.frozen(at(today, 11, 31)):
        assert [day for channel, day in await missing() if channel == "wechat"] == days[1:]
