"""首页: in one request; to-dos for who is signed in, and the ways to find something for everybody."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from appointments import booking, waitlist
from appointments.booking import Booking
from assistant import hot_questions
from cases import lookup
from catalogue import items, scenarios, shelf
from feedback import ratings
from foundation import clock, settings
from foundation.questions import ask_as_one
from foundation.web import PUBLIC_MINUTE, Routes, written
from foundation.words import one_of
from identity.sessions import Session
from miniprogram_bff.fields import (
    Address,
    BookingCode,
    CaseNo,
    Department,
    Fen,
    HallCode,
    HallName,
    ItemName,
    PayCode,
    TypeName,
)
from miniprogram_bff.screens.bookings import CheckInView, check_in_view
from miniprogram_bff.screens.search import ItemRow, row_of
from miniprogram_bff.screens.wait import WaitCode
from miniprogram_bff.session import VISITOR, actor
from miniprogram_bff.states import BookingState, RateableKind
from notifications import delivery, notices
from payments import own_bills

routes = Routes("首页", tag="home")

HOT = 10
BILLS = 3


class Named(Struct):
    code: Annotated[str, Meta(examples=["birth"])]
    name: Annotated[str, Meta(examples=["出生"])]


class NoticeView(Struct):
    """`kind`：closure 停止办理（有起止时间），news 大厅公告；`address`：点开的页面，可为空."""

    kind: Annotated[str, one_of(("closure", "news"))]
    title: Annotated[str, Meta(examples=["示例市政务服务中心停止办理"])]
    text: Annotated[str, Meta(examples=["11月27日 08:00 至 11月28日 00:00，台风登陆。"])]
    address: Annotated[str, Meta(examples=["hall/9901"])]
    at: datetime
    starts_at: datetime | None
    ends_at: datetime | None


class NextBooking(Struct):
    """`check_in`：当天、还没有签到时的签到码；到 `refresh_at` 从 `/v1/bookings/<code>/check-in-code` 取新的."""

    code: BookingCode
    state: BookingState
    type_name: TypeName
    hall_code: HallCode
    hall_name: HallName
    hall_address: Address
    starts_at: datetime
    ends_at: datetime
    ticket_number: Annotated[str | None, Meta(examples=["A012"])]
    window: str | None
    check_in: CheckInView | None


class BillToPay(Struct):
    pay_code: PayCode
    title: Annotated[str, Meta(examples=["居民身份证工本费"])]
    unit: Department
    total_fen: Fen
    expire_date: date | None


class CaseToSupplement(Struct):
    case_no: CaseNo
    item_name: ItemName


class ToRate(Struct):
    kind: RateableKind
    number: str
    title: str
    place: str


class PlaceOffered(Struct):
    """候补到的号，须在 `until` 前确认."""

    code: WaitCode
    type_name: TypeName
    hall_name: HallName
    starts_at: datetime
    until: datetime


class ToDo(Struct):
    """`now`：服务器时间，倒计时以此为准；`bills`：最先到期的几张，`unpaid_fen` 是全部应缴."""

    now: datetime
    next_booking: NextBooking | None
    places_offered: list[PlaceOffered]
    unpaid_bills: int
    unpaid_fen: Fen
    bills: list[BillToPay]
    cases_to_supplement: list[CaseToSupplement]
    to_rate: list[ToRate]
    unread: int


class Ways(Struct):
    """To find something: the same for everybody while an edition of the catalogue is in force."""

    hot: list[ItemRow]
    themes: list[Named]
    life_events: list[Named]
    scenarios: list[Named]


class Home(Struct):
    """`todo` is empty for visitors; `questions` are hot: what several people asked lately."""

    city: Annotated[str, Meta(examples=["示例市"])]
    signed_in: bool
    hot: list[ItemRow]
    themes: list[Named]
    life_events: list[Named]
    scenarios: list[Named]
    notices: list[NoticeView]
    questions: Annotated[list[str], Meta(examples=[["身份证丢了怎么补办", "居住证要什么材料"]])]
    todo: ToDo | None


@routes.get("/v1/home", access=VISITOR, summary="首页", cache=PUBLIC_MINUTE)
async def home(who: Session | None) -> Home:
    ways = await shelf.keep("home", _ways)
    return Home(
        city=settings.current().processes.city_name,
        signed_in=who is not None,
        hot=ways.hot,
        themes=ways.themes,
        life_events=ways.life_events,
        scenarios=ways.scenarios,
        notices=[
            NoticeView(one.kind, one.title, one.text, one.address, one.at, one.starts_at, one.ends_at)
            for one in await notices.latest()
        ],
        questions=[*await hot_questions.lately()],
        todo=await _todo(who) if who else None,
    )


async def _ways() -> Ways:
    return Ways(
        hot=written([row_of(one) for one in await items.hot(HOT)]),
        themes=written([Named(one.code, one.name) for one in await items.themes()]),
        life_events=written([Named(one.code, one.name) for one in await items.life_events()]),
        scenarios=written([Named(one.code, one.name) for one in await scenarios.everyone()]),
    )


async def _todo(who: Session) -> ToDo:
    me = who.citizen_id
    await ask_as_one(
        coming := booking.upcoming(actor(who)),
        places := waitlist.offered(me),
        owed := own_bills.owed(me, first=BILLS),
        supplements := lookup.to_supplement(me),
        to_rate := ratings.waiting_for(me, limit=3),
        unread := delivery.unread(me),
    )
    bills = owed.answer
    return ToDo(
        now=clock.now(),
        next_booking=await _next(coming.answer, who) if coming.answer else None,
        places_offered=[
            PlaceOffered(one.code, one.type_name, one.hall_name, one.starts_at, one.offer_until)
            for one in places.answer
        ],
        unpaid_bills=bills.number,
        unpaid_fen=bills.fen,
        bills=[BillToPay(one.pay_code, one.title, one.unit, one.total_fen, one.expire_date) for one in bills.first],
        cases_to_supplement=[CaseToSupplement(*one) for one in supplements.answer],
        to_rate=[ToRate(one.kind, one.number, one.title, one.place) for one in to_rate.answer],
        unread=unread.answer,
    )


async def _next(one: Booking, who: Session) -> NextBooking:
    to_check_in = one.state == "booked" and one.day == clock.today()
    return NextBooking(
        code=one.code,
        state=one.state,
        type_name=one.type_name,
        hall_code=one.hall_code,
        hall_name=one.hall_name,
        hall_address=one.hall_address,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        ticket_number=one.ticket_number,
        window=one.window,
        check_in=await check_in_view(one.code, by=actor(who)) if to_check_in else None,
    )
