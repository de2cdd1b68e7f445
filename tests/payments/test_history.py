"""What a citizen has paid, and whose bills they may pay."""

from datetime import timedelta

import pytest

from foundation import clock, database
from foundation.actor import Actor
from identity import delegation
from identity.idnumber import Identity
from payments import bills, for_others, history, own_bills, refunds, settlement
from payments.errors import BillNotFound
from payments.models import Bill, PaymentOrder
from tests.builders import identity as people
from tests.builders.payments import a_bill, a_payer, begin, begun, pushed
from tests.payments.conftest import Tills


async def test_the_history_holds_what_was_paid_and_what_went_back(tills: Tills):
    bill, order, citizen = await begun(fen=900)
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=200, reason="多缴", by=Actor.staff(1))
    await refunds.send(refund_id=refund.id)
    other, left, _ = await begun()
    await PaymentOrder.filter(id=left.id).update(state="closed", payer_id=citizen.id)
    going_on = await begin(other, citizen, "alipay")
    found = await history.of(citizen.id)
    assert [(one.out_trade_no, one.state, one.returned_fen) for one in found] == [
        (going_on.out_trade_no, "awaiting", 0),
        (order.out_trade_no, "paid", 200),
    ]
    assert (found[1].pay_code, found[1].amount_fen, found[1].settles) == (bill.pay_code, 900, True)
    assert found[1].paid_at


async def test_older_payments_are_a_page_further(tills: Tills):
    citizen, identity = await a_payer()
    numbers = [(await begin(await a_bill(payer=identity), citizen)).out_trade_no for _ in range(5)][::-1]
    first = await history.of(citizen.id, limit=2)
    second = await history.of(citizen.id, before=first[-1].out_trade_no, limit=2)
    last = await history.of(citizen.id, before=second[-1].out_trade_no, limit=2)
    assert [one.out_trade_no for page in (first, second, last) for one in page] == numbers
    stranger, _ = await a_payer()
    assert await history.of(stranger.id, before=numbers[0]) == []


async def theirs_of(agent_id: int) -> list[for_others.TheirBills]:
    _, theirs = await for_others.and_own(agent_id, payer=agent_id)
    return theirs


async def test_the_open_bills_of_who_lets_me_pay(tills: Tills):
    principal, identity = await a_payer()
    agent, _ = await a_payer()
    open_one, settled = await a_bill(payer=identity), await a_bill(payer=identity)
    await Bill.filter(id=settled.id).update(state="settled", settled_at=clock.now())
    assert await theirs_of(agent.id) == []
    today, by = clock.today(), Actor.citizen(principal.id)
    given = {"principal_id": principal.id, "agent_id": agent.id, "by": by}
    await delegation.grant(**given, scope=["book"], until=today + timedelta(days=30))
    assert await theirs_of(agent.id) == []
    for days in (20, 10):
        await delegation.grant(**given, scope=["pay"], until=today + timedelta(days=days))
    (theirs,) = await theirs_of(agent.id)
    assert (theirs.principal, theirs.until) == ("张*", today + timedelta(days=20))
    assert [one.id for one in theirs.bills] == [open_one.id]
    owed = await bills.one_for(pay_code=open_one.pay_code, citizen_id=agent.id)
    order = await begin(owed, agent)
    assert order.payer_id == agent.id
    with clock.shifted(timedelta(days=22)):
        assert await theirs_of(agent.id) == []
        with pytest.raises(BillNotFound):
            await bills.one_for(pay_code=settled.pay_code, citizen_id=agent.id)


@pytest.mark.usefixtures("db")
async def test_each_has_their_own_bills_and_the_latest_first():
    agent, own_document = await a_payer()
    own, stranger = await a_bill(payer=own_document), (await a_payer())[1]
    await a_bill(payer=stranger)
    owing: dict[str, list[int]] = {}
    for name, number in (("李四", 2), ("王五", 0), ("赵六", 1)):
        document = Identity.of("id_card", people.id_number())
        principal = await people.citizen(name=name, number=document.number)
        until = clock.today() + timedelta(days=30)
        await delegation.grant(
            principal_id=principal.id, agent_id=agent.id, scope=["pay"], until=until, by=Actor.citizen(principal.id)
        )
        owing[name[0] + "*"] = [(await a_bill(payer=document, payer_name=name)).id for _ in range(number)][::-1]
    mine, theirs = await for_others.and_own(agent.id, payer=agent.id)
    assert [one.id for one in mine] == [own.id]
    assert {one.principal: [bill.id for bill in one.bills] for one in theirs} == owing


@pytest.mark.usefixtures("db")
async def test_open_ones_or_the_others():
    citizen, identity = await a_payer()
    rows = [await bills.raise_bill(bill=pushed(payer=identity), by=Actor.department("x")) for _ in range(3)]
    await bills.withdraw(notice_no=rows[1].notice_no, by=Actor.department("x"), reason="开错")
    codes = {which: [one.pay_code for one in await own_bills.mine(citizen.id, which=which)]
             for which in ("all", "open", "settled")}  # fmt: skip
    assert codes["open"] == [rows[2].pay_code, rows[0].pay_code]
    assert codes["settled"] == [rows[1].pay_code]
    assert codes["all"] == codes["open"] + codes["settled"]
