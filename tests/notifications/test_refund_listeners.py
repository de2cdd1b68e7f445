import pytest

from foundation import clock
from identity.models import Citizen
from notifications import listeners, refund_listeners
from notifications.models import Message
from payments import gateway, settlement
from payments.events import MoneyReturned, RefundRefused
from payments.models import PaymentOrder, Refund
from payments.refund_models import RefundApplication
from tests.builders.payments import Till, a_bill, a_payer, begin

pytestmark = pytest.mark.usefixtures("db")


async def paid() -> tuple[PaymentOrder, Citizen]:
    till = Till("wechat")
    gateway.use({"wechat": till})
    payer, identity = await a_payer("wechat")
    order = await begin(await a_bill(payer=identity), payer)
    await settlement.settle(till.pay(order.out_trade_no))
    gateway.use({})
    return order, payer


async def texts(citizen: Citizen) -> list[str]:
    return [one.text for one in await Message.filter(citizen_id=citizen.id).order_by("id")]


async def test_a_refund_that_was_paid_by_transfer_is_told_in_its_own_words():
    order, payer = await paid()
    refund = await Refund.create(
        order=order, out_refund_no="R1", amount_fen=8000, reason="", state="done", offline=True
    )
    event = MoneyReturned(order_id=order.id, refund_id=refund.id, payer_id=payer.id, amount_fen=8000)
    for _ in range(2):
        await listeners.tell_money_returned(event)
        await refund_listeners.tell_money_transferred(event)
    assert await texts(payer) == ["不动产登记费的款项 80.00 元原路退回未成，已通过银行转账退付。"]


async def test_an_application_that_was_refused():
    order, payer = await paid()
    refused = await RefundApplication.create(
        order=order, amount_fen=1, reason="", state="rejected", verdict="并未重复缴款。", decided_at=clock.now()
    )
    for _ in range(2):
        await refund_listeners.tell_refund_refused(
            RefundRefused(order_id=order.id, application_id=refused.id, citizen_id=payer.id)
        )
    assert await texts(payer) == ["不动产登记费的退款申请未通过：并未重复缴款。仍有疑问请联系执收单位。"]
