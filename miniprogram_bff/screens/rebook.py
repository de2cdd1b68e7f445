"""停办改约: a hall closed; the place that is held, others to choose from, yes or no."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from appointments import for_others, rebooking
from appointments.closure_errors import NotOffered, RebookNotFound, RebookOver
from appointments.errors import AlreadyBookedThatDay, SlotFull, TooBusy
from appointments.rebook_places import Place
from appointments.rebooking import Rebook
from appointments.states import OFFER_NAMES
from foundation.web import Asked, Limit, Routes
from identity.sessions import Session
from miniprogram_bff.fields import Address, BookingCode, HallCode, HallName, TypeName
from miniprogram_bff.screens.bookings import BookingView, view
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import OfferState

routes = Routes("停办改约", tag="rebook")

RebookCode = Annotated[str, Meta(max_length=20, examples=["6Q2W8ERT"])]


class RebookPlace(Struct):
    """`same`：原来的业务和大厅；否则为附近能办同样事项的大厅."""

    slot_id: int
    type_id: int
    type_name: TypeName
    hall_code: HallCode
    hall_name: HallName
    hall_address: Address
    date: date
    starts_at: datetime
    ends_at: datetime
    same: bool


class RebookView(Struct):
    """`offer`：open accepted declined lapsed replaced；`held`：为您保留的号；`suggested`：也可以选的号."""

    code: RebookCode
    offer: OfferState
    label: Annotated[str, Meta(examples=["待改约"])]
    reason: Annotated[str, Meta(examples=["台风登陆"])]
    note: Annotated[str, Meta(examples=["请留意天气，建议改期后前往。"])]
    offered_until: datetime | None
    old: BookingView
    held: BookingView | None
    held_until: datetime | None
    booking_code: BookingCode | None
    suggested: list[RebookPlace]


class Chosen(Asked):
    slot_id: Annotated[int, Meta(ge=1, le=2**62)]
    type_id: Annotated[int, Meta(ge=1, le=2**62)]


@routes.get("/v1/rebook/<code>", access=CITIZEN, summary="一次停办改约", errors=(RebookNotFound,))
async def one(code: RebookCode, who: Session) -> RebookView:
    """大厅停办取消的预约；改约期内优先于公众放号，不受预约次数限制，不计爽约。"""
    offer, suggested = await rebooking.with_suggestions(code=code, for_=actor(who))
    names = await for_others.names_of([offer.old], actor(who))
    return _view(offer, suggested, names.get(offer.citizen_id, ""))


@routes.get("/v1/rebook/<code>/choices", access=CITIZEN, summary="可改约的全部时段", errors=(RebookNotFound,))
async def choices(code: RebookCode, who: Session) -> list[RebookPlace]:
    """余号随时变化，以提交的结果为准。"""
    return [_place(found) for found in await rebooking.choices(code=code, for_=actor(who))]


@routes.post(
    "/v1/rebook/<code>/accept",
    access=CITIZEN,
    summary="确认保留的号",
    errors=(RebookNotFound, RebookOver, TooBusy),
    limit=Limit(user=30),
    status=201,
)
async def accept(code: RebookCode, who: Session) -> BookingView:
    """重复确认得到同一个预约。"""
    return view(await rebooking.accept(code=code, by=actor(who)))


@routes.post(
    "/v1/rebook/<code>/choose",
    access=CITIZEN,
    summary="改约到另一个时段",
    errors=(RebookNotFound, RebookOver, NotOffered, SlotFull, AlreadyBookedThatDay, TooBusy),
    limit=Limit(user=30),
    status=201,
)
async def choose(code: RebookCode, body: Chosen, who: Session) -> BookingView:
    """约不上时保留的号不变；重复提交得到同一个预约。"""
    return view(await rebooking.choose(code=code, slot_id=body.slot_id, type_id=body.type_id, by=actor(who)))


@routes.post(
    "/v1/rebook/<code>/decline", access=CITIZEN, summary="不需要改约", errors=(RebookNotFound, RebookOver, TooBusy)
)
async def decline(code: RebookCode, who: Session) -> RebookView:
    """保留的号立即让给别人。"""
    return _view(await rebooking.decline(code=code, by=actor(who)), [])


async def views(offers: list[Rebook], who: Session) -> list[RebookView]:
    names = await for_others.names_of([one.old for one in offers], actor(who))
    return [_view(one, [], names.get(one.citizen_id, "")) for one in offers]


def _view(offer: Rebook, suggested: list[Place], for_whom: str = "") -> RebookView:
    return RebookView(
        code=offer.code,
        offer=offer.offer,
        label=OFFER_NAMES[offer.offer],
        reason=offer.reason,
        note=offer.note,
        offered_until=offer.offered_until if offer.open else None,
        old=view(offer.old, for_whom),
        held=view(offer.held, for_whom) if offer.held else None,
        held_until=offer.held_until if offer.held else None,
        booking_code=offer.new.code if offer.new else None,
        suggested=[_place(found) for found in suggested],
    )


def _place(found: Place) -> RebookPlace:
    return RebookPlace(
        slot_id=found.slot_id,
        type_id=found.type_id,
        type_name=found.type_name,
        hall_code=found.hall_code,
        hall_name=found.hall_name,
        hall_address=found.hall_address,
        date=found.day,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        same=found.same,
    )
