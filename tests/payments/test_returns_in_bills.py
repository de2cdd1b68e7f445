"""What went back otherwise than by a refund of ours, beside the bills: out of quarantine, or by bank transfer."""

from dataclasses import replace

import pytest

from channels.states import RefundState
from foundation import clock
from foundation.actor import Actor
from payments import difference_deeds, differences, notices, quarantine, quarantine_returns
from payments.models import Refund
from payments.quarantine_errors import SentBackOtherwise
from payments.quarantine_models import QuarantinedNotice
from payments.reconciliation_errors import DeedNotFitting
from payments.reconciliation_models import Difference
from payments.refunds import ChannelRefund
from tests.builders.payments import begun, books
from tests.builders.statements import at, paid_row, refund_row, yesterday
from tests.payments.conftest import Tellers
from tests.payments.test_reconciliation import kinds, paid_on, run

FIRST, SECOND = Actor.staff(1), Actor.staff(2)
STRAY = "P-of-a-former-life"


async def held_money(tellers: Tellers, *, fen: int = 500) -> QuarantinedNotice:
    """Paid at WeChat for a number we never gave out; its notice is in quarantine, its row in the bill of the day."""
    _, order, _ = await begun()
    till = tellers.wechat
    till.orders[STRAY] = replace(till.pay(order.out_trade_no), out_trade_no=STRAY, amount_fen=fen)
    del till.orders[order.out_trade_no]
    await notices.receive(channel="wechat", headers={}, body=till.letter(order=STRAY))
    till.statements[yesterday()] = [paid_row(STRAY, day=yesterday(), fen=fen)]
    await run(yesterday())
    return await QuarantinedNotice.get()


async def let_go(held: QuarantinedNotice) -> None:
    await quarantine_returns.want(quarantine_id=held.id, note="无此支付单", by=FIRST)
    await quarantine_returns.let_go(quarantine_id=held.id, by=SECOND)


async def send_back(number: str) -> None:
    one = await Difference.get(number=number)
    await differences.propose(difference_id=one.id, deed="send_back", note="查无此单", by=FIRST)
    await differences.approve(difference_id=one.id, by=SECOND)


async def test_money_that_quarantine_sent_back_agrees_and_so_does_its_return(tellers: Tellers):
    day = yesterday()
    held = await held_money(tellers)
    assert await kinds(day) == {STRAY: "long open"}
    await let_go(held)
    await held.refresh_from_db()
    tellers.wechat.statements[day].append(refund_row(held.return_no, of=STRAY, day=day, fen=500))
    await run(day)
    assert await kinds(day) == {STRAY: "long open", held.return_no: "long open"}  # on its way
    await quarantine_returns.send(quarantine_id=held.id)
    await run(day)
    assert set((await kinds(day)).values()) == {"long resolved"}
    assert (await Difference.get(number=STRAY)).reason == "隔离款项，已退回付款人"
    assert await books() == {}
    await Difference.all().delete()
    await run(day)  # and a first run afterwards finds the money alone to differ, which is told
    assert await kinds(day) == {STRAY: "long resolved"}


async def test_a_return_that_the_bill_knows_earlier_than_we_is_asked_about_and_not_taken_for_a_refund(
    tellers: Tellers,
):
    day = yesterday()
    held = await held_money(tellers)
    await let_go(held)
    await held.refresh_from_db()
    number = held.return_no
    tellers.wechat.refunds[number] = ChannelRefund(number, RefundState.DONE, 500, STRAY)
    tellers.wechat.statements[day].append(refund_row(number, of=STRAY, day=day, fen=500))
    await run(day)
    one = await Difference.get(number=number)
    await differences.propose(difference_id=one.id, deed="pick_up", note="渠道后台可见", by=FIRST)
    await differences.approve(difference_id=one.id, by=SECOND)
    await difference_deeds.carry_out(difference_id=one.id)
    await one.refresh_from_db()
    assert (one.state, one.reason) == ("resolved", "非我方支付单的款项，已退回付款人")
    assert ((await QuarantinedNotice.get()).state, await Refund.exists()) == ("returned", False)


async def test_what_quarantine_holds_is_not_offered_to_be_sent_back(tellers: Tellers):
    held = await held_money(tellers)
    with pytest.raises(DeedNotFitting):
        await send_back(STRAY)
    await quarantine.close(quarantine_id=held.id, note="按对账差异退回", by=FIRST)
    await send_back(STRAY)


async def test_what_a_difference_sends_back_quarantine_keeps(tellers: Tellers):
    held = await held_money(tellers)
    await quarantine_returns.want(quarantine_id=held.id, note="无此支付单", by=FIRST)
    await QuarantinedNotice.all().update(state="closed", closed_at=clock.now())
    await send_back(STRAY)
    await QuarantinedNotice.all().update(state="open", closed_at=None)
    with pytest.raises(SentBackOtherwise):
        await quarantine_returns.let_go(quarantine_id=held.id, by=SECOND)
    with pytest.raises(SentBackOtherwise):
        await quarantine_returns.want(quarantine_id=held.id, note="无此支付单", by=FIRST)
    assert await books() == {}


@pytest.mark.parametrize("listed", [None, RefundState.CLOSED, RefundState.PROCESSING])
async def test_a_refund_by_bank_transfer_is_in_no_bill(tellers: Tellers, listed: RefundState | None):
    """The channel never did it; what its bill says of the attempt is no difference."""
    day = yesterday()
    order = await paid_on(tellers, at(day))
    await Refund.create(
        order=order,
        out_refund_no="R-offline",
        amount_fen=8000,
        reason="多缴",
        state="done",
        offline=True,
        done_at=at(day),
    )
    rows = [paid_row(order.out_trade_no, day=day)]
    if listed is not None:
        rows.append(refund_row("R-offline", of=order.out_trade_no, day=day, state=listed))
    tellers.wechat.statements[day] = rows
    found = await run(day)
    assert (await kinds(day), found.our_refunds, found.our_refunds_fen) == ({}, 0, 0)


async def test_a_short_refund_that_was_paid_by_transfer_resolves_itself(tellers: Tellers):
    day = yesterday()
    order = await paid_on(tellers, at(day))
    refund = await Refund.create(
        order=order, out_refund_no="R-1", amount_fen=100, reason="多缴", state="done", done_at=at(day)
    )
    tellers.wechat.statements[day] = [paid_row(order.out_trade_no, day=day)]
    await run(day)
    assert await kinds(day) == {"R-1": "short open"}
    await Refund.filter(id=refund.id).update(offline=True)
    await run(day)
    assert await kinds(day) == {"R-1": "short resolved"}
    assert (await Difference.get()).reason == "已线下转账退款，不经渠道"
