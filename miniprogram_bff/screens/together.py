"""同行与代办: book for several people or for somebody else, all or nobody; who comes together."""

from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from appointments import booking, for_others, party
from appointments.errors import (
    AlreadyBookedThatDay,
    BookingNotFound,
    CannotCancel,
    NotYetReleased,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
    TooBusy,
    TooLateToCancel,
)
from appointments.party_errors import ComeAlong, MemberTwice, PartyDoesNotFit, PartyEmpty, PartyRefused, PartyTooLarge
from appointments.share_errors import KeptForPriority, KeptForStaff, NotEnoughInARow
from appointments.states import NAMES
from foundation.idempotency import KeyReused
from foundation.web import Asked, Routes
from identity.family_errors import PersonUnknown
from identity.sessions import Session
from miniprogram_bff.fields import BookingCode
from miniprogram_bff.screens.book import KEY
from miniprogram_bff.screens.bookings import BookingView, view
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import BookingState

routes = Routes("同行与代办", tag="together")

RowId = Annotated[int, Meta(ge=1, le=2**62)]


class ReserveParty(Asked):
    """`members`：办理人，取自“可以为谁预约”的 person；`type_id`：综合窗口号段所约的业务."""

    slot_id: RowId
    members: Annotated[list[RowId], Meta(min_length=1, max_length=10)]
    type_id: RowId | None = None


class CompanionView(Struct):
    """`code`：能由我查看和取消的预约才有."""

    name: Annotated[str, Meta(examples=["李*"])]
    state: BookingState
    state_name: Annotated[str, Meta(examples=["已预约"])]
    code: BookingCode
    ticket_number: str | None


@routes.post(
    "/v1/parties",
    access=CITIZEN,
    summary="同行或代办预约",
    errors=(
        KeyReused, SlotNotFound, NotYetReleased, SlotClosed, SlotSuspended, SlotFull, KeptForPriority, KeptForStaff,
        NotEnoughInARow, AlreadyBookedThatDay, PersonUnknown, PartyEmpty, MemberTwice, PartyTooLarge, PartyDoesNotFit,
        PartyRefused, ComeAlong, TooBusy,
    ),
    headers=(KEY,),
    status=201,
)  # fmt: skip
async def reserve(request: Request, body: ReserveParty, who: Session) -> list[BookingView]:
    """要么所有人都约上，要么一个都不约；不能预约的人在 detail 中逐一列出。"""
    made = await party.reserve_party(
        slot_id=body.slot_id, members=body.members, type_id=body.type_id, by=actor(who), key=KEY.of(request)
    )
    names = await for_others.names_of(made, actor(who))
    return [view(one, names.get(one.citizen_id, "")) for one in made]


@routes.get("/v1/bookings/<code>/party", access=CITIZEN, summary="谁一起办理", errors=(BookingNotFound,))
async def companions(code: BookingCode, who: Session) -> list[CompanionView]:
    return await coming_with(await booking.find(code=code, for_=actor(who)), who)


async def coming_with(held: booking.Booking, who: Session) -> list[CompanionView]:
    """Everybody of the party of a booking that its holder was shown."""
    me = actor(who)
    together = await party.of(held)
    names = await for_others.names_of(together, me)
    return [
        CompanionView(
            name=names.get(one.citizen_id, "本人"),
            state=one.state,
            state_name=NAMES[one.state],
            code=one.code if await booking.is_of(one, me) else "",
            ticket_number=one.ticket_number,
        )
        for one in together
    ]


@routes.post(
    "/v1/parties/<code>/cancel",
    access=CITIZEN,
    summary="取消同行的全部预约",
    errors=(BookingNotFound, TooLateToCancel, CannotCancel),
)
async def cancel(code: BookingCode, who: Session) -> list[BookingView]:
    """取消由您预约的同行各人，要么都取消，要么都保留。"""
    gone = await party.cancel_party(code=code, by=actor(who))
    names = await for_others.names_of(gone, actor(who))
    return [view(one, names.get(one.citizen_id, "")) for one in gone]
