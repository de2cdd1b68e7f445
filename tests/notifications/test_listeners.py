from dataclasses import replace
from datetime import timedelta

import pytest

from appointments import booking
from appointments.events import BookingCancelled, BookingConfirmed
from cases.events import CaseMoved
from cases.timeline import Kind
from foundation import clock
from identity.idnumber import Identity
from notifications import listeners
from notifications.models import Message
from payments import bills, changing, gateway, settlement
from payments.events import BillAmended, BillRaised, BillSettled, MoneyReturned
from payments.models import Bill
from tests.builders import identity as people
from tests.builders.appointments import a_held_place
from tests.builders.cases import a_case, push
from tests.builders.payments import UNIT, Till, a_bill, a_payer, begin, pushed

pytestmark = pytest.mark.usefixtures("db")


async def texts(citizen_id: int) -> list[str]:
    rows = await Message.filter(citizen_id=citizen_id, channel="inbox").order_by("id")
    return [one.text for one in rows]


async def test_a_booking_is_confirmed_and_cancelled():
    held, by, _ = await a_held_place()
    ids = {"appointment_id": held.id, "citizen_id": by.number, "slot_id": held.slot_id}
    for _ in range(2):
        await listeners.tell_booking_confirmed(event_of(BookingConfirmed, **ids))
    await booking.cancel(code=held.code, by=by)
    office = {**ids, "by_office": True, "reason": "停电"}
    for _ in range(2):
        await listeners.tell_booking_cancelled(event_of(BookingCancelled, **office))
    confirmed, cancelled = await texts(by.number)
    assert held.code in confirmed
    assert "停电" in cancelled


def event_of(kind, **given):
    """An event with those of `given` that it has."""
    return kind(**{name: value for name, value in given.items() if name in kind.__dataclass_fields__})


async def test_bills_are_told_to_who_owes_and_who_paid():
    owner, identity = await a_payer("wechat")
    payer, _ = await a_payer("wechat")
    bill = await a_bill(payer=identity)
    await listeners.tell_bill_raised(BillRaised(bill_id=bill.id, citizen_id=owner.id))
    await listeners.tell_bill_raised(BillRaised(bill_id=bill.id, citizen_id=None))
    settled = BillSettled(bill_id=bill.id, order_id=1, payer_id=payer.id, channel="wechat", amount_fen=8000)
    for _ in range(2):
        await listeners.tell_bill_settled(settled)
    assert await texts(payer.id) == ["不动产登记费已缴清，金额 80.00 元。"]
    assert len(await texts(owner.id)) == 2


async def test_a_changed_bill_is_told_as_it_is_now():
    owner, identity = await a_payer("wechat")
    first = pushed(payer=identity)
    await bills.raise_bill(bill=first, by=UNIT)
    for fen in (5000, 3000):
        less = replace(first, items=(replace(first.items[0], amount_fen=fen),), total_fen=fen)
        await changing.change(bill=less, reason="减免", by=UNIT)
    bill = await Bill.get()
    for version in (2, 3, 3):
        await listeners.tell_bill_amended(BillAmended(bill_id=bill.id, citizen_id=owner.id, version=version))
    await listeners.tell_bill_amended(BillAmended(bill_id=bill.id, citizen_id=None, version=3))
    assert await texts(owner.id) == ["自然资源局变更了不动产登记费，现应缴 30.00 元，请以变更后的金额为准。"]
    await bills.withdraw(notice_no=bill.notice_no, by=UNIT, reason="开错")
    await Message.all().delete()
    await listeners.tell_bill_amended(BillAmended(bill_id=bill.id, citizen_id=owner.id, version=3))
    assert await texts(owner.id) == []


async def test_money_returned():
    till = Till("wechat")
    gateway.use({"wechat": till})
    payer, identity = await a_payer("wechat")
    bill = await a_bill(payer=identity)
    order = await begin(bill, payer)
    await settlement.settle(till.pay(order.out_trade_no))
    event = MoneyReturned(order_id=order.id, refund_id=7, payer_id=payer.id, amount_fen=8000)
    for _ in range(2):
        await listeners.tell_money_returned(event)
    gateway.use({})
    assert await texts(payer.id) == ["不动产登记费的款项 80.00 元已原路退回。"]


async def test_a_case_that_comes_to_a_stage_again_is_told_again():
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    case = await a_case(Kind.ACCEPTED, Kind.SUSPENDED, applicant=applicant)
    first = CaseMoved(case_id=case.id, citizen_id=citizen.id, stage="suspended")
    for _ in range(2):
        await listeners.tell_case_moved(first)
    assert len(await texts(citizen.id)) == 1
    await push(case.case_no, Kind.RESUMED, at=clock.now() - timedelta(minutes=2))
    await push(case.case_no, Kind.SUSPENDED, at=clock.now() - timedelta(minutes=1))
    await listeners.tell_case_moved(CaseMoved(case_id=case.id, citizen_id=citizen.id, stage="suspended"))
    assert len(await texts(citizen.id)) == 2


async def test_what_a_case_has_left_behind_is_told_no_more():
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    case = await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED, applicant=applicant)
    for stage in ("received", "accepted", "closed"):
        await listeners.tell_case_moved(CaseMoved(case_id=case.id, citizen_id=citizen.id, stage=stage))
    (text,) = await texts(citizen.id)
    assert "已办结" in text
    await listeners.tell_case_moved(CaseMoved(case_id=case.id, citizen_id=None, stage="closed"))
