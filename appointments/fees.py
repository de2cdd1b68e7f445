"""预约收费: what a booking costs. Its bill is raised once the place is held, and goes with the booking.

Moved, the bill stays the same and is to be paid until the new day; cancelled or missed, what is unpaid is owed no
more; of what was paid before a cancellation finance is asked to give it back. A booking and its successor have one bill
from the moment of the move on; all else hears events, so that a place is never lost to a bill, and each may come twice
and, of several bookings, in any order.
"""

import re
from dataclasses import asdict, dataclass
from datetime import date

from appointments import booking, types
from appointments.errors import BookingNotFound
from appointments.fee_errors import FeeInvalid
from appointments.fee_models import BookingFee, TypeFee
from appointments.states import LIVE
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.questions import Question
from identity import access, family
from identity.idnumber import Identity
from payments import bills, refund_applications
from payments.errors import BillAlreadySettled
from payments.models import Bill
from payments.refund_errors import NothingToRefund, RefundAlreadyAsked

ROOM = "appointments"
BY = Actor.system("appointments.fees")
STAYS = "select from appointment where id = $1 for share"  # nobody cancels or moves it meanwhile
# In the transaction of the move: two moves in a row may be heard of in the other order.
GOES_ALONG = """insert into booking_fee (appointment_id, notice_no)
 select $2, notice_no from booking_fee where appointment_id = $1"""
CODE = re.compile(r"[0-9A-Za-z-]{1,40}")
MOST_FEN = 100_000_00
CANCELLED, MISSED = "预约已取消，费用不再收取", "未按预约到场，费用不再收取"
MOVED = "预约已改期，限缴日期随之变更"


@dataclass(frozen=True)
class Fee:
    """For which 执收单位, by which 执收项目, how many fen a person."""

    exec_unit_code: str
    exec_unit_name: str
    exec_item_code: str
    exec_item_name: str
    amount_fen: int


@dataclass(frozen=True)
class Owed:
    """What stands of a booking's bill: `state` as in `payments.states`."""

    pay_code: str
    total_fen: int
    state: str


WITH_FEE = Question(
    lambda pay_code, total_fen, bill_state, **columns: (
        booking.Booking(**columns),
        Owed(pay_code, total_fen, bill_state) if pay_code else None,
    ),
    f"""
select held.*, b.pay_code, b.total_fen, b.state as bill_state
  from ({booking.READ} where a.code = asked.code) as held left join booking_fee f on f.appointment_id = held.id
  left join bill b on b.source = asked.source and b.notice_no = f.notice_no""",
    code="text",
    source="text",
)


async def of(type_id: int) -> Fee | None:
    row = await TypeFee.get_or_none(type_id=type_id)
    return Fee(**{name: getattr(row, name) for name in Fee.__dataclass_fields__}) if row else None


async def change(*, type_id: int, fee: Fee | None, by: Actor) -> None:
    """Holds for whoever books from now on; None is free. Raises TypeNotFound, FeeInvalid with every fault."""
    async with database.transaction():
        kind = await types.find(type_id=type_id)
        if fee is None:
            await TypeFee.filter(type_id=type_id).delete()
        else:
            if faults := _faults(fee, real_name_needed=kind.real_name_needed):
                raise FeeInvalid(detail=faults)
            await TypeFee.update_or_create({**asdict(fee), "set_by": str(by)}, type_id=type_id)
        subject, detail = f"appointment_type:{type_id}", asdict(fee) if fee else {}
        await audit.record("type_fee.changed", subject=subject, by=by, detail=detail)


def _faults(fee: Fee, *, real_name_needed: bool) -> list[str]:
    faults = []
    if not real_name_needed:
        faults.append("收费的业务须实名预约，请先在业务规则里勾选“需要实名”")
    if not (CODE.fullmatch(fee.exec_unit_code) and CODE.fullmatch(fee.exec_item_code)):
        faults.append("执收单位编码和执收项目编码只能是 40 位以内的字母、数字和横线")
    if not (1 <= len(fee.exec_unit_name.strip()) <= 80 and 1 <= len(fee.exec_item_name.strip()) <= 80):
        faults.append("执收单位和执收项目的名称应为 1 至 80 字")
    if not 1 <= fee.amount_fen <= MOST_FEN:
        faults.append("金额应在 0.01 元至 10 万元之间")
    return faults


@database.retry_on_deadlock
async def ask(appointment_id: int) -> None:
    """The holder of a booking owes its business's fee; what is over, asked for before or free changes nothing."""
    async with database.transaction() as tx:
        await tx.execute(STAYS, appointment_id)
        held = await booking.by_id(appointment_id)
        fee = await of(held.type_id)
        if fee is None or held.state not in LIVE or await BookingFee.exists(appointment_id=held.id):
            return
        await BookingFee.create(appointment_id=held.id, notice_no=held.code)
        await bills.raise_fee(room=ROOM, fee=await _bill(held, fee), by=BY)


async def _bill(held: booking.Booking, fee: Fee) -> bills.PushedBill:
    name, payer = await _payer(held.citizen_id)
    return bills.PushedBill(
        notice_no=held.code,
        exec_unit_code=fee.exec_unit_code,
        exec_unit_name=fee.exec_unit_name,
        title=f"{held.type_name}（预约）",
        payer_name=name,
        payer=payer,
        items=(
            bills.PushedItem(
                exec_item_code=fee.exec_item_code, exec_item_name=fee.exec_item_name, amount_fen=fee.amount_fen
            ),
        ),
        total_fen=fee.amount_fen,
        expire_date=_until(held),
        reference=held.code,
    )


async def _payer(citizen_id: int) -> tuple[str, Identity]:
    """Who comes, or the guardian of a child that has no document."""
    guardian = await family.guardian_of(citizen_id)
    payer = await access.profile(guardian or citizen_id, seen_by=BY)
    assert payer.identity is not None  # businesses with a fee are booked under one's real name
    return payer.name, payer.identity


async def go_along(*, from_id: int, to_id: int) -> None:
    """In the transaction of a move: the bill of a booking is that of the one it was moved to, paid once."""
    await database.joined().execute(GOES_ALONG, from_id, to_id)


@database.retry_on_deadlock
async def follow(appointment_id: int) -> None:
    """After a move: the bill is to be paid until the new day. Where nobody had asked for a fee, it is asked for now."""
    async with database.transaction() as tx:
        await tx.execute(STAYS, appointment_id)
        held = await booking.by_id(appointment_id)
        owed = await BookingFee.get_or_none(appointment_id=held.id)
        if owed is not None and held.state in LIVE:
            await bills.redate_fee(room=ROOM, notice_no=owed.notice_no, until=_until(held), by=BY, reason=MOVED)
    if owed is None:
        await ask(appointment_id)


def _until(held: booking.Booking) -> date:
    return clock.shanghai(held.starts_at).date()


async def let_go(appointment_id: int, *, why: str) -> None:
    """Nothing is owed for a booking that is over: an unpaid bill is withdrawn, a paid one asked back from finance.

    What was missed and is paid stays paid.
    """
    owed = await BookingFee.get_or_none(appointment_id=appointment_id)
    if owed is None:
        return
    try:
        await bills.withdraw_fee(room=ROOM, notice_no=owed.notice_no, by=BY, reason=why)
    except BillAlreadySettled:
        if why == CANCELLED:
            await _ask_back(owed.notice_no)


async def _ask_back(notice_no: str) -> None:
    bill = await Bill.get(source=bills.source_of(ROOM), notice_no=notice_no)
    try:
        await refund_applications.apply(bill=bill, amount_fen=None, reason="预约已取消，申请退还费用", by=BY)
    except (NothingToRefund, RefundAlreadyAsked):
        return


async def find(*, code: str, for_: Actor) -> tuple[booking.Booking, Owed | None]:
    """`booking.find`, and what stands of its bill; None where nothing was asked, or not yet. Raises BookingNotFound."""
    found = await WITH_FEE.row(crypto.read_code(code), bills.source_of(ROOM))
    if found is None:
        raise BookingNotFound
    held, owed = found
    return await booking.shown_to(held, for_), owed
