"""A department says a bill anew: versions are kept, and a payment on its way is never lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from foundation import clock, database
from foundation.actor import Actor
from foundation.http import OutsideUnavailable
from identity.idnumber import Identity
from payments import bills, changing, settlement
from payments.bill_errors import BillOfAnotherPayer
from payments.bill_models import BillVersion
from payments.errors import (
    BillAlreadySettled,
    BillChanged,
    BillNotFound,
    BillWithdrawn,
    PaymentInProgress,
    TotalDoesNotAddUp,
)
from payments.models import Bill, BillItem, PaymentOrder, Refund
from payments.settlement import Outcome
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.locks import until_somebody_waits
from tests.builders.payments import UNIT, a_payer, begin, books, pushed, state_of
from tests.payments.conftest import Tills


async def a_told_bill(fen: int = 8000):
    """A bill, as it was pushed, and its payer."""
    citizen, identity = await a_payer()
    said = pushed(payer=identity, fen=fen)
    code = (await bills.raise_bill(bill=said, by=UNIT)).pay_code
    return await Bill.get(pay_code=code), said, citizen


def anew(said: bills.PushedBill, fen: int) -> bills.PushedBill:
    return replace(said, items=(replace(said.items[0], amount_fen=fen),), total_fen=fen)


async def change(said: bills.PushedBill, fen: int, *, by: Actor = UNIT) -> str:
    return (await changing.change(bill=anew(said, fen), reason="复议后减免", by=by)).outcome


async def test_it_says_something_else_and_what_it_said_is_kept(tills: Tills):
    bill, said, citizen = await a_told_bill()
    day = clock.today() + timedelta(days=30)
    new = replace(anew(said, 5000), title="登记费（减免后）", expire_date=day)
    assert (await changing.change(bill=new, reason="减免", by=UNIT)).outcome == "changed"
    assert (await changing.change(bill=new, reason="减免", by=UNIT)).outcome == "repeated"
    await bill.refresh_from_db()
    assert (bill.version, bill.total_fen, bill.title, bill.expire_date) == (2, 5000, "登记费（减免后）", day)
    assert await BillItem.filter(bill=bill).values_list("amount_fen", flat=True) == [5000]
    (before,) = await changing.versions(bill.id)
    assert (before.version, before.total_fen, before.title, before.reason) == (1, 8000, "不动产登记费", "减免")
    assert (before.items[0]["amount_fen"], before.replaced_by) == (8000, str(UNIT))
    (event,) = await told("BillAmended")
    assert (event["bill_id"], event["citizen_id"], event["version"]) == (bill.id, citizen.id, 2)
    # what is pushed again is compared with what it says now
    assert (await bills.raise_bill(bill=new, by=UNIT)).outcome == "repeated"
    with pytest.raises(BillChanged):
        await bills.raise_bill(bill=said, by=UNIT)


async def test_what_cannot_be_changed(tills: Tills):
    bill, said, _ = await a_told_bill()
    with pytest.raises(TotalDoesNotAddUp):
        await changing.change(bill=replace(said, total_fen=1), reason="错", by=UNIT)
    with pytest.raises(BillNotFound):
        await change(said, 1, by=Actor.department("police"))
    stranger = Identity.of("id_card", people.id_number())
    for other in (replace(said, payer=stranger), replace(said, exec_unit_code="9"), replace(said, pay_code="12345678")):
        with pytest.raises(BillOfAnotherPayer):
            await changing.change(bill=other, reason="换人", by=UNIT)
    await bills.withdraw(notice_no=said.notice_no, by=UNIT, reason="开错")
    with pytest.raises(BillWithdrawn):
        await change(said, 5000)
    assert (await Bill.get(id=bill.id)).version == 1


async def test_the_order_of_the_old_amount_is_asked_about_and_closed_over_there_first(tills: Tills):
    bill, said, citizen = await a_told_bill()
    old = await begin(bill, citizen)
    tills.wechat.calls.clear()
    assert await change(said, 5000) == "changed"
    assert [verb for verb, _ in tills.wechat.calls] == ["query", "close", "query"]
    assert await state_of(old) == "closed"
    new = await begin(bill, citizen)
    assert (new.amount_fen, new.bill_version) == (5000, 2)
    assert await settlement.settle(tills.wechat.pay(new.out_trade_no)) is Outcome.SETTLED


async def test_who_pays_what_it_says_already_is_left_in_peace(tills: Tills):
    """The department sends its change again: its answer was lost."""
    bill, said, citizen = await a_told_bill()
    await change(said, 5000)
    order = await begin(bill, citizen)
    tills.wechat.calls.clear()
    assert await change(said, 5000) == "repeated"
    assert (tills.wechat.calls, await state_of(order)) == ([], "awaiting")
    stranger = replace(anew(said, 100), payer=Identity.of("id_card", people.id_number()))
    with pytest.raises(BillOfAnotherPayer):
        await changing.change(bill=stranger, reason="换人", by=UNIT)
    assert (tills.wechat.calls, await state_of(order)) == ([], "awaiting")


async def test_paid_meanwhile_it_is_settled_as_its_payer_was_told(tills: Tills):
    bill, said, citizen = await a_told_bill()
    order = await begin(bill, citizen)
    tills.wechat.pay(order.out_trade_no)
    with pytest.raises(BillAlreadySettled):
        await change(said, 5000)
    await bill.refresh_from_db()
    assert (bill.state, bill.settled_fen, bill.version) == ("settled", 8000, 1)
    assert await BillVersion.all().count() == await Refund.all().count() == 0


async def test_money_for_a_version_that_is_no_more_goes_back_once_and_the_bill_stays_due(tills: Tills):
    bill, said, citizen = await a_told_bill()
    order = await begin(bill, citizen)
    await change(said, 5000)
    paid = tills.wechat.pay(order.out_trade_no)  # over there they let it be paid after all
    outcomes = await asyncio.gather(*(settlement.settle(paid) for _ in range(4)))
    assert sorted(outcomes) == [Outcome.REPEATED] * 3 + [Outcome.RETURNED]
    (refund,) = await Refund.all()
    assert (refund.amount_fen, refund.reason) == (8000, "通知书已变更")
    assert await state_of(bill) == "unpaid"
    assert await books() == {"channel:wechat": 8000, "owed:payer": -8000}
    again = await begin(bill, citizen)
    assert await settlement.settle(tills.wechat.pay(again.out_trade_no)) is Outcome.SETTLED
    assert (await Bill.get(id=bill.id)).settled_fen == 5000


async def test_an_order_that_is_neither_closed_nor_paid_holds_the_change_up(tills: Tills):
    bill, said, citizen = await a_told_bill()
    order = await begin(bill, citizen)

    async def nothing(out_trade_no: str) -> None:
        return None

    tills.wechat.close = nothing  # type: ignore[method-assign]
    with pytest.raises(PaymentInProgress):
        await change(said, 5000)
    tills.wechat.trouble["query"] = OutsideUnavailable()
    with pytest.raises(OutsideUnavailable):
        await change(said, 5000)
    assert (await state_of(order), (await Bill.get(id=bill.id)).version) == ("awaiting", 1)


async def test_changing_paying_and_beginning_at_once_keep_bill_and_order_in_step(tills: Tills):
    for _ in range(6):
        bill, said, citizen = await a_told_bill()
        order = await begin(bill, citizen)
        unpaid = tills.wechat.orders[order.out_trade_no]
        paid = tills.wechat.pay(order.out_trade_no)
        tills.wechat.orders[order.out_trade_no] = unpaid  # whoever asks over there is told so, the notice is on its way
        await asyncio.gather(
            change(said, 5000),
            settlement.settle(paid),
            begin(bill, citizen, "alipay"),
            return_exceptions=True,
        )
        await bill.refresh_from_db()
        live = await PaymentOrder.filter(bill=bill, state__in=("created", "awaiting", "unknown"))
        assert [one for one in live if (one.bill_version, one.amount_fen) != (bill.version, bill.total_fen)] == []
        assert (bill.state, bill.version) in {("settled", 1), ("unpaid", 2)}
        assert (await Refund.filter(order=order).count()) == (bill.state == "unpaid")


async def naively(said: bills.PushedBill, begun: asyncio.Event, placed: asyncio.Event) -> None:
    """Look whether somebody pays, then write, without a lock between the two."""
    bill = await Bill.get(notice_no=said.notice_no)
    if not await PaymentOrder.exists(bill=bill):
        begun.set()
        await placed.wait()
        await Bill.filter(id=bill.id).update(version=2, total_fen=5000)


async def test_control_without_the_lock_an_order_of_the_old_amount_stays_open(tills: Tills):
    bill, said, citizen = await a_told_bill()
    looked, placed = asyncio.Event(), asyncio.Event()
    changed = asyncio.create_task(naively(said, looked, placed))
    await looked.wait()
    order = await begin(bill, citizen)
    placed.set()
    await changed
    await bill.refresh_from_db()
    assert (order.state, order.amount_fen != bill.total_fen) == ("awaiting", True)


async def test_beginning_waits_for_a_change_and_is_asked_for_the_new_amount(tills: Tills):
    """The same moment as in the control, with the lock."""
    bill, said, citizen = await a_told_bill()
    written = asyncio.Event()

    async def late() -> PaymentOrder:
        await written.wait()
        return await begin(bill, citizen)

    beginning = asyncio.create_task(late())  # outside of the transaction below
    async with database.transaction():
        locked = await Bill.select_for_update().get(id=bill.id)
        written.set()
        await until_somebody_waits(beginning)
        await changing._write(locked, anew(said, 5000))
    order = await beginning
    assert (order.amount_fen, order.bill_version) == (5000, 2)


@pytest.mark.usefixtures("db")
async def test_history_cannot_be_written_anew():
    bill, said, _ = await a_told_bill()
    await change(said, 5000)
    for wrong in ("update bill_version set total_fen = 1", "delete from bill_version", "truncate bill_version"):
        with pytest.raises((asyncpg.RestrictViolationError, IntegrityError)):
            await database.execute(wrong)
    assert (await changing.versions(bill.id))[0].total_fen == 8000
