"""候补与改约: wait for a full slot, answer an offer, move a booking, put it into a calendar."""

from datetime import datetime
from typing import Annotated, Any, cast

from msgspec import Meta, Struct
from sanic import HTTPResponse, Request

from appointments import booking, calendar_file, for_others, rescheduling, waitlist
from appointments.errors import (
    AlreadyBookedThatDay,
    AlreadyWaiting,
    BookingNotFound,
    CannotLeave,
    CannotReschedule,
    NotYetReleased,
    OfferOver,
    OtherBusiness,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
    StillFree,
    TooBusy,
    TooLateToReschedule,
    TooManyBookings,
    TooManyWaits,
    WaitlistOff,
    WaitNotFound,
)
from appointments.rule_errors import Sanctioned, TooOften
from appointments.share_errors import KeptForPriority, KeptForStaff, NotEnoughInARow
from appointments.states import WAITLIST_NAMES
from foundation.idempotency import KeyReused
from foundation.web import Asked, Limit, Routes
from identity.delegation import Scope
from identity.errors import RealNameNeeded
from identity.family_errors import PersonUnknown
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import (
    Address,
    BookingCode,
    Department,
    HallCode,
    HallName,
    TypeCode,
    TypeName,
)
from miniprogram_bff.screens.book import KEY
from miniprogram_bff.screens.bookings import BookingView, view
from miniprogram_bff.session import CITIZEN, actor, subject
from miniprogram_bff.states import WaitState

routes = Routes("候补与改约", tag="wait")

NOT_BOOKABLE = (
    SlotNotFound,
    NotYetReleased,
    SlotClosed,
    SlotSuspended,
    AlreadyBookedThatDay,
    TooManyBookings,
    TooOften,
    Sanctioned,
    RealNameNeeded,
    KeptForPriority,
    KeptForStaff,
)
WaitCode = Annotated[str, Meta(max_length=20, examples=["4N8P2RTW"])]


class Slot(Asked):
    slot_id: Annotated[int, Meta(ge=1, le=2**62)]


class WaitView(Struct):
    """`state`：waiting offered accepted declined lapsed left closed；`place`：候补中的名次，从 1 起."""

    code: WaitCode
    state: WaitState
    label: Annotated[str, Meta(examples=["候补中"])]
    why: Annotated[str, Meta(examples=[""], description="候补结束的原因")]
    place: Annotated[int, Meta(ge=1)] | None
    offer_until: datetime | None
    booking_code: BookingCode | None
    slot_id: int
    starts_at: datetime
    ends_at: datetime
    type_code: TypeCode
    type_name: TypeName
    department_name: Department
    hall_code: HallCode
    hall_name: HallName
    hall_address: Address
    for_whom: Annotated[str, Meta(examples=["李*"], description="代他人候补的，办理人姓名；本人的为空")] = ""
    joined_for_me: bool = False


@routes.post(
    "/v1/waitlist",
    access=CITIZEN,
    summary="候补一个已约满的号段",
    errors=(
        *NOT_BOOKABLE,
        StillFree,
        AlreadyWaiting,
        TooManyWaits,
        WaitlistOff,
        ActingOver,
        PersonUnknown,
    ),
    limit=Limit(user=30),
    status=201,
)
async def join(body: Slot, who: Session) -> WaitView:
    """有人退号时按候补先后分配，须在时限内确认；重复提交得到同一个名次。切换了办理身份的，为该单位（或被代办人）候补。"""
    whose = await subject(who, Scope.BOOK)
    return await _named(await waitlist.join(slot_id=body.slot_id, by=actor(who), for_citizen=whose), who)


@routes.get("/v1/waitlist", access=CITIZEN, summary="我的候补", errors=(ActingOver,))
async def my_waits(who: Session) -> list[WaitView]:
    """自己的，以及为他人候补、现在仍可代办的；切换了办理身份的，是该单位（或被代办人）的。"""
    whose = await subject(who, Scope.BOOK)
    if whose == who.citizen_id:
        found = await waitlist.and_for_others(actor(who))
    else:
        found = await waitlist.for_others(actor(who), of_citizen=whose)
    names = await for_others.names_of(found, actor(who))
    return [_view(one, names.get(one.citizen_id, "")) for one in found]


@routes.get("/v1/waitlist/<code>", access=CITIZEN, summary="一条候补", errors=(WaitNotFound,))
async def my_wait(code: WaitCode, who: Session) -> WaitView:
    return await _named(await waitlist.find(code=code, for_=actor(who)), who)


@routes.post(
    "/v1/waitlist/<code>/accept", access=CITIZEN, summary="确认候补名额", errors=(WaitNotFound, OfferOver), status=201
)
async def accept(code: WaitCode, who: Session) -> BookingView:
    """重复确认得到同一个预约。"""
    held = await waitlist.accept(code=code, by=actor(who))
    return view(held, (await for_others.names_of([held], actor(who))).get(held.citizen_id, ""))


@routes.post("/v1/waitlist/<code>/decline", access=CITIZEN, summary="谢绝候补名额", errors=(WaitNotFound, OfferOver))
async def decline(code: WaitCode, who: Session) -> WaitView:
    """名额立即让给下一位。"""
    return await _named(await waitlist.decline(code=code, by=actor(who)), who)


@routes.post(
    "/v1/waitlist/<code>/leave", access=CITIZEN, summary="退出候补", errors=(WaitNotFound, CannotLeave, OfferOver)
)
async def leave(code: WaitCode, who: Session) -> WaitView:
    return await _named(await waitlist.leave(code=code, by=actor(who)), who)


@routes.post(
    "/v1/bookings/<code>/reschedule",
    access=CITIZEN,
    summary="改约到另一个号段",
    errors=(
        BookingNotFound,
        KeyReused,
        *NOT_BOOKABLE,
        SlotFull,
        NotEnoughInARow,
        OtherBusiness,
        TooLateToReschedule,
        CannotReschedule,
        TooBusy,
    ),
    headers=(KEY,),
    limit=Limit(user=30),
    status=201,
)
async def reschedule(request: Request, code: BookingCode, body: Slot, who: Session) -> BookingView:
    """得到新的预约码；新时段约不上时原预约不变。"""
    key = KEY.of(request)
    return view(await rescheduling.reschedule(code=code, slot_id=body.slot_id, by=actor(who), key=key))


@routes.get(
    "/v1/bookings/<code>/calendar.ics",
    access=CITIZEN,
    summary="预约的日历文件",
    errors=(BookingNotFound,),
    also=("text/calendar",),
)
async def calendar(code: BookingCode, who: Session) -> str:
    """iCalendar 文本，可加入手机日历，提前两小时提醒。"""
    held = await booking.find(code=code, for_=actor(who))
    headers = {"Content-Disposition": f'attachment; filename="{held.code}.ics"'}
    text = await calendar_file.of(code=code, for_=actor(who))
    return cast(Any, HTTPResponse(text, headers=headers, content_type="text/calendar; charset=utf-8"))


async def _named(one: waitlist.Waiting, who: Session) -> WaitView:
    return _view(one, (await for_others.names_of([one], actor(who))).get(one.citizen_id, ""))


def _view(one: waitlist.Waiting, for_whom: str) -> WaitView:
    why = waitlist.WHY["lapsed"] if one.state == "lapsed" else waitlist.WHY.get(one.closed_why, "")
    return WaitView(
        code=one.code,
        state=one.state,
        label=WAITLIST_NAMES[one.state],
        why=why,
        place=one.place,
        offer_until=one.offer_until if one.state == "offered" else None,
        booking_code=one.booking_code,
        slot_id=one.slot_id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        type_code=one.type_code,
        type_name=one.type_name,
        department_name=one.department_name,
        hall_code=one.hall_code,
        hall_name=one.hall_name,
        hall_address=one.hall_address,
        for_whom=for_whom,
        joined_for_me=bool(one.joined_by) and not for_whom,
    )
