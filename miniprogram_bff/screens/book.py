"""预约: hall → department → business → date → slot; my bookings; the check-in code."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
import segno
from msgspec import Meta, Struct
from sanic import Request

from appointments import availability, booking, checkin, slots, sold_out, types
from appointments.availability import Seen
from appointments.errors import (
    AlreadyBookedThatDay,
    BookingNotFound,
    CannotCancel,
    CannotCheckIn,
    HallNotFound,
    NotYetReleased,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
    TooBusy,
    TooLateToCancel,
    TooManyBookings,
    TypeNotFound,
)
from appointments.rush_errors import TooManyAtOnce
from appointments.share_errors import KeptForPriority, KeptForStaff, NotEnoughInARow
from catalogue import items
from foundation import clock
from foundation.errors import Invalid, Refusal
from foundation.idempotency import KeyReused
from foundation.web import PUBLIC, Answer, Asked, Header, Limit, Routes
from identity.errors import RealNameNeeded
from identity.sessions import Session
from miniprogram_bff.fields import (
    Address,
    BookingCode,
    Department,
    HallCode,
    HallName,
    Hours,
    ItemCode,
    ItemName,
    Slug,
    Telephone,
    TypeCode,
    TypeName,
)
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("预约", tag="book")

WHY = {"not_released": "未放号", "closed": "已截止", "suspended": "已暂停", "full": "约满", "open": "可约"}


class KeyNeeded(Invalid):
    """缺少幂等键，请携带 Idempotency-Key 请求头（8 至 80 位字母、数字或横线）。"""


KEY = Header(
    name="Idempotency-Key",
    description="同一意图重试用同一个键，得到同一个预约",
    pattern="[0-9A-Za-z_-]{8,80}",
    example="5f1c0e9a-b27d-4e63-a1f0-c2d8",
    missing=KeyNeeded,
)


class HallsQuery(Asked):
    """`item`：只看能办该事项（实施编码）的大厅."""

    item: ItemCode = ""


class HallView(Struct):
    code: HallCode
    name: HallName
    address: Address
    phone: Telephone
    opening_hours: Hours
    longitude: float | None
    latitude: float | None


class TypeRow(Struct):
    code: TypeCode
    name: TypeName
    item_codes: list[ItemCode]
    real_name_needed: bool


class DepartmentView(Struct):
    code: Annotated[str, Meta(examples=["police"])]
    name: Department
    types: list[TypeRow]


class HallPage(Struct):
    code: HallCode
    name: HallName
    address: Address
    phone: Telephone
    opening_hours: Hours
    departments: list[DepartmentView]


class DayView(Struct):
    """`free`：现在可约的数量；`label`：不可约的原因."""

    date: date
    free: int
    label: Annotated[str, Meta(examples=["可约"])]
    release_at: datetime | None


class ItemLink(Struct):
    slug: Slug
    name: ItemName


class TypePage(Struct):
    """`items`：这项预约能办的事项，办事指南里有要带的材料."""

    id: int
    code: TypeCode
    name: TypeName
    hall_code: HallCode
    hall_name: HallName
    department_name: Department
    items: list[ItemLink]
    real_name_needed: bool
    cancel_minutes: int
    release_note: Annotated[str, Meta(examples=["每天 08:00 放出 7 个工作日后的号"])]
    dates: list[DayView]


class SlotsQuery(Asked):
    type_id: Annotated[int, Meta(ge=1, le=2**62)]
    date: date


class SlotView(Struct):
    id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    state: Annotated[str, Meta(examples=["open"])]
    label: Annotated[str, Meta(examples=["可约"])]
    release_at: datetime


class Reserve(Asked):
    """`type_id`：几项业务共用号段（综合窗口）时，要办的那一项；不填就是号段自己的业务."""

    slot_id: Annotated[int, Meta(ge=1, le=2**62)]
    type_id: Annotated[int, Meta(ge=1, le=2**62)] | None = None


RESERVE = msgspec.json.Decoder(Reserve)


class BookingView(Struct):
    """`state`：booked checked_in serving finished cancelled office_cancelled rescheduled
    no_show unserved."""

    code: BookingCode
    state: Annotated[str, Meta(examples=["booked"])]
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


class CheckInView(Struct):
    """`code` changes by itself; show a new one from `refresh_at` on."""

    code: str
    refresh_at: datetime
    qr_svg: str


@routes.get("/v1/halls", access=PUBLIC, summary="可预约的大厅")
async def halls(query: HallsQuery) -> list[HallView]:
    found = await slots.halls(item_code=query.item or None)
    return [HallView(h.code, h.name, h.address, h.phone, h.opening_hours, h.longitude, h.latitude) for h in found]


@routes.get("/v1/halls/<hall_code>", access=PUBLIC, summary="一个大厅可预约的部门和业务", errors=(HallNotFound,))
async def hall(hall_code: HallCode) -> HallPage:
    found = await types.find_hall(code=hall_code)
    departments = [
        DepartmentView(
            one.code,
            one.name,
            [
                TypeRow(row.code, row.name, row.item_codes, row.real_name_needed)
                for row in await slots.types(hall_code=hall_code, department_code=one.code)
            ],
        )
        for one in await slots.departments(hall_code=hall_code)
    ]
    return HallPage(found.code, found.name, found.address, found.phone, found.opening_hours, departments)


@routes.get("/v1/types/<type_code>", access=PUBLIC, summary="一项预约业务和可约日期", errors=(TypeNotFound,))
async def appointment_type(type_code: TypeCode) -> Answer[TypePage]:
    of = await types.find(code=type_code)
    days = await availability.days(type_id=of.id)
    known = {one.item_code: one for one in await items.published()}
    page = TypePage(
        id=of.id,
        code=of.code,
        name=of.name,
        hall_code=of.hall.code,
        hall_name=of.hall.name,
        department_name=of.department.name,
        items=[ItemLink(known[code].slug, known[code].name) for code in of.item_codes if code in known],
        real_name_needed=of.real_name_needed,
        cancel_minutes=of.cancel_minutes,
        release_note=f"每天 {of.release_time} 放出 {of.release_workdays} 个工作日后的号",
        dates=[DayView(one.day, one.left, _label(one), one.release_at) for one in days.rows],
    )
    return Answer(page, headers=_as_of(days))


@routes.get("/v1/slots", access=PUBLIC, summary="某天的号段", errors=(TypeNotFound,))
async def slots_of_day(query: SlotsQuery) -> Answer[list[SlotView]]:
    """余号随时变化，以提交预约的结果为准；人多时显示的是 1 秒内的余号，Age 和 X-As-Of 响应头说明是何时的。"""
    found = await availability.of_day(type_id=query.type_id, day=query.date)
    return Answer(
        [
            SlotView(one.id, one.starts_at, one.ends_at, one.capacity, one.left, one.why, WHY[one.why], one.release_at)
            for one in found.rows
        ],
        headers=_as_of(found),
    )


def _as_of(seen: Seen[Any]) -> dict[str, str]:
    """How old the numbers are."""
    return {"Age": str(seen.age), "X-As-Of": seen.as_of.isoformat(timespec="milliseconds")}


def too_late(headers: Mapping[str, str], sent: bytes) -> Refusal | None:
    """SlotFull, when that is known without asking; None leaves the request to `reserve`.

    Whose token it is does not matter then, as long as there is one.
    """
    key = headers.get(KEY.name.lower(), "")
    signed_in = headers.get("authorization", "").startswith("Bearer ")
    if not signed_in or headers.get("content-type") != "application/json" or not KEY.fits(key):
        return None
    try:
        return sold_out.too_late(RESERVE.decode(sent).slot_id, key)
    except msgspec.MsgspecError:
        return None


@routes.post(
    "/v1/bookings",
    access=CITIZEN,
    summary="预约一个号段",
    early=too_late,
    limit=Limit(user=60, here=True),
    errors=(
        KeyReused,
        SlotNotFound,
        NotYetReleased,
        SlotClosed,
        SlotSuspended,
        SlotFull,
        AlreadyBookedThatDay,
        TooManyBookings,
        RealNameNeeded,
        TooBusy,
        KeptForPriority,
        KeptForStaff,
        NotEnoughInARow,
        TooManyAtOnce,
    ),
    headers=(KEY,),
    status=201,
)
async def reserve(request: Request, body: Reserve, who: Session) -> BookingView:
    """余号以提交时为准；约满时可换一个时段。"""
    held = await booking.reserve(slot_id=body.slot_id, type_id=body.type_id, by=actor(who), key=KEY.of(request))
    return view(held)


@routes.get("/v1/bookings", access=CITIZEN, summary="我的预约")
async def my_bookings(who: Session) -> list[BookingView]:
    return [view(one) for one in await booking.of(actor(who))]


@routes.get("/v1/bookings/<code>", access=CITIZEN, summary="一个预约", errors=(BookingNotFound,))
async def my_booking(code: BookingCode, who: Session) -> BookingView:
    return view(await booking.find(code=code, for_=actor(who)))


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
    made = await checkin.code_for(code=code, by=actor(who))
    drawn = io.BytesIO()
    segno.make(made.text, error="m").save(drawn, kind="svg", scale=5, border=2, xmldecl=False, svgclass=None)
    return CheckInView(made.text, made.refresh_at, drawn.getvalue().decode())


def _label(one: slots.BookableDay) -> str:
    if one.left:
        return WHY["open"]
    if one.release_at:
        return f"{clock.shanghai(one.release_at):%m-%d %H:%M} 放号"
    return WHY["full"]


def view(one: booking.Booking) -> BookingView:
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
    )
