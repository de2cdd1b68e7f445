"""我的预约: one's bookings and those one looks after, cancelling, the check-in code."""

import io
from datetime import datetime
from functools import lru_cache
from typing import Annotated

import segno
from msgspec import Meta, Struct

from appointments import booking, checkin, fees, for_others
from appointments.errors import (
    BookingNotFound,
    CannotCancel,
    CannotCheckIn,
    TooLateToCancel,
)
from foundation.actor import Actor
from foundation.web import Limit, Routes
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import (
    Address,
    BookingCode,
    Department,
    Fen,
    HallCode,
    HallName,
    PayCode,
    Telephone,
    TypeCode,
    TypeName,
)
from miniprogram_bff.session import CITIZEN, actor, subject
from miniprogram_bff.states import BillState, BookingState

routes = Routes("我的预约", tag="bookings")


class FeeView(Struct):
    """`state`：unpaid settled withdrawn refunded."""

    pay_code: PayCode
    total_fen: Fen
    state: BillState


class BookingView(Struct):
    """`state`：booked checked_in serving finished cancelled office_cancelled rescheduled
    no_show unserved."""

    code: BookingCode
    state: BookingState
    type_code: TypeCode
    type_name: TypeName
    department_name: Department
    hall_code: HallCode
    hall_name: HallName
    hall_address: Address
    hall_phone: Telephone
    starts_at: datetime
    ends_at: datetime
    cancel_until: datetime
    can_cancel: bool
    ticket_number: str | None
    window: str | None
    for_whom: Annotated[str, Meta(examples=["李*"], description="代他人预约的，办理人姓名；本人的为空")] = ""
    booked_for_me: bool = False
    party: bool = False
    fee: Annotated[FeeView | None, Meta(description="单个预约才有；不收费的业务为空")] = None


class CheckInView(Struct):
    """`code` changes by itself; show a new one from `refresh_at` on."""

    code: str
    refresh_at: datetime
    qr_svg: str


@routes.get("/v1/bookings", access=CITIZEN, summary="我的预约", errors=(ActingOver,))
async def my_bookings(who: Session) -> list[BookingView]:
    """自己的，以及为他人代约、现在仍可代办的；切换了办理身份的，是该单位（或被代办人）的。"""
    whose = await subject(who, Scope.BOOK)
    if whose == who.citizen_id:
        found = await for_others.and_own(actor(who))
    else:
        found = await for_others.of(actor(who), of_citizen=whose)
    return await views(found, who)


@routes.get("/v1/bookings/<code>", access=CITIZEN, summary="一个预约", errors=(BookingNotFound,))
async def my_booking(code: BookingCode, who: Session) -> BookingView:
    return await with_fee(*await fees.find(code=code, for_=actor(who)), who)


@routes.post(
    "/v1/bookings/<code>/cancel",
    access=CITIZEN,
    summary="取消预约",
    errors=(BookingNotFound, TooLateToCancel, CannotCancel),
)
async def cancel(code: BookingCode, who: Session) -> BookingView:
    return view(await booking.cancel(code=code, by=actor(who)))


@routes.get(
    "/v1/bookings/<code>/check-in-code",
    access=CITIZEN,
    summary="签到码",
    errors=(BookingNotFound, CannotCheckIn),
    limit=Limit(user=60),
)
async def check_in_code(code: BookingCode, who: Session) -> CheckInView:
    """到厅出示；每分钟更新，截图无效。"""
    return await check_in_view(code, by=actor(who))


async def check_in_view(code: str, *, by: Actor) -> CheckInView:
    """Raises BookingNotFound, CannotCheckIn."""
    return drawn_check_in(await checkin.code_for(code=code, by=by))


def drawn_check_in(made: checkin.CheckInCode) -> CheckInView:
    return CheckInView(made.text, made.refresh_at, _drawn(made.text))


@lru_cache(1000)  # who waits with an open page asks four times while a code holds, and drawing takes milliseconds
def _drawn(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=2, unit="px", xmldecl=False, svgclass=None)
    return drawn.getvalue().decode()


async def views(found: list[booking.Booking], who: Session) -> list[BookingView]:
    names = await for_others.names_of(found, actor(who))
    return [view(one, names.get(one.citizen_id, "")) for one in found]


async def with_fee(found: booking.Booking, owed: fees.Owed | None, who: Session) -> BookingView:
    (shown,) = await views([found], who)
    if owed:
        shown.fee = FeeView(owed.pay_code, owed.total_fen, owed.state)
    return shown


def view(one: booking.Booking, for_whom: str = "") -> BookingView:
    return BookingView(
        code=one.code,
        state=one.state,
        type_code=one.type_code,
        type_name=one.type_name,
        department_name=one.department_name,
        hall_code=one.hall_code,
        hall_name=one.hall_name,
        hall_address=one.hall_address,
        hall_phone=one.hall_phone,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        cancel_until=one.cancel_until,
        can_cancel=one.can_cancel,
        ticket_number=one.ticket_number,
        window=one.window,
        for_whom=for_whom,
        booked_for_me=bool(one.booked_by) and not for_whom,
        party=one.party_id is not None,
    )
