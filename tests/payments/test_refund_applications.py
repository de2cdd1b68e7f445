"""Two people for every refund; what the channel allows; and that nobody decides on old figures."""

import asyncio
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from channels.payment import ChannelRefund, RefundState
from foundation import clock, database
from foundation.actor import Actor
from foundation.models import AuditRow
from identity.events import CitizensMerged
from payments import (
    bills,
    refund_applications,
    refund_inbox,
    refund_jobs,
    refund_progress,
    refund_troubles,
    refunds,
    refunds_elsewhere,
    settlement,
)
from payments.errors import MoneyUnderWay, OrderNotFound, RefundTooMuch
from payments.models import Bill, PaymentOrder, Refund
from payments.refund_applications import approve, ask, ask_to_repair, reject, take_up
from payments.refund_errors import (
    ApplicationDecided,
    ApplicationNotFound,
    ChannelKnowsRefund,
    NotAbnormal,
    NothingToRefund,
    NotTakenUp,
    ReasonFault,
    RefundableChanged,
    RefundAlreadyAsked,
    RefundNotFound,
    RefundTooLate,
    SecondPersonNeeded,
    TooManyRefunds,
)
from payments.refund_models import RefundApplication
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.payments import begin, begun, books, state_of
from tests.builders.refunds import ONE, OTHER, REASON, asked, console_refund, made, settled
from tests.payments.conftest import Tills


async def test_one_asks_and_another_approves(tills: Tills):
    bill, order, _ = await settled(tills.wechat)
    application = await asked(order)
    assert not await Refund.exists()
    with pytest.raises(SecondPersonNeeded):
        await approve(application_id=application.id, by=ONE)
    refund = await approve(application_id=application.id, by=OTHER, note="已核对回单")
    assert (refund.amount_fen, refund.origin) == (3000, "house")
    await application.refresh_from_db()
    assert (application.state, application.decided_by, application.verdict) == ("approved", "staff:2", "已核对回单")
    await refunds.send(refund_id=refund.id)
    assert await state_of(bill) == "settled"
    assert await books() == {"channel:wechat": 5000, "unit:3507": -5000}
    deeds = await AuditRow.filter(subject=f"order:{order.id}").order_by("id").values_list("action", "actor")
    assert list(deeds) == [("refund.asked", "staff:1"), ("refund.requested", "staff:2"), ("refund.approved", "staff:2")]


async def test_the_database_wants_two_people(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    application, refund = (
        await asked(order),
        await Refund.create(order=order, out_refund_no="R1", amount_fen=1, reason=""),
    )
    with pytest.raises(IntegrityError, match="refund_application_four_eyes"):
        await RefundApplication.filter(id=application.id).update(
            state="approved", decided_by="staff:1", decided_at=clock.now(), refund_id=refund.id
        )


async def test_who_believes_in_another_remainder_looks_again(tills: Tills):
    bill, order, _ = await settled(tills.wechat)
    with pytest.raises(RefundableChanged) as refused:
        await asked(order, 100, expected=7999)
    assert (refused.value.status, refused.value.detail) == (412, {"refundable_fen": 8000})
    await made(order, 3000, expected=8000)
    (found,) = await refund_inbox.orders_of(order.out_trade_no)
    assert found.refundable_fen == 5000
    for fen, refusal in ((5001, RefundTooMuch), (0, RefundTooMuch)):
        with pytest.raises(refusal):
            await asked(order, fen, expected=5000)
    for number in ("P-nowhere", "P" * 64):
        with pytest.raises(OrderNotFound):
            await ask(out_trade_no=number, amount_fen=1, expected_fen=1, reason=REASON, by=ONE)
    for number in (order.out_trade_no, f" {bill.pay_code}", f"T-{order.out_trade_no}"):
        (found,) = await refund_inbox.orders_of(number)
        assert (found.out_trade_no, found.refundable_fen) == (order.out_trade_no, 5000)
    for number in ("", " ", "P" * 64, "P" * 100):
        assert await refund_inbox.orders_of(number) == []


async def test_one_paper_at_a_time(tills: Tills):
    _, order, citizen = await settled(tills.wechat)
    first = await asked(order)
    with pytest.raises(RefundAlreadyAsked):
        await asked(order)
    bill = await bills.one_for(pay_code=(await Bill.get()).pay_code, citizen_id=citizen.number)
    with pytest.raises(RefundAlreadyAsked):
        await refund_applications.apply(bill=bill, amount_fen=None, reason=REASON, by=citizen)
    await reject(application_id=first.id, reason="金额有误，请重新提出", by=ONE)  # the asker may take it back
    assert await asked(order)


async def test_a_citizen_applies_finance_takes_it_up_and_another_approves(tills: Tills):
    bill, order, citizen = await settled(tills.wechat)
    for reason in ("短", "长" * 201):
        with pytest.raises(ReasonFault):
            await refund_applications.apply(bill=bill, amount_fen=None, reason=reason, by=citizen)
    with pytest.raises(RefundTooMuch):
        await refund_applications.apply(bill=bill, amount_fen=8001, reason=REASON, by=citizen)
    application = await refund_applications.apply(bill=bill, amount_fen=None, reason=REASON, by=citizen)
    assert (application.state, application.amount_fen) == ("applied", 8000)
    with pytest.raises(NotTakenUp):
        await approve(application_id=application.id, by=OTHER)
    with pytest.raises(RefundableChanged):
        await take_up(application_id=application.id, amount_fen=8000, expected_fen=1, by=ONE)
    await take_up(application_id=application.id, amount_fen=8000, expected_fen=8000, by=ONE)
    with pytest.raises(ApplicationDecided):
        await take_up(application_id=application.id, amount_fen=8000, expected_fen=8000, by=OTHER)
    refund = await approve(application_id=application.id, by=OTHER)
    await refunds.send(refund_id=refund.id)
    assert (await state_of(bill), await books()) == ("refunded", {})
    (step,) = await refund_progress.of(pay_code=bill.pay_code, citizen_id=citizen.number)
    assert (step.state, step.label) == ("done", "已退回原支付账户")
    with pytest.raises(NothingToRefund):
        await refund_applications.apply(bill=bill, amount_fen=None, reason=REASON, by=citizen)


async def test_a_rejection_says_why_and_the_citizen_hears_it(tills: Tills):
    bill, _, citizen = await settled(tills.wechat)
    application = await refund_applications.apply(bill=bill, amount_fen=None, reason=REASON, by=citizen)
    with pytest.raises(ReasonFault):
        await reject(application_id=application.id, reason="", by=ONE)
    await reject(application_id=application.id, reason="经核实并未重复缴款", by=ONE)
    (step,) = await refund_progress.of(pay_code=bill.pay_code, citizen_id=citizen.number)
    assert (step.state, step.why) == ("rejected", "经核实并未重复缴款")
    (event,) = await told("RefundRefused")
    assert event["citizen_id"] == citizen.number
    for verb in (
        reject(application_id=application.id, reason=REASON, by=ONE),
        approve(application_id=application.id, by=ONE),
    ):
        with pytest.raises(ApplicationDecided):
            await verb
    with pytest.raises(ApplicationNotFound):
        await approve(application_id=application.id + 1, by=ONE)


async def test_many_approve_at_once_and_one_refund_comes_of_it(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    application = await asked(order)
    outcomes = await asyncio.gather(
        *(approve(application_id=application.id, by=Actor.staff(n)) for n in range(2, 8)), return_exceptions=True
    )
    assert sum(isinstance(one, Refund) for one in outcomes) == 1
    assert sum(isinstance(one, ApplicationDecided) for one in outcomes) == 5
    assert await Refund.all().count() == 1


async def test_control_without_the_locks_two_approvals_are_two_refunds(tills: Tills, monkeypatch: pytest.MonkeyPatch):
    _, order, _ = await settled(tills.wechat)
    application = await asked(order)
    both_read, tried = asyncio.Event(), []

    async def unlocked(application_id: int):
        found = await RefundApplication.get(id=application_id).prefetch_related("order")
        tried.append(found)
        if len(tried) == 2:
            both_read.set()
        await both_read.wait()
        return found.order, found

    monkeypatch.setattr(refund_applications, "_locked", unlocked)
    outcomes = await asyncio.gather(
        *(approve(application_id=application.id, by=Actor.staff(n)) for n in (2, 3)), return_exceptions=True
    )
    assert all(isinstance(one, Refund) for one in outcomes)
    assert await Refund.all().count() == 2


async def test_fifty_refunds_and_a_year_are_the_channels_bounds(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    await Refund.bulk_create(
        [Refund(order=order, out_refund_no=f"R-{n}", amount_fen=1, reason="", state="closed") for n in range(50)]
    )
    with pytest.raises(TooManyRefunds):
        await made(order, 1, expected=8000)
    await Refund.all().delete()
    await PaymentOrder.filter(id=order.id).update(paid_at=clock.now() - timedelta(days=366))
    application = await RefundApplication.get()
    with pytest.raises(RefundTooLate):
        await approve(application_id=application.id, by=OTHER)


async def test_a_minute_lies_between_two_parts(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    first, second, third = [await made(order, 1000, expected=8000 - 1000 * n) for n in range(3)]
    assert first.send_at is None
    assert second.send_at == first.created_at + timedelta(minutes=1)
    assert third.send_at == second.send_at + timedelta(minutes=1)
    at = await database.fetchval(
        "select scheduled_at from procrastinate_jobs where args->>'refund_id' = $1", str(third.id)
    )
    assert at == third.send_at
    await refunds.ask(refund_id=third.id)  # whoever asks early does not send it early
    assert tills.wechat.asked("refund") == []
    with clock.shifted(timedelta(minutes=4)):
        await refunds.ask(refund_id=third.id)
        assert tills.wechat.asked("refund") == [third.out_refund_no]
        assert (await made(order, 1000, expected=5000)).send_at is None


async def test_an_abnormal_refund_is_paid_by_transfer_when_two_people_say_so(tills: Tills):
    bill, order, citizen = await settled(tills.wechat)
    tills.wechat.refund_state = RefundState.ABNORMAL
    refund = await made(order, 8000, expected=8000)
    with pytest.raises(NotAbnormal):
        await ask_to_repair(refund_id=refund.id, reason=REASON, by=ONE)
    await refunds.send(refund_id=refund.id)
    application = await ask_to_repair(refund_id=refund.id, reason="银行卡已注销，转账至本人新卡", by=ONE)
    with pytest.raises(SecondPersonNeeded):
        await approve(application_id=application.id, by=ONE)
    await approve(application_id=application.id, by=OTHER, note="电汇回单 8831")
    await refund.refresh_from_db()
    assert (refund.state, refund.offline) == ("done", True)
    assert await state_of(bill) == "refunded"
    assert await books() == {"channel:wechat": 8000, "bank:offline": -8000}
    assert len(await told("MoneyReturned")) == 1
    (step,) = await refund_progress.of(pay_code=bill.pay_code, citizen_id=citizen.number)
    assert step.label == "已线下退付"
    with pytest.raises(RefundNotFound):
        await ask_to_repair(refund_id=refund.id + 1, reason=REASON, by=ONE)


async def test_what_the_channel_never_took_is_given_up(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    refund = await made(order, 8000, expected=8000)
    await refund_troubles.give_up(refund_id=refund.id, reason="商户平台已另行退款", by=ONE)
    assert await state_of(refund) == "closed"
    assert await books() == {"channel:wechat": 8000, "unit:3507": -8000}
    await refunds.send(refund_id=refund.id)
    assert tills.wechat.asked("refund") == []
    # a request that was still on its way arrives after all
    await refunds.note(ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000))
    assert (await state_of(refund), await books()) == ("done", {})


async def test_what_the_channel_has_taken_is_not_given_up(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    refund = await made(order, 8000, expected=8000)
    tills.wechat.refunds[refund.out_refund_no] = ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000)
    with pytest.raises(ChannelKnowsRefund):
        await refund_troubles.give_up(refund_id=refund.id, reason=REASON, by=ONE)
    assert await state_of(refund) == "done"


async def test_given_up_and_given_back_otherwise_it_is_not_booked_twice(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    refund = await made(order, 8000, expected=8000)
    await refund_troubles.give_up(refund_id=refund.id, reason=REASON, by=ONE)
    await refunds_elsewhere.hear(await console_refund(tills.wechat, order, 8000), channel="wechat")
    await refunds.note(ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000))
    assert (await state_of(refund), await books()) == ("closed", {})


async def test_asking_by_hand_tells_the_state_there_is(tills: Tills):
    _, order, _ = await settled(tills.wechat)
    refund = await made(order, 1000, expected=8000)
    assert await refund_troubles.ask_now(refund_id=refund.id, by=ONE) == "done"
    with pytest.raises(RefundNotFound):
        await refund_troubles.ask_now(refund_id=refund.id + 1, by=ONE)


async def test_money_paid_twice_shows_to_its_own_payer(tills: Tills):
    bill, first, citizen = await begun()
    second = await begin(bill, citizen, "alipay")
    await settlement.settle(tills.alipay.pay(second.out_trade_no))
    await settlement.settle(tills.wechat.pay(first.out_trade_no))
    (step,) = await refund_progress.of(pay_code=bill.pay_code, citizen_id=citizen.id)
    assert (step.reason, step.label) == ("重复缴款退回", "退款中")


async def test_what_is_kept_of_a_person_follows_them_and_is_told(tills: Tills):
    bill, _, citizen = await settled(tills.wechat)
    await refund_applications.apply(bill=bill, amount_fen=None, reason=REASON, by=citizen)
    with pytest.raises(MoneyUnderWay):
        await refund_jobs.forget(citizen.number)
    other = await people.citizen()
    for _ in range(2):
        await refund_jobs.follow_merge(CitizensMerged(gone=citizen.number, kept=other.id))
    kept = await refund_jobs.export(other.id)
    assert [one["reason"] for one in kept["applications"]] == [REASON]
    await reject(application_id=(await RefundApplication.get()).id, reason="经核实并未重复缴款", by=ONE)
    await refund_jobs.forget(other.id)
