"""Working off what differs: two pairs of eyes, what the channel is asked, and what the books say afterwards."""

from datetime import date

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from channels.states import RefundState
from foundation import database
from foundation.actor import Actor
from foundation.http import OutcomeUnknown
from payments import difference_deeds, differences, refunds
from payments.models import PaymentOrder, Refund
from payments.reconciliation_errors import (
    DeedNotFitting,
    DifferenceMoved,
    DifferenceNotFound,
    NoteNeeded,
    SecondPersonNeeded,
)
from payments.reconciliation_jobs import look_at_differences_again, take_up_again
from payments.reconciliation_models import Difference
from tests.builders.payments import begun, books, state_of
from tests.builders.statements import at, paid_row, refund_row, yesterday
from tests.payments.conftest import Tellers
from tests.payments.test_reconciliation import paid_on, run

FIRST, SECOND = Actor.staff(1), Actor.staff(2)


async def the_one(number: str) -> Difference:
    return await Difference.get(number=number).prefetch_related("reconciliation")


async def decided(one: Difference, deed: str) -> None:
    await differences.propose(difference_id=one.id, deed=deed, note="已核对渠道后台", by=FIRST)
    await differences.approve(difference_id=one.id, by=SECOND)
    if deed in differences.AT_CHANNEL:
        await difference_deeds.carry_out(difference_id=one.id)


async def ends(one: Difference) -> tuple[str, str]:
    await one.refresh_from_db()
    return one.state, one.resolution


async def a_long_one(tellers: Tellers, day: date) -> Difference:
    """Money at WeChat for a number we never gave out."""
    tellers.wechat.statements[day] = [paid_row("P-nobody", day=day, fen=500)]
    await run(day)
    return await the_one("P-nobody")


async def test_one_person_proposes_and_another_decides(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    with pytest.raises(NoteNeeded):
        await differences.propose(difference_id=one.id, deed="explain", note=" ", by=FIRST)
    with pytest.raises(DifferenceMoved):
        await differences.approve(difference_id=one.id, by=SECOND)
    await differences.propose(difference_id=one.id, deed="explain", note="测试单", by=FIRST)
    with pytest.raises(SecondPersonNeeded):
        await differences.approve(difference_id=one.id, by=FIRST)
    with pytest.raises(DifferenceMoved):
        await differences.propose(difference_id=one.id, deed="book", note="换个办法", by=SECOND)
    await differences.approve(difference_id=one.id, by=SECOND)
    assert await ends(one) == ("resolved", "explain")
    assert (one.note, one.proposed_by, one.decided_by) == ("测试单", "staff:1", "staff:2")
    with pytest.raises(DifferenceMoved):
        await differences.approve(difference_id=one.id, by=SECOND)
    with pytest.raises(DifferenceNotFound):
        await differences.approve(difference_id=0, by=SECOND)


async def test_the_database_knows_two_pairs_of_eyes_too(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    by_hand = (
        "state = 'resolved', resolution = 'book', resolved_at = now()",
        "state = 'resolved', resolution = 'book', resolved_at = now(), note = 'x', proposed_by = 'staff:1',"
        " proposed_at = now(), decided_by = 'staff:1'",
        "state = 'approved', resolution = 'ask', note = 'x', proposed_by = 'staff:1', proposed_at = now()",
        "state = 'proposed', resolution = 'ask', note = ' ', proposed_by = 'staff:1', proposed_at = now()",
        "state = 'resolved', resolution = 'itself'",
    )
    for change in by_hand:
        with pytest.raises(asyncpg.CheckViolationError):
            await database.execute(f"update difference set {change} where id = $1", one.id)


async def test_a_proposal_is_turned_down_and_another_one_made(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    await differences.propose(difference_id=one.id, deed="explain", note="像是测试单", by=FIRST)
    await differences.turn_down(difference_id=one.id, note="不是测试单", by=SECOND)
    assert await ends(one) == ("open", "")
    await differences.propose(difference_id=one.id, deed="book", note="先挂账", by=SECOND)
    await differences.approve(difference_id=one.id, by=FIRST)
    assert await ends(one) == ("resolved", "book")


async def test_what_was_decided_stays_when_the_day_is_run_again_until_the_facts_change(tellers: Tellers):
    day = yesterday()
    one = await a_long_one(tellers, day)
    await decided(one, "book")
    assert await books() == {"channel:wechat": 500, "transit:wechat": -500}
    await run(day)
    await look_at_differences_again()
    assert await ends(one) == ("resolved", "book")
    tellers.wechat.statements[day] = [paid_row("P-nobody", day=day, fen=700)]
    await run(day)
    assert await ends(one) == ("open", "")
    assert differences.fitting(one) == ["book"]
    await decided(one, "book")
    assert await books() == {"channel:wechat": 700, "transit:wechat": -700}


async def test_what_was_booked_and_agrees_later_is_taken_out_again(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.statements[day] = []
    await run(day)
    one = await the_one(order.out_trade_no)
    await decided(one, "book")
    assert await books() == {"unit:3507": -8000, "transit:wechat": 8000}
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)]
    await run(day)
    assert await ends(one) == ("open", "")
    assert (one.reason, differences.fitting(one)) == ("双方已一致，请冲回已挂账金额", ["book"])
    await decided(one, "book")
    assert await books() == {"unit:3507": -8000, "channel:wechat": 8000}
    await run(day)
    assert await ends(one) == ("resolved", "book")


async def test_paid_over_there_it_is_asked_about_and_settled(tellers: Tellers):
    day = yesterday()
    bill, order, _ = await begun()
    await PaymentOrder.filter(id=order.id).update(state="closed", ask_at=None)
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)]
    await run(day)
    one = await the_one(order.out_trade_no)
    tellers.wechat.pay(order.out_trade_no)
    await decided(one, "ask")
    assert await state_of(bill) == "settled"
    await PaymentOrder.filter(id=order.id).update(paid_at=at(day))
    await look_at_differences_again()
    assert (await ends(one))[0] == "resolved"


async def test_what_the_channel_does_not_confirm_is_open_again(tellers: Tellers):
    day = yesterday()
    _, order, _ = await begun()
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)]
    await run(day)
    one = await the_one(order.out_trade_no)
    await decided(one, "ask")
    assert await ends(one) == ("open", "")
    assert one.reason == "已向渠道查询（unpaid），双方仍不一致"
    assert (one.note, one.decided_by) == ("已核对渠道后台", "")


def strange_money(tellers: Tellers, number: str, fen: int) -> None:
    """WeChat holds money for a number of which we know nothing."""
    some = next(iter(tellers.wechat.orders))
    tellers.wechat.orders[number] = tellers.wechat.orders[some]
    tellers.wechat.pay(number, amount_fen=fen, out_trade_no=number)


async def test_money_for_nobody_goes_back_once_and_stands_in_the_books(tellers: Tellers):
    day = yesterday()
    await begun()
    strange_money(tellers, "P-nobody", 500)
    one = await a_long_one(tellers, day)
    await decided(one, "send_back")
    await difference_deeds.carry_out(difference_id=one.id)
    assert await ends(one) == ("resolved", "send_back")
    assert tellers.wechat.asked("refund") == [one.return_no]
    assert await books() == {}
    assert await database.fetchval("select count(*) from ledger_entry where reconciliation_id is not null") == 4
    tellers.wechat.statements[day] = [
        paid_row("P-nobody", day=day, fen=500),
        refund_row(one.return_no, of="P-nobody", day=day, fen=500),
    ]
    await run(day)
    assert await ends(one) == ("resolved", "send_back")
    assert await Difference.all().count() == 1


async def test_sent_back_with_an_unknown_outcome_it_goes_on_under_the_same_number(tellers: Tellers):
    await begun()
    strange_money(tellers, "P-nobody", 500)
    one = await a_long_one(tellers, yesterday())
    tellers.wechat.trouble["refund"], tellers.wechat.after_effect = OutcomeUnknown(), True
    with pytest.raises(OutcomeUnknown):
        await decided(one, "send_back")
    assert await ends(one) == ("approved", "send_back")
    await database.execute("update difference set decided_at = now() - interval '1 day'")
    assert await take_up_again() == 1
    await difference_deeds.carry_out(difference_id=one.id)
    assert await ends(one) == ("resolved", "send_back")
    assert len(set(tellers.wechat.asked("refund"))) == 1
    assert await books() == {}


async def test_nothing_goes_back_that_the_channel_does_not_hold(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    await decided(one, "send_back")
    assert await ends(one) == ("open", "")
    assert tellers.wechat.asked("refund") == []


async def test_a_refund_of_the_merchant_console_is_picked_up(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.refunds["R-console"] = refunds.ChannelRefund("R-console", RefundState.DONE, 3000)
    tellers.wechat.statements[day] = [
        paid_row(order.out_trade_no, day=day),
        refund_row("R-console", of=order.out_trade_no, day=day, fen=3000),
    ]
    await run(day)
    one = await the_one("R-console")
    assert differences.fitting(one) == ["pick_up", "book", "explain"]
    await decided(one, "pick_up")
    assert (await ends(one))[0] == "resolved"
    refund = await Refund.get(out_refund_no="R-console")
    assert (refund.state, refund.reason, refund.amount_fen) == ("done", "商户平台退款", 3000)
    assert await books() == {"channel:wechat": 5000, "unit:3507": -5000}
    await run(day)
    assert await Difference.filter(state="open").count() == 0


@pytest.mark.parametrize(("fen", "held"), [(3000, 2000), (9000, 9000)])
async def test_a_refund_that_the_channel_or_our_books_deny_is_not_picked_up(tellers: Tellers, fen: int, held: int):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.refunds["R-console"] = refunds.ChannelRefund("R-console", RefundState.DONE, held)
    tellers.wechat.statements[day] = [
        paid_row(order.out_trade_no, day=day),
        refund_row("R-console", of=order.out_trade_no, day=day, fen=fen),
    ]
    await run(day)
    one = await the_one("R-console")
    await decided(one, "pick_up")
    assert await ends(one) == ("open", "")
    assert not await Refund.exists()


async def test_a_refund_we_did_not_hear_of_is_asked_about(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=8000, reason="多缴", by=FIRST)
    await Refund.filter(id=refund.id).update(state="processing")
    number = refund.out_refund_no
    tellers.wechat.refunds[number] = refunds.ChannelRefund(number, RefundState.DONE, 8000)
    tellers.wechat.statements[day] = [
        paid_row(order.out_trade_no, day=day),
        refund_row(number, of=order.out_trade_no, day=day),
    ]
    await run(day)
    one = await the_one(number)
    assert (one.kind, differences.fitting(one)[0]) == ("state", "ask")
    await decided(one, "ask")
    assert await ends(one) == ("resolved", "ask")
    assert await state_of(refund) == "done"


async def test_a_deed_that_does_not_fit_is_refused(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    for deed in ("ask", "pick_up", "burn"):
        with pytest.raises(DeedNotFitting):
            await differences.propose(difference_id=one.id, deed=deed, note="试试", by=FIRST)
    await differences.propose(difference_id=one.id, deed="send_back", note="退回", by=FIRST)
    await Difference.filter(id=one.id).update(ours_fen=500)
    with pytest.raises(DeedNotFitting):
        await differences.approve(difference_id=one.id, by=SECOND)


async def test_notes_and_escalations_are_kept_with_who_said_them(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    await differences.note(difference_id=one.id, text="已致电渠道", by=FIRST)
    await differences.note(difference_id=one.id, text="渠道不认，请领导协调", by=SECOND, escalate=True)
    await one.refresh_from_db()
    assert one.escalated_at is not None
    rows = await database.fetch(
        "select actor, action, reason from audit_row where subject = $1 order by id", f"difference:{one.id}"
    )
    assert [tuple(row) for row in rows] == [
        ("staff:1", "difference.noted", "已致电渠道"),
        ("staff:2", "difference.escalated", "渠道不认，请领导协调"),
    ]


async def test_a_difference_that_is_gone_takes_its_proposal_with_it(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.statements[day] = []
    await run(day)
    one = await the_one(order.out_trade_no)
    await differences.propose(difference_id=one.id, deed="book", note="先挂账", by=FIRST)
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)]
    await run(day)
    assert await ends(one) == ("resolved", "itself")
    assert one.note == "先挂账"
    with pytest.raises(DifferenceMoved):
        await differences.approve(difference_id=one.id, by=SECOND)


async def test_a_day_has_each_number_once(tellers: Tellers):
    one = await a_long_one(tellers, yesterday())
    with pytest.raises(IntegrityError):
        await Difference.create(reconciliation=one.reconciliation, what="payment", number="P-nobody", kind="long")
