"""缴款通知书: pushed by departments, found by their payer, or by code with a second factor."""

import hmac
from datetime import date
from typing import Any

from foundation import audit, clock, crypto, database, ratelimit, words
from foundation.actor import Actor
from foundation.errors import Refusal
from identity import acting
from identity.delegation import Scope
from payments import raising, states
from payments.errors import BillAlreadySettled, BillNotFound
from payments.models import Bill, PaymentOrder
from payments.orders import LIVE
from payments.pushed import PushedBill as PushedBill
from payments.pushed import PushedItem as PushedItem
from payments.pushed import Received as Received
from payments.states import BILL_NAMES, ORDER_NAMES

PER_CODE = (10, 3600)
PER_ADDRESS = (30, 3600)
NO_FACTOR = "0" * 64


async def is_known(*, notice_no: str, source: str) -> bool:
    return await Bill.exists(source=source, notice_no=notice_no)


async def raise_bill(*, bill: PushedBill, by: Actor) -> Received:
    """Raise one bill; the same bill again changes nothing.

    Raises TotalDoesNotAddUp, LateFeeNeedsDate, PayCodeMalformed, BillChanged, PayCodeTaken, BillUnreadable, and
    BillWithdrawn for one that was taken back.
    """
    return await _raised(bill, source=by.name, by=by)


async def raise_fee(*, room: str, fee: PushedBill, by: Actor) -> Received:
    """What a booking or a case costs, in the transaction of the room above that asks for it.

    `fee.notice_no` is the room's own number of it: asked for again it changes nothing. Raises as `raise_bill`.
    """
    return await _raised(fee, source=source_of(room), by=by)


def source_of(room: str) -> str:
    """Where a room's fees come from: no key id of a department holds a colon."""
    return f"fee:{room}"


async def _raised(bill: PushedBill, *, source: str, by: Actor) -> Received:
    (answer,) = await raising.raise_all([bill], source=source, by=by)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def withdraw(*, notice_no: str, by: Actor, reason: str) -> Bill:
    """The department takes an unpaid bill back. A payment in flight that arrives later goes back by itself.

    Raises BillNotFound, BillAlreadySettled.
    """
    return await _withdrawn(notice_no, source=by.name, by=by, reason=reason)


async def withdraw_fee(*, room: str, notice_no: str, by: Actor, reason: str) -> Bill:
    """A room no longer asks for a fee, in its own transaction. Raises BillNotFound, BillAlreadySettled."""
    return await _withdrawn(notice_no, source=source_of(room), by=by, reason=reason)


async def _withdrawn(notice_no: str, *, source: str, by: Actor, reason: str) -> Bill:
    async with database.transaction():
        bill = await Bill.filter(source=source, notice_no=notice_no).select_for_update().first()
        if bill is None:
            raise BillNotFound
        if bill.state == "settled":
            raise BillAlreadySettled
        if await states.move_bill(bill, "withdrawn"):
            await PaymentOrder.filter(bill=bill, state__in=LIVE).update(ask_at=clock.now())  # to be closed over there
            await audit.record("bill.withdrawn", subject=f"bill:{bill.id}", by=by, reason=reason)
        return bill


async def redate_fee(*, room: str, notice_no: str, until: date, by: Actor, reason: str) -> Bill:
    """A room's fee is to be paid until another day, in its own transaction; what is paid or withdrawn stays as it is.

    The bill says nothing else than before: whoever is paying it is left in peace. Raises BillNotFound.
    """
    async with database.transaction():
        bill = await Bill.filter(source=source_of(room), notice_no=notice_no).select_for_update().first()
        if bill is None:
            raise BillNotFound
        if bill.state == "unpaid" and bill.expire_date != until:
            detail = {"from": str(bill.expire_date), "to": str(until)}
            bill.expire_date = until
            await bill.save(update_fields=["expire_date"])
            await audit.record("bill.redated", subject=f"bill:{bill.id}", by=by, reason=reason, detail=detail)
        return bill


async def one_for(*, pay_code: str, citizen_id: int) -> Bill:
    """A bill for its payer, their delegate or whoever has paid it. Raises BillNotFound for everybody else."""
    bill = await Bill.get_or_none(pay_code=pay_code).prefetch_related("items")
    if bill is None:
        raise BillNotFound
    owner: int | None = bill.citizen_id  # type: ignore[attr-defined]
    if owner == citizen_id or await bill.orders.filter(payer_id=citizen_id).exists():  # type: ignore[attr-defined]
        return bill
    if owner is not None and await acting.may(agent=citizen_id, subject=owner, scope=Scope.PAY):
        return bill
    raise BillNotFound


async def by_code(*, pay_code: str, last_four: str, address: str) -> Bill:
    """Anybody may pay a bill whose code and second factor they know. Raises BillNotFound, TooManyRequests."""
    pay_code = words.number(pay_code)
    # a number of a person typed in the wrong field is kept nowhere as it is
    typed = crypto.fingerprint(pay_code, purpose="limit")
    await ratelimit.check(("bill-lookup-code", typed, *PER_CODE), ("bill-lookup-ip", address, *PER_ADDRESS))
    bill = await Bill.get_or_none(pay_code=pay_code)
    wanted = bill.factor_fingerprint if bill else NO_FACTOR
    given = crypto.fingerprints(f"{pay_code}|{last_four.upper()}", purpose="bill_factor")
    matches = any([hmac.compare_digest(wanted, one) for one in given])
    if bill is None or not matches:
        raise BillNotFound
    await bill.fetch_related("items")  # only now: a wrong code and a wrong factor take the same
    return bill


async def export(citizen_id: int) -> dict[str, list[dict[str, Any]]]:
    bills = await Bill.filter(citizen_id=citizen_id).order_by("id")
    orders = await PaymentOrder.filter(payer_id=citizen_id).order_by("id").prefetch_related("bill")
    return {
        "bills": [
            {"pay_code": one.pay_code, "title": one.title, "fen": one.total_fen, "state": BILL_NAMES[one.state]}
            for one in bills
        ],
        "payments": [
            {
                "pay_code": one.bill.pay_code,
                "channel": one.channel,
                "fen": one.amount_fen,
                "state": ORDER_NAMES[one.state],
            }
            for one in orders
        ],
    }
