"""A fee that is asked for against a booking that is moved at the same moment."""

import asyncio

import pytest

from appointments import booking, fees, rescheduling
from foundation import database
from payments.models import Bill
from tests.builders.appointments import STAFF, a_held_place, a_type, slots_of_one_day
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")

FEE = fees.Fee(
    exec_unit_code="103001",
    exec_unit_name="示例市公安局",
    exec_item_code="103044",
    exec_item_name="驾驶许可考试费",
    amount_fen=5000,
)


async def moved_while_it_is_asked_for(patch: pytest.MonkeyPatch) -> list[str]:
    """Who asks has looked at the booking, then it is moved and the move is heard of: for which of both is a bill?"""
    kind = await a_type()
    await fees.change(type_id=kind.id, fee=FEE, by=STAFF)
    first, second = await slots_of_one_day(2, of=kind)
    held, citizen, _ = await a_held_place(slot=first)
    looked, real = asyncio.Event(), fees._bill

    async def slowly(seen: booking.Booking, fee: fees.Fee):
        if seen.id == held.id:
            looked.set()
            await until_somebody_waits(moving)
        return await real(seen, fee)

    async def move():
        await looked.wait()
        new = await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
        await fees.follow(new.id)

    patch.setattr(fees, "_bill", slowly)
    moving = asyncio.create_task(move())
    await asyncio.gather(fees.ask(held.id), moving)
    names = {held.code: "first"}
    return [names.get(bill.reference, "second") for bill in await Bill.all().order_by("id")]


async def test_moved_while_it_is_asked_for_there_is_one_bill(monkeypatch: pytest.MonkeyPatch):
    assert await moved_while_it_is_asked_for(monkeypatch) == ["first"]
    assert await database.fetchval("select count(distinct notice_no) from booking_fee") == 1


async def test_control_without_the_bookings_lock_it_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fees, "STAYS", "select $1::bigint")
    assert sorted(await moved_while_it_is_asked_for(monkeypatch)) == ["first", "second"]
