"""首页: in one request; to-dos for who is signed in, and the ways to find something for everybody."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from appointments import booking
from cases import lookup
from catalogue import items, scenarios
from feedback import ratings
from foundation import settings
from foundation.web import PUBLIC_MINUTE, Routes
from identity.sessions import Session
from miniprogram_bff.fields import BookingCode, CaseNo, Fen, HallName, ItemName, TypeName
from miniprogram_bff.screens.search import ItemRow, row_of
from miniprogram_bff.session import VISITOR, actor
from miniprogram_bff.states import RateableKind
from notifications import delivery
from payments import bills

routes = Routes("首页", tag="home")

HOT = 10


class Named(Struct):
    code: Annotated[str, Meta(examples=["birth"])]
    name: Annotated[str, Meta(examples=["出生"])]


class NextBooking(Struct):
    code: BookingCode
    type_name: TypeName
    hall_name: HallName
    starts_at: datetime


class CaseToSupplement(Struct):
    case_no: CaseNo
    item_name: ItemName


class ToRate(Struct):
    kind: RateableKind
    number: str
    title: str
    place: str


class ToDo(Struct):
    next_booking: NextBooking | None
    unpaid_bills: int
    unpaid_fen: Fen
    cases_to_supplement: list[CaseToSupplement]
    to_rate: list[ToRate]
    unread: int


class Home(Struct):
    """`todo` is empty for visitors."""

    city: Annotated[str, Meta(examples=["示例市"])]
    signed_in: bool
    hot: list[ItemRow]
    themes: list[Named]
    life_events: list[Named]
    scenarios: list[Named]
    todo: ToDo | None


@routes.get("/v1/home", access=VISITOR, summary="首页", cache=PUBLIC_MINUTE)
async def home(who: Session | None) -> Home:
    return Home(
        city=settings.current().processes.city_name,
        signed_in=who is not None,
        hot=[row_of(one) for one in await items.hot(HOT)],
        themes=[Named(one.code, one.name) for one in await items.themes()],
        life_events=[Named(one.code, one.name) for one in await items.life_events()],
        scenarios=[Named(one.code, one.name) for one in await scenarios.everyone()],
        todo=await _todo(who) if who else None,
    )


async def _todo(who: Session) -> ToDo:
    coming = await booking.upcoming(actor(who))
    unpaid, fen = await bills.unpaid(who.citizen_id)
    return ToDo(
        next_booking=NextBooking(coming.code, coming.type_name, coming.hall_name, coming.starts_at) if coming else None,
        unpaid_bills=unpaid,
        unpaid_fen=fen,
        cases_to_supplement=[CaseToSupplement(*one) for one in await lookup.to_supplement(who.citizen_id)],
        to_rate=[
            ToRate(one.kind, one.number, one.title, one.place)
            for one in await ratings.waiting_for(who.citizen_id, limit=3)
        ],
        unread=await delivery.unread(who.citizen_id),
    )
