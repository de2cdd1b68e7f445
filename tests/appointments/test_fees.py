"""The bill of a booking comes with it, moves with it and ends with it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from appointments import booking, fee_jobs, fees, moving, rescheduling
from appointments.events import BookingCancelled, BookingConfirmed, BookingRescheduled, VisitMissed
from appointments.fee_errors import FeeInvalid
from appointments.fee_models import BookingFee
from appointments.fees import CANCELLED, Fee, Owed
from appointments.models import AppointmentType
from foundation import clock
from foundation.actor import Actor
from foundation.models import AuditRow
from identity.models import Citizen
from payments import gateway, settlement
from payments.models import Bill
from payments.refund_models import RefundApplication
from tests.builders import identity as people
from tests.builders.appointments import STAFF, a_held_place, a_slot, a_type, slots_of_one_day
from tests.builders.payments import begin
from tests.builders.statements import Teller

pytestmark = pytest.mark.usefixtures("db")

TEST_FEE = Fee(
    exec_unit_code="103001",
    exec_unit_name="示例市公安局",
    exec_item_code="103044",
    exec_item_name="驾驶许可考试费",
    amount_fen=5000,
)


async def a_paid_business(fee: Fee = TEST_FEE) -> AppointmentType:
    kind = await a_type()
    await fees.change(type_id=kind.id, fee=fee, by=STAFF)
    return kind


async def booked(kind: AppointmentType) -> tuple[booking.Booking, Actor, int]:
    """A booking whose event was heard, and a second slot to move to."""
    first, second = await slots_of_one_day(2, of=kind)
    held, citizen, _ = await a_held_place(slot=first)
    await fee_jobs.ask(BookingConfirmed(appointment_id=held.id, citizen_id=citizen.number))
    return await booking.by_id(held.id), citizen, second.id


@pytest.fixture
def teller() -> Iterator[Teller]:
    one = Teller("wechat")
    gateway.use({"wechat": one})
    yield one
    gateway.use({})


async def paid(citizen: Actor, teller: Teller) -> None:
    who = await Citizen.get(id=citizen.number)
    await people.account(who, platform="wechat")
    order = await begin(await Bill.get(), who)
    await settlement.settle(teller.pay(order.out_trade_no))


async def cancelled(held: booking.Booking, citizen: Actor) -> None:
    await booking.cancel(code=held.code, by=citizen)
    await fee_jobs.let_go(BookingCancelled(appointment_id=held.id, citizen_id=citizen.number))


async def test_who_books_owes_the_fee_once_until_the_day():
    held, citizen, _ = await booked(await a_paid_business())
    await fees.ask(held.id)
    bill = await Bill.get().prefetch_related("items")
    assert (bill.citizen_id, bill.reference, bill.total_fen) == (citizen.number, held.code, 5000)
    assert bill.expire_date == clock.shanghai(held.starts_at).date()
    assert [one.exec_item_name for one in bill.items] == ["驾驶许可考试费"]
    assert (await fees.find(code=held.code, for_=STAFF))[1] == Owed(bill.pay_code, 5000, "unpaid")


async def test_what_is_free_or_over_costs_nothing():
    held, _, _ = await booked(await a_type())
    assert (await fees.find(code=held.code, for_=STAFF))[1] is None
    kind = await a_paid_business()
    held, citizen, _ = await a_held_place(slot=(await slots_of_one_day(1, of=kind))[0])
    await booking.cancel(code=held.code, by=citizen)
    await fees.ask(held.id)
    assert not await Bill.exists()


@pytest.mark.parametrize("why", ["cancelled", "missed"])
async def test_unpaid_it_ends_with_the_booking(why: str):
    held, citizen, _ = await booked(await a_paid_business())
    if why == "cancelled":
        await cancelled(held, citizen)
    else:
        await fee_jobs.let_go_of_missed(VisitMissed(appointment_id=held.id, citizen_id=citizen.number))
    assert (await Bill.get()).state == "withdrawn"
    assert not await RefundApplication.exists()


async def moved(held: booking.Booking, citizen: Actor, slot_id: int) -> tuple[booking.Booking, BookingRescheduled]:
    new = await rescheduling.reschedule(code=held.code, slot_id=slot_id, by=citizen, key=f"move {slot_id}")
    return new, BookingRescheduled(appointment_id=new.id, citizen_id=citizen.number, from_id=held.id)


async def test_moved_it_is_paid_once_and_ends_with_the_last():
    held, citizen, other = await booked(await a_paid_business())
    last, told = await moved(held, citizen, other)
    await fee_jobs.follow(told)
    await fee_jobs.follow(told)
    assert await Bill.all().count() == 1
    assert (await fees.find(code=last.code, for_=STAFF))[1] == (await fees.find(code=held.code, for_=STAFF))[1]
    await cancelled(last, citizen)
    assert (await Bill.get()).state == "withdrawn"


@pytest.mark.parametrize("by_office", [False, True])
async def test_moved_to_another_day_it_is_to_be_paid_until_then(by_office: bool):
    kind = await a_paid_business()
    held, citizen, _ = await booked(kind)
    later = await a_slot(of=kind, starts_at=held.starts_at + timedelta(days=1))
    if by_office:
        new = await moving.move(code=held.code, slot_id=later.id, by=STAFF, reason="考场检修")
        told = BookingRescheduled(appointment_id=new.id, citizen_id=citizen.number, from_id=held.id)
    else:
        _, told = await moved(held, citizen, later.id)
    await fee_jobs.follow(told)
    bill = await Bill.get()
    assert (bill.expire_date, bill.version) == (clock.shanghai(later.starts_at).date(), 1)
    assert await AuditRow.filter(action="bill.redated").count() == 1


async def test_paid_it_stays_as_it_was_paid(teller: Teller):
    kind = await a_paid_business()
    held, citizen, _ = await booked(kind)
    await paid(citizen, teller)
    before = (await Bill.get()).expire_date
    later = await a_slot(of=kind, starts_at=held.starts_at + timedelta(days=1))
    _, told = await moved(held, citizen, later.id)
    await fee_jobs.follow(told)
    assert ((await Bill.get()).expire_date, await Bill.all().count()) == (before, 1)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("first_heard", [0, 1])
async def test_moved_twice_and_heard_of_in_any_order_there_is_one_bill(asked: bool, first_heard: int):
    kind = await a_paid_business()
    first, second, third = await slots_of_one_day(3, of=kind)
    held, citizen, _ = await a_held_place(slot=first)
    if asked:
        await fees.ask(held.id)
    middle, once = await moved(held, citizen, second.id)
    last, again = await moved(middle, citizen, third.id)
    told = [once, again]
    await fee_jobs.follow(told[first_heard])
    await fee_jobs.follow(told[1 - first_heard])
    await fees.ask(held.id)
    assert await Bill.all().count() == 1
    assert (await fees.find(code=last.code, for_=STAFF))[1] is not None
    await cancelled(last, citizen)
    assert (await Bill.get()).state == "withdrawn"


async def test_moved_before_anybody_heard_of_it_there_is_one_bill():
    held, citizen, other = await booked(await a_type())
    await fees.change(type_id=held.type_id, fee=TEST_FEE, by=STAFF)
    last, told = await moved(held, citizen, other)
    await fee_jobs.follow(told)
    await fee_jobs.ask(BookingConfirmed(appointment_id=held.id, citizen_id=citizen.number))
    assert [bill.reference for bill in await Bill.all()] == [last.code]


async def test_paid_and_cancelled_finance_is_asked_to_give_it_back_once(teller: Teller):
    held, citizen, _ = await booked(await a_paid_business())
    await paid(citizen, teller)
    await cancelled(held, citizen)
    await fees.let_go(held.id, why=CANCELLED)
    asked = await RefundApplication.get()
    assert (asked.state, asked.amount_fen, asked.applied_by) == ("applied", 5000, str(fees.BY))


async def test_paid_and_missed_it_stays_paid(teller: Teller):
    held, citizen, _ = await booked(await a_paid_business())
    await paid(citizen, teller)
    await fee_jobs.let_go_of_missed(VisitMissed(appointment_id=held.id, citizen_id=citizen.number))
    assert (await Bill.get()).state == "settled"
    assert not await RefundApplication.exists()


async def test_faults_are_all_told_and_nothing_is_set():
    kind = await a_type(real_name_needed=False)
    wrong = Fee(exec_unit_code="一", exec_unit_name="", exec_item_code="1", exec_item_name="费", amount_fen=0)
    with pytest.raises(FeeInvalid) as refused:
        await fees.change(type_id=kind.id, fee=wrong, by=STAFF)
    assert len(refused.value.detail) == 4
    assert await fees.of(kind.id) is None


async def test_a_fee_holds_from_now_on_and_can_be_lifted():
    kind = await a_paid_business()
    held, _, _ = await booked(kind)
    await fees.change(type_id=kind.id, fee=None, by=STAFF)
    assert await fees.of(kind.id) is None
    assert (await fees.find(code=held.code, for_=STAFF))[1] is not None
    assert await BookingFee.all().count() == 1
