"""One receipt for a settled bill, of what stays paid, whatever the issuer does and however often we are told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from channels.receipts.issuer import ReceiptRefused
from foundation import clock, database, metrics
from foundation.actor import Actor
from foundation.http import OutcomeUnknown, OutsideUnavailable
from payments import changing, inbox, receipt_issuer, receipt_jobs, receipts, refunds, settlement
from payments.bills import PushedItem
from payments.events import BillSettled, MoneyReturned
from payments.late_fee_rules import Growth
from payments.models import Bill, BillItem, PaymentOrder, Refund
from payments.receipt_errors import ReceiptInOrder, ReceiptNotFound
from payments.receipt_models import Receipt
from payments.settling_together import settle_together
from tests.builders.appointments import told
from tests.builders.payments import UNIT, a_bill, a_payer, begin, begun, pushed, state_of
from tests.builders.receipts import Printer
from tests.payments.conftest import Tills

FINANCE = Actor.staff(1)


@pytest.fixture
async def printer(tills: Tills) -> AsyncIterator[Printer]:
    one = Printer()
    receipt_issuer.use(one)
    yield one
    receipt_issuer.use(None)


async def settled(tills: Tills, *, fen: int = 8000) -> tuple[Bill, PaymentOrder]:
    bill, order, _ = await begun(fen=fen)
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    return bill, await PaymentOrder.get(id=order.id)


async def given_back(order: PaymentOrder, fen: int) -> None:
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=fen, reason="多缴", by=FINANCE)
    await refunds.send(refund_id=refund.id)
    await receipts.follow(order.bill_id)


async def work() -> None:
    """What the worker does with the jobs of receipts, until nothing more comes of it."""
    before = None
    while (now := await Receipt.all().order_by("id").values_list("state", "asked_times")) != before:
        for one in await Receipt.all().order_by("id"):
            await receipts.issue(receipt_id=one.id)
            await receipts.take_back(receipt_id=one.id)
        before = now


async def standing(bill: Bill) -> list[tuple[str, int]]:
    return [(one.state, one.amount_fen) for one in await Receipt.filter(bill=bill).order_by("id")]


async def test_a_settled_bill_gets_one_receipt_however_often_it_is_told(tills: Tills, printer: Printer):
    bill, order = await settled(tills)
    event = BillSettled(bill_id=bill.id, order_id=order.id, payer_id=1, channel="wechat", amount_fen=8000)
    await asyncio.gather(*(receipt_jobs.issue_for_bill(event) for _ in range(5)))
    receipt = await Receipt.get()
    await asyncio.gather(*(receipts.issue(receipt_id=receipt.id) for _ in range(3)))
    await receipt.refresh_from_db()
    assert (receipt.state, receipt.amount_fen, len(printer.issued)) == ("issued", 8000, 1)
    assert (len(receipt.code), len(receipt.number), len(receipt.check_code)) == (8, 10, 6)
    (asked,) = printer.requests.values()
    assert (asked.payer, asked.unit, asked.pay_code) == ("张三", "自然资源局", bill.pay_code)
    assert [(one.name, one.amount_fen) for one in asked.lines] == [("登记费", 8000)]
    assert len(await told("ReceiptIssued")) == 1


async def test_control_without_the_bills_lock_only_the_database_stands_between(
    tills: Tills, printer: Printer, monkeypatch: pytest.MonkeyPatch
):
    bill, _ = await settled(tills)
    monkeypatch.setattr(Bill, "select_for_update", classmethod(lambda cls: cls.all()))
    together, kept = asyncio.Barrier(2), receipts._stays_paid

    async def both_have_read(one: Bill) -> int | None:
        found = await kept(one)
        await together.wait()
        return found

    async def want(one: Bill, amount_fen: int) -> None:
        await together.wait()  # neither sees the other's
        await was_wanted(one, amount_fen)

    was_wanted = receipts._want
    monkeypatch.setattr(receipts, "_stays_paid", both_have_read)
    monkeypatch.setattr(receipts, "_want", want)
    outcomes = await asyncio.gather(*(receipts.follow(bill.id) for _ in range(2)), return_exceptions=True)
    stopped = [one for one in outcomes if one is not None]
    assert len(stopped) == 1
    assert isinstance(stopped[0], IntegrityError | OperationalError | asyncpg.PostgresError)
    assert await Receipt.all().count() == 1


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [OutcomeUnknown(), OutsideUnavailable()], ids=["unknown", "not-sent"])
async def test_a_lost_answer_is_asked_about_under_the_same_number(
    tills: Tills, printer: Printer, late: bool, trouble: Exception
):
    bill, _ = await settled(tills)
    await receipts.follow(bill.id)
    printer.trouble["issue"], printer.after_effect = trouble, late
    receipt = await Receipt.get()
    with pytest.raises(type(trouble)):
        await receipts.issue(receipt_id=receipt.id)  # the job is tried again
    await receipts.issue(receipt_id=receipt.id)
    assert printer.asked("find") == [receipt.request_no]
    assert printer.asked("issue") == [receipt.request_no] * (1 if late else 2)
    assert (await standing(bill), len(printer.issued)) == ([("issued", 8000)], 1)


async def test_the_bill_is_settled_whatever_becomes_of_its_receipt(
    tills: Tills, printer: Printer, monkeypatch: pytest.MonkeyPatch
):
    levels: dict[str, float] = {}
    monkeypatch.setattr(metrics, "level", lambda name, value, **_: levels.update({name: value}))
    bill, _ = await settled(tills)
    await receipts.follow(bill.id)
    receipt = await Receipt.get()
    printer.trouble["issue"] = ReceiptRefused("AMOUNT_WRONG")
    await receipts.issue(receipt_id=receipt.id)
    await receipt.refresh_from_db()
    assert (receipt.state, receipt.trouble) == ("asked", "ReceiptRefused AMOUNT_WRONG")
    assert await state_of(bill) == "settled"
    await receipt_jobs.chase_receipts()
    assert levels["receipts_stuck"] == 0
    with clock.shifted(timedelta(hours=1, minutes=1)):
        for _ in range(2):
            await receipt_jobs.chase_receipts()
        assert levels["receipts_stuck"] == 1
    questions = "select count(*) from procrastinate_jobs where queueing_lock = $1 and status = 'todo'"
    assert await database.fetchval(questions, f"receipt-asked:{receipt.id}") == 1
    await receipts.again(receipt_id=receipt.id, by=FINANCE)
    await work()
    assert await standing(bill) == [("issued", 8000)]
    with pytest.raises(ReceiptInOrder):
        await receipts.again(receipt_id=receipt.id, by=FINANCE)
    with pytest.raises(ReceiptNotFound):
        await receipts.again(receipt_id=receipt.id + 1, by=FINANCE)


async def test_of_a_bill_that_was_changed_and_grew_it_says_what_was_paid(tills: Tills, printer: Printer):
    """The items of the version that was paid, with what had grown until then; a refund is of all of it."""
    citizen, identity = await a_payer()
    past, growth = clock.today() - timedelta(days=10), Growth(per_day=300, kind="penalty", basis="行政处罚法第七十二条")
    fine = PushedItem(exec_item_code="103050", exec_item_name="罚款", amount_fen=20000, growth=growth)
    bill = await a_bill(payer=identity, fen=30000, expire_date=past)
    changed = pushed(payer=identity, notice_no=bill.notice_no, fen=20000, items=(fine,), expire_date=past)
    await changing.change(bill=changed, reason="金额有误", by=UNIT)
    await bill.refresh_from_db()
    order = await begin(bill, citizen)
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    await bill.refresh_from_db()
    await receipts.follow(bill.id)
    await work()
    (asked,) = printer.requests.values()
    assert [(one.code, one.name, one.amount_fen) for one in asked.lines] == [
        ("103050", "罚款", 20000),
        ("103050", "罚款（加处罚款）", 6000),
    ]
    assert asked.amount_fen == bill.settled_fen == 26000
    await given_back(await PaymentOrder.get(id=order.id), 7000)
    await work()
    assert await standing(bill) == [("voided", 26000), ("issued", 19000)]
    assert [one["amount_fen"] for one in (await Receipt.get(state="issued")).items] == [19000]


async def test_notices_that_are_settled_together_lead_to_one_receipt_each(tills: Tills, printer: Printer):
    found = [await begun() for _ in range(3)]
    paid = [tills.wechat.pay(order.out_trade_no) for _, order, _ in found]
    letters = [inbox.letter("wechat", {}, tills.wechat.letter(order=one.out_trade_no), one) for one in paid]
    assert set(await settle_together(letters)) == {settlement.Outcome.SETTLED}
    for event in await told("BillSettled"):
        for _ in range(2):  # a job may come twice
            await receipt_jobs.issue_for_bill(BillSettled(**event))
    await work()
    assert [await standing(bill) for bill, _, _ in found] == [[("issued", 8000)]] * 3


async def test_a_full_refund_takes_the_receipt_back(tills: Tills, printer: Printer):
    bill, order = await settled(tills)
    await receipts.follow(bill.id)
    await work()
    await given_back(order, 8000)
    refund = await Refund.get()
    again = MoneyReturned(order_id=order.id, refund_id=refund.id, payer_id=1, amount_fen=8000)
    await receipt_jobs.follow_refund(again)
    await work()
    receipt = await Receipt.get()
    assert (receipt.state, receipt.red_code, len(receipt.red_number)) == ("voided", "99010226", 10)
    assert len(printer.voided) == 1
    assert len(await told("ReceiptVoided")) == 1


async def test_a_part_given_back_takes_it_back_and_what_stays_has_one_of_its_own(tills: Tills, printer: Printer):
    bill, order = await settled(tills)
    await receipts.follow(bill.id)
    await work()
    for fen in (3000, 1000):
        await given_back(order, fen)
        await work()
    assert await standing(bill) == [("voided", 8000), ("voided", 5000), ("issued", 4000)]
    assert [number for number, _ in sorted(printer.issued.items(), key=lambda one: one[1].number)] == [
        one.request_no for one in await Receipt.all().order_by("id")
    ]


async def test_the_new_one_waits_until_the_old_one_is_taken_back(tills: Tills, printer: Printer):
    bill, order = await settled(tills)
    await receipts.follow(bill.id)
    await work()
    await given_back(order, 3000)
    old, new = await Receipt.all().order_by("id")
    await receipts.issue(receipt_id=new.id)
    assert await standing(bill) == [("issued", 8000), ("asked", 5000)]
    printer.trouble["void"], printer.after_effect = OutcomeUnknown(), True
    with pytest.raises(OutcomeUnknown):
        await receipts.take_back(receipt_id=old.id)
    await receipts.issue(receipt_id=new.id)
    assert await standing(bill) == [("voiding", 8000), ("asked", 5000)]
    await receipts.take_back(receipt_id=old.id)
    assert (printer.asked("void"), printer.asked("find_void")) == ([old.void_no], [old.void_no])
    await receipts.issue(receipt_id=new.id)
    assert await standing(bill) == [("voided", 8000), ("issued", 5000)]


async def test_money_that_goes_back_before_the_receipt_is_there(tills: Tills, printer: Printer):
    """Nobody knows whether the first was issued: it is issued, then taken back."""
    bill, order = await settled(tills)
    await receipts.follow(bill.id)
    await given_back(order, 3000)
    assert await standing(bill) == [("asked", 8000), ("asked", 5000)]
    await work()
    assert await standing(bill) == [("voided", 8000), ("issued", 5000)]


async def test_the_refund_may_be_heard_of_first(tills: Tills, printer: Printer):
    bill, order = await settled(tills)
    await given_back(order, 3000)  # its event is handled before that of the settling
    await receipts.follow(bill.id)
    await work()
    assert await standing(bill) == [("issued", 5000)]


async def test_money_that_settled_nothing_gets_no_receipt(tills: Tills, printer: Printer):
    bill, _, _ = await begun()
    await receipts.follow(bill.id)
    assert not await Receipt.exists()


async def test_a_settled_bill_that_was_forgotten_is_found(tills: Tills, printer: Printer):
    bill, _ = await settled(tills)
    await receipt_jobs.chase_receipts()
    assert not await Receipt.exists()  # its event may still come
    with clock.shifted(timedelta(minutes=11)):
        await receipt_jobs.chase_receipts()
    await work()
    assert await standing(bill) == [("issued", 8000)]


async def test_a_number_that_was_given_before_is_not_believed(tills: Tills, printer: Printer):
    first, _ = await settled(tills)
    second, _ = await settled(tills)
    for bill in (first, second):
        await receipts.follow(bill.id)
    await receipts.issue(receipt_id=(await Receipt.get(bill=first)).id)
    (known,) = printer.issued.values()
    other = await Receipt.get(bill=second)
    await receipts.note_issued(other.id, known)
    await other.refresh_from_db()
    assert (other.state, other.trouble) == ("asked", "number taken")


async def test_the_database_lets_one_stand_and_none_without_numbers(tills: Tills, printer: Printer):
    bill, _ = await settled(tills)
    await receipts.follow(bill.id)
    more = {"bill": bill, "amount_fen": 1, "wanted_at": clock.now()}
    with pytest.raises(IntegrityError, match="receipt_one_"):
        await Receipt.create(request_no="E-second", **more)
    with pytest.raises(IntegrityError, match="receipt_numbers_when_issued"):
        await Receipt.all().update(state="issued")


def test_the_last_items_are_cut_first_and_of_each_what_had_grown():
    def line(name: str, fen: int, overdue: int = 0, late: int = 0) -> BillItem:
        return BillItem(
            exec_item_code=name, exec_item_name=name, amount_fen=fen, overdue_fen=overdue, penalty_fen=0, late_fen=late
        )

    items = [line("a", 500, late=30), line("b", 200, 50), line("c", 100)]
    for amount, lines in (
        (880, [("a", 500), ("a（滞纳金）", 30), ("b", 250), ("c", 100)]),
        (830, [("a", 500), ("a（滞纳金）", 30), ("b", 250), ("c", 50)]),
        (630, [("a", 500), ("a（滞纳金）", 30), ("b", 100)]),
        (510, [("a", 500), ("a（滞纳金）", 10)]),
        (500, [("a", 500)]),
    ):
        assert [(one["name"], one["amount_fen"]) for one in receipts.lines_of(items, amount)] == lines
