"""What did not agree, of every kind and on both channels, until it is worked off."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from channels.payment import ChannelRefund, ChannelState, RefundState
from foundation import metrics
from foundation.actor import Actor
from payments import notices, quarantine, quarantine_jobs, quarantine_returns
from payments.models import ChannelEvent, PaymentOrder, Refund
from payments.quarantine_errors import (
    AgreesNow,
    MoneyIsBooked,
    NothingToSendBack,
    QuarantineNotFound,
    QuarantineOver,
    ReturnNotAsked,
)
from payments.quarantine_models import QuarantinedNotice
from payments.refund_errors import ReasonFault, SecondPersonNeeded
from tests.builders.appointments import told
from tests.builders.payments import Till, begun, books, state_of
from tests.payments.conftest import Tills

ONE, OTHER = Actor.staff(1), Actor.staff(2)
CHANNELS = ("wechat", "alipay")
KINDS = {
    "amount": {"amount_fen": 1},
    "currency": {"currency": "USD"},
    "app_id": {"app_id": "another"},
    "merchant": {"merchant_id": "another"},
    "payer": {"payer_openid": "o-somebody-else"},
    "unknown_order": {"out_trade_no": "P-of-a-former-life"},
}


async def told_wrongly(till: Till, but: dict[str, Any], *, truly: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """A bill whose payment a notice tells otherwise; `truly` is what the channel itself says otherwise."""
    bill, order, _ = await begun(channel=till.name)
    till.pay(order.out_trade_no, **(truly or {}))
    await notices.receive(channel=till.name, headers={}, body=till.letter(order=order.out_trade_no, but=but))
    return bill, order, await QuarantinedNotice.get()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("problem", KINDS)
async def test_every_kind_is_kept_and_the_channels_own_word_settles(tills: Tills, channel: str, problem: str):
    till: Till = getattr(tills, channel)
    bill, order, held = await told_wrongly(till, KINDS[problem])
    assert (held.problem, held.channel, held.kind, held.state) == (problem, channel, "payment", "open")
    assert await state_of(bill) == "unpaid"
    assert len(await told("NoticeQuarantined")) == 1
    asked = await quarantine.ask_again(quarantine_id=held.id, by=ONE)
    if problem == "unknown_order":  # nobody over there knows of it either
        assert (asked.settled, asked.problem) == (False, "not_paid")
        return
    assert asked.settled
    assert (await state_of(bill), await state_of(order)) == ("settled", "paid")
    await held.refresh_from_db()
    assert (held.state, held.closed_at is not None) == ("settled", True)
    assert (await ChannelEvent.get()).outcome == "worked_off"
    with pytest.raises(QuarantineOver):
        await quarantine.ask_again(quarantine_id=held.id, by=ONE)


async def test_told_again_in_other_words_it_is_the_same_one(tills: Tills):
    _, order, held = await told_wrongly(tills.wechat, KINDS["amount"])
    for _ in range(2):  # a channel that repeats a notice seals it anew
        letter = tills.wechat.letter(order=order.out_trade_no, but=KINDS["amount"])
        assert await notices.receive(channel="wechat", headers={}, body=letter) == "quarantined"
    await held.refresh_from_db()
    assert (await QuarantinedNotice.all().count(), held.seen_times) == (1, 3)
    assert len(await told("NoticeQuarantined")) == 1


async def test_facts_are_shown_without_the_account(tills: Tills):
    _, order, held = await told_wrongly(tills.wechat, KINDS["payer"])
    facts = quarantine.masked_facts(held)
    assert facts["out_trade_no"] == order.out_trade_no
    assert facts["payer_openid"] == "o-so***se"
    assert "o-somebody-else" not in str(facts)


async def test_what_still_differs_stays_open_and_says_what(tills: Tills):
    bill, _, held = await told_wrongly(tills.wechat, KINDS["amount"], truly={"amount_fen": 7})
    asked = await quarantine.ask_again(quarantine_id=held.id, by=ONE)
    assert (asked.settled, asked.problem) == (False, "amount")
    assert await state_of(bill) == "unpaid"


async def test_an_order_that_appears_is_matched_by_itself(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    number = order.out_trade_no
    await PaymentOrder.filter(id=order.id).update(out_trade_no="P-hidden")
    assert (
        await notices.receive(channel="wechat", headers={}, body=tills.wechat.letter(order=number)) == "unknown_order"
    )
    assert await quarantine.match_unknown() == 0
    await PaymentOrder.filter(id=order.id).update(out_trade_no=number)
    await quarantine_jobs.match_quarantine()
    assert (await state_of(bill), (await QuarantinedNotice.get()).state) == ("settled", "settled")


async def test_a_refund_whose_order_appears_is_matched_too(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.refunds["console-1"] = ChannelRefund("console-1", RefundState.DONE, 100, order.out_trade_no)
    letter = tills.wechat.letter(refund="console-1")
    assert await notices.receive(channel="wechat", headers={}, body=letter) == "quarantined"
    held = await QuarantinedNotice.get()
    assert (held.kind, held.problem) == ("refund", "refund of an order that was not paid")
    tills.wechat.pay(order.out_trade_no)
    await notices.receive(channel="wechat", headers={}, body=tills.wechat.letter(order=order.out_trade_no))
    assert (await quarantine.ask_again(quarantine_id=held.id, by=ONE)).settled
    assert (await Refund.get()).origin == "merchant_console"
    assert await state_of(bill) == "settled"


async def test_money_of_another_amount_goes_back_when_two_people_say_so(tills: Tills):
    bill, order, held = await told_wrongly(tills.wechat, {"amount_fen": 7}, truly={"amount_fen": 7})
    with pytest.raises(ReturnNotAsked):
        await quarantine_returns.let_go(quarantine_id=held.id, by=OTHER)
    assert await quarantine_returns.want(quarantine_id=held.id, note="金额不符", by=ONE) == 7
    with pytest.raises(SecondPersonNeeded):
        await quarantine_returns.let_go(quarantine_id=held.id, by=ONE)
    await quarantine_returns.let_go(quarantine_id=held.id, by=OTHER)
    assert (await state_of(order), await state_of(bill)) == ("closed", "unpaid")
    assert await books() == {"channel:wechat": 7, "owed:payer": -7}
    for _ in range(2):
        await quarantine_returns.send(quarantine_id=held.id)
    await held.refresh_from_db()
    assert tills.wechat.asked("refund") == [held.return_no]
    assert (held.state, await books()) == ("returned", {})
    # the channel tells of it, and it is nobody's refund
    letter = tills.wechat.letter(refund=held.return_no)
    assert await notices.receive(channel="wechat", headers={}, body=letter) == "noted"
    assert not await Refund.exists()


async def test_money_for_an_order_we_never_had_goes_back(tills: Tills):
    _, order, _ = await begun()
    stray = "P-of-a-former-life"
    tills.wechat.orders[stray] = replace(tills.wechat.pay(order.out_trade_no), out_trade_no=stray, amount_fen=500)
    await notices.receive(channel="wechat", headers={}, body=tills.wechat.letter(order=stray))
    held = await QuarantinedNotice.get()
    await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)
    await quarantine_returns.let_go(quarantine_id=held.id, by=OTHER)
    tills.wechat.refund_state = RefundState.PROCESSING
    await quarantine_returns.send(quarantine_id=held.id)
    await held.refresh_from_db()
    assert (held.state, await books()) == ("returning", {"channel:wechat": 500, "owed:payer": -500})
    tills.wechat.refunds[held.return_no] = ChannelRefund(held.return_no, RefundState.DONE, 500, stray)
    await quarantine_jobs.chase_returns()
    await quarantine_returns.ask(quarantine_id=held.id)
    await held.refresh_from_db()
    assert (held.state, await books()) == ("returned", {})


async def test_a_return_that_the_channel_closes_is_decided_anew(tills: Tills):
    _, _, held = await told_wrongly(tills.wechat, {"amount_fen": 7}, truly={"amount_fen": 7})
    for attempt, state in enumerate((RefundState.CLOSED, RefundState.DONE)):
        tills.wechat.refund_state = state
        await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)
        await quarantine_returns.let_go(quarantine_id=held.id, by=OTHER)
        await quarantine_returns.send(quarantine_id=held.id)
        assert await books() == {}
        await held.refresh_from_db()
        assert held.state == ("open", "returned")[attempt]
    assert len(set(tills.wechat.asked("refund"))) == 2


async def test_money_that_is_somebodys_is_not_sent_back_from_here(tills: Tills):
    _, order, held = await told_wrongly(tills.wechat, KINDS["amount"])
    with pytest.raises(AgreesNow):  # the notice lied, the channel does not
        await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)
    await notices.receive(channel="wechat", headers={}, body=tills.wechat.letter(order=order.out_trade_no))
    with pytest.raises(MoneyIsBooked):
        await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)
    tills.wechat.orders[order.out_trade_no] = replace(
        tills.wechat.orders[order.out_trade_no], state=ChannelState.REFUNDED
    )
    with pytest.raises(NothingToSendBack):
        await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)


async def test_one_that_is_explained_is_closed_with_a_note(tills: Tills):
    _, _, held = await told_wrongly(tills.wechat, KINDS["merchant"])
    with pytest.raises(ReasonFault):
        await quarantine.close(quarantine_id=held.id, note=" ", by=ONE)
    await quarantine.close(quarantine_id=held.id, note="对方商户误配通知地址", by=ONE)
    await held.refresh_from_db()
    assert (held.state, held.note) == ("closed", "对方商户误配通知地址")
    assert await quarantine.listed() == []
    assert [one.id for one in await quarantine.listed(over=True)] == [held.id]
    with pytest.raises(QuarantineNotFound):
        await quarantine.close(quarantine_id=held.id + 1, note="对方商户误配通知地址", by=ONE)


async def test_the_number_of_open_ones_is_told(tills: Tills, monkeypatch: pytest.MonkeyPatch):
    levels = {}
    monkeypatch.setattr(
        metrics, "level", lambda name, value, **labels: levels.update({(name, *labels.values()): value})
    )
    await told_wrongly(tills.wechat, KINDS["amount"])
    await quarantine.watch()
    assert levels == {("quarantine_open", "payment"): 1, ("quarantine_open", "refund"): 0}


async def test_two_who_let_it_go_at_once_send_it_back_once(tills: Tills):
    _, _, held = await told_wrongly(tills.wechat, {"amount_fen": 7}, truly={"amount_fen": 7})
    await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)
    outcomes = await asyncio.gather(
        *(quarantine_returns.let_go(quarantine_id=held.id, by=Actor.staff(n)) for n in (2, 3, 4)),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes if one is not None] == [QuarantineOver] * 2
    assert await books() == {"channel:wechat": 7, "owed:payer": -7}


async def test_control_without_the_lock_it_would_be_booked_twice(tills: Tills, monkeypatch: pytest.MonkeyPatch):
    _, order, held = await told_wrongly(tills.wechat, {"amount_fen": 7}, truly={"amount_fen": 7})
    await quarantine_returns.want(quarantine_id=held.id, note="", by=ONE)
    read = asyncio.Barrier(2)

    async def unlocked(quarantine_id: int) -> QuarantinedNotice:
        found = await QuarantinedNotice.get(id=quarantine_id)
        await read.wait()
        return found

    async def unlocked_order(quarantine_id: int) -> None:
        return None

    monkeypatch.setattr(quarantine_returns, "_locked", unlocked)
    monkeypatch.setattr(quarantine_returns, "_order_locked", unlocked_order)
    await asyncio.gather(*(quarantine_returns.let_go(quarantine_id=held.id, by=Actor.staff(n)) for n in (2, 3)))
    assert await books() == {"channel:wechat": 14, "owed:payer": -14}


async def test_the_database_wants_two_people(tills: Tills):
    _, _, held = await told_wrongly(tills.wechat, KINDS["amount"])
    alone = {"asked_by": "staff:1", "approved_by": "staff:1", "return_no": "Q1", "return_fen": 7}
    with pytest.raises(IntegrityError, match="quarantined_notice_four_eyes"):
        await QuarantinedNotice.filter(id=held.id).update(state="returning", **alone)


async def test_numbers_longer_than_ours_are_kept_like_any_other(tills: Tills):
    """Alipay takes 64 characters, and another system of the merchant may use them all."""
    _, order, _ = await begun(channel="alipay")
    long = "L" * 64
    tills.alipay.orders[long] = replace(tills.alipay.pay(order.out_trade_no), out_trade_no=long)
    assert await notices.receive(channel="alipay", headers={}, body=tills.alipay.letter(order=long)) == "unknown_order"
    tills.alipay.refunds["R" * 64] = ChannelRefund("R" * 64, RefundState.DONE, 1, long)
    letter = tills.alipay.letter(refund="R" * 64)
    assert await notices.receive(channel="alipay", headers={}, body=letter) == "unknown_order"
    payment, refund = await QuarantinedNotice.all().order_by("id")
    assert (payment.out_trade_no, refund.out_refund_no) == (long, "R" * 64)
    assert not (await quarantine.ask_again(quarantine_id=payment.id, by=ONE)).settled
    await quarantine_returns.want(quarantine_id=payment.id, note="", by=ONE)
    await quarantine_returns.let_go(quarantine_id=payment.id, by=OTHER)
    await quarantine_returns.send(quarantine_id=payment.id)
    await payment.refresh_from_db()
    assert payment.state == "returned"
