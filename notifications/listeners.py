"""Who is told what when something happens below. A listener may hear an event twice; `announce` tells it once."""

import re

from appointments import rebooking
from appointments.events import BookingCancelled, BookingConfirmed
from appointments.models import Appointment
from cases import timeline
from cases.events import CaseMoved
from cases.models import Case
from foundation import clock, money
from foundation.events import on
from notifications import templates
from notifications.delivery import announce
from payments.events import BillAmended, BillRaised, BillSettled, MoneyReturned
from payments.models import Bill, PaymentOrder, Refund

BOOKING_PAGE, BILL_PAGE, CASE_PAGE = "pages/booking/{}", "pages/bill/{}", "pages/case/{}"
PROGRESS_PAGE = "pages/progress"  # for a case_no that fits into no address


@on(BookingConfirmed)
async def tell_booking_confirmed(event: BookingConfirmed) -> None:
    values, hall_path = await _booking(event.appointment_id)
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"booking_confirmed:{event.appointment_id}",
        template=templates.BOOKING_CONFIRMED,
        values=values,
        page=BOOKING_PAGE.format(values["code"]),
        hall_path=hall_path,
    )


@on(BookingCancelled)
async def tell_booking_cancelled(event: BookingCancelled) -> None:
    """What comes with an offer to rebook is told with it, by `closure_listeners`."""
    if await rebooking.promised(event.appointment_id):
        return
    values, hall_path = await _booking(event.appointment_id)
    why = f"原因：{event.reason}。欢迎改约其他时段。" if event.by_office else ""
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"booking_cancelled:{event.appointment_id}",
        template=templates.BOOKING_CANCELLED_BY_OFFICE if event.by_office else templates.BOOKING_CANCELLED,
        values={**values, "reason": why},
        page=BOOKING_PAGE.format(values["code"]),
        hall_path=hall_path,
    )


async def _booking(appointment_id: int) -> tuple[dict[str, str], str]:
    """What is said of it, and the path of its hall."""
    one = await Appointment.get(id=appointment_id).prefetch_related("slot", "type__hall")
    values = {
        "when": f"{clock.shanghai(one.slot.starts_at):%Y-%m-%d %H:%M}",
        "business": one.type.name,
        "hall": one.type.hall.name,
        "code": one.code,
    }
    return values, one.type.hall.path


@on(BillRaised)
async def tell_bill_raised(event: BillRaised) -> None:
    if event.citizen_id is None:
        return
    await _tell_of_bill(event.bill_id, event.citizen_id, "bill_raised", templates.BILL_RAISED)


@on(BillAmended)
async def tell_bill_amended(event: BillAmended) -> None:
    """Only what it says now: a change that was changed or settled meanwhile is told by what came after."""
    if event.citizen_id is None or not await Bill.exists(id=event.bill_id, version=event.version, state="unpaid"):
        return
    await _tell_of_bill(event.bill_id, event.citizen_id, f"bill_amended_{event.version}", templates.BILL_AMENDED)


@on(BillSettled)
async def tell_bill_settled(event: BillSettled) -> None:
    """Whoever paid hears it, and so does the one who owed it."""
    bill = await Bill.get(id=event.bill_id)
    owner: int | None = bill.citizen_id  # type: ignore[attr-defined]
    for citizen_id in {event.payer_id, owner or event.payer_id}:
        await _tell_of_bill(event.bill_id, citizen_id, "bill_settled", templates.BILL_SETTLED)


@on(MoneyReturned)
async def tell_money_returned(event: MoneyReturned) -> None:
    if await Refund.exists(id=event.refund_id, offline=True):
        return  # not by the way it had come: told in other words
    order = await PaymentOrder.get(id=event.order_id).prefetch_related("bill")
    await announce(
        citizen_id=event.payer_id,
        occasion=f"money_returned:{event.refund_id}",
        template=templates.MONEY_RETURNED,
        values={"title": order.bill.title, "yuan": money.yuan(event.amount_fen)},
        page=BILL_PAGE.format(order.bill.pay_code),
    )


async def _tell_of_bill(bill_id: int, citizen_id: int, what: str, template: templates.Template) -> None:
    bill = await Bill.get(id=bill_id)
    await announce(
        citizen_id=citizen_id,
        occasion=f"{what}:{bill_id}",
        template=template,
        values={
            "title": bill.title,
            "yuan": money.yuan(bill.settled_fen or bill.total_fen),
            "unit": bill.exec_unit_name,
        },
        page=BILL_PAGE.format(bill.pay_code),
    )


@on(CaseMoved)
async def tell_case_moved(event: CaseMoved) -> None:
    if event.citizen_id is None:
        return
    case, stage = await Case.get(id=event.case_id), timeline.Kind(event.stage)
    if case.stage != stage:
        return  # it has moved on, and that will be told; a batch of old events is one message
    phrase, tip = templates.IN_SHORT[stage]
    told = {"item": case.item_name, "stage": timeline.LABELS[stage], "next": timeline.NEXT[stage]}
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"case:{case.id}:{stage}:{event.at:%Y%m%d%H%M%S%f}",  # a case may come to a stage again
        template=templates.CASE_MOVED,
        values={**told, "phrase": phrase, "tip": tip},
        page=CASE_PAGE.format(case.case_no) if re.fullmatch(r"[\w-]+", case.case_no) else PROGRESS_PAGE,
    )
