"""Abnormal refunds reach their payer another way, by two people, and a card is kept no longer than it is needed."""

import pytest

from channels.payment import BankCard, ChannelRefund, RefundState
from foundation import database
from foundation.actor import Actor
from foundation.http import OutcomeUnknown
from foundation.models import AuditRow
from payments import gateway, refund_inbox, refund_repairs, refunds, settlement
from payments.models import Bill, Refund
from payments.refund_applications import approve, ask_to_repair, reject
from payments.refund_errors import CardFault, NoOtherCard, NotAbnormal, SecondPersonNeeded
from payments.refund_models import RefundApplication
from tests.builders.payments import Till, begun, books, state_of

ONE, OTHER = Actor.staff(1), Actor.staff(2)
CARD = BankCard("ICBC_DEBIT", "6222020200112233445", "张三")
REASON = "原卡已注销，换本人新卡"


class Mending(Till):
    """A channel that can send an abnormal refund another way."""

    async def repair_refund(self, refund: ChannelRefund, *, to: BankCard | None) -> ChannelRefund:
        await self._called("repair_refund", to.account if to else "merchant")
        self.refunds[refund.out_refund_no] = ChannelRefund(
            refund.out_refund_no, self.refund_state, refund.amount_fen, refund.out_trade_no
        )
        self._fail("repair_refund", "", late=True)
        return self.refunds[refund.out_refund_no]


@pytest.fixture
async def tills(db: None):
    both = {"wechat": Mending("wechat"), "alipay": Till("alipay")}
    gateway.use(both)
    yield both
    gateway.use({})


async def abnormal(till: Till) -> tuple[Bill, Refund]:
    bill, order, _ = await begun(channel=till.name)
    await settlement.settle(till.pay(order.out_trade_no))
    till.refund_state = RefundState.ABNORMAL
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=8000, reason="多缴", by=ONE)
    await refunds.send(refund_id=refund.id)
    till.refund_state = RefundState.PROCESSING
    return bill, refund


async def test_to_another_card_when_two_people_say_so(tills):
    till = tills["wechat"]
    bill, refund = await abnormal(till)
    one = await ask_to_repair(refund_id=refund.id, reason=REASON, card=CARD, by=ONE)
    assert "6222" not in one.card_sealed
    (paper,) = await refund_inbox.to_decide()
    assert paper.card == "ICBC_DEBIT 尾号 3445 张*"
    with pytest.raises(SecondPersonNeeded):
        await approve(application_id=one.id, by=ONE)
    await approve(application_id=one.id, by=OTHER)
    till.trouble["repair_refund"], till.after_effect = OutcomeUnknown(), True
    with pytest.raises(OutcomeUnknown):  # the job is tried again, and finds it under way
        await refund_repairs.send_to_card(application_id=one.id)
    await refund_repairs.send_to_card(application_id=one.id)
    assert till.asked("repair_refund") == [CARD.account]
    assert await state_of(refund) == "processing"
    await one.refresh_from_db()
    assert one.card_sealed == ""
    till.refunds[refund.out_refund_no] = ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000)
    await refunds.ask(refund_id=refund.id)
    assert (await state_of(bill), await books()) == ("refunded", {})
    assert not any("6222" in str(row.detail) + row.reason for row in await AuditRow.all())


async def test_by_transfer_and_the_channel_gives_the_money_back_to_us(tills):
    till = tills["wechat"]
    bill, refund = await abnormal(till)
    one = await ask_to_repair(refund_id=refund.id, reason=REASON, by=ONE)
    await approve(application_id=one.id, by=OTHER)
    assert (await state_of(bill), await books()) == ("refunded", {"channel:wechat": 8000, "bank:offline": -8000})
    for _ in range(2):
        await refund_repairs.fetch_back(refund_id=refund.id)
    assert till.asked("repair_refund") == ["merchant"]
    assert (await books())["channel:wechat"] == 8000  # on its way
    till.refunds[refund.out_refund_no] = ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000)
    for _ in range(2):
        await refund_repairs.fetch_back(refund_id=refund.id)
    assert await books() == {}
    assert (await state_of(refund), refund.offline) == ("done", True)


async def test_a_card_that_cannot_be_one_and_a_channel_that_takes_none(tills):
    _, refund = await abnormal(tills["wechat"])
    for wrong in (
        BankCard("icbc", CARD.account, "张三"),
        BankCard("ICBC_DEBIT", "12", "张三"),
        BankCard("ICBC", "12345678", ""),
    ):
        with pytest.raises(CardFault):
            await ask_to_repair(refund_id=refund.id, reason=REASON, card=wrong, by=ONE)
    _, other = await abnormal(tills["alipay"])
    with pytest.raises(NoOtherCard):
        await ask_to_repair(refund_id=other.id, reason=REASON, card=CARD, by=ONE)


async def test_a_refund_that_was_mended_meanwhile_is_left_alone(tills):
    till = tills["wechat"]
    _, refund = await abnormal(till)
    one = await ask_to_repair(refund_id=refund.id, reason=REASON, card=CARD, by=ONE)
    till.refunds[refund.out_refund_no] = ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000)
    await refunds.ask(refund_id=refund.id)
    with pytest.raises(NotAbnormal):
        await approve(application_id=one.id, by=OTHER)
    await reject(application_id=one.id, reason="已由渠道退到原卡", by=OTHER)
    rejected = await RefundApplication.get()
    assert (rejected.state, rejected.card_sealed) == ("rejected", "")
    assert await books() == {}
