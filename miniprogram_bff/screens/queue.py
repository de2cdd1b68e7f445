"""排队: one's own place in the hall's queue, once checked in."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from appointments import waiting
from appointments.errors import BookingNotFound
from appointments.hall_errors import NotInLine
from foundation.web import Limit, Routes
from identity.sessions import Session
from miniprogram_bff.fields import BookingCode
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import TicketState

routes = Routes("排队", tag="queue")


class QueueView(Struct):
    """`state`：waiting called held missed finished dropped；`ahead` 和预计时间只在等候时有."""

    ticket_number: Annotated[str, Meta(examples=["A012"])]
    state: TicketState
    ahead: int | None
    estimate_from: datetime | None
    estimate_to: datetime | None
    called_window: str | None


@routes.get(
    "/v1/bookings/<code>/queue",
    access=CITIZEN,
    summary="我的排队情况",
    errors=(BookingNotFound, NotInLine),
    limit=Limit(user=60),
)
async def my_place(code: BookingCode, who: Session) -> QueueView:
    """前面人数按公布的叫号次序计算；预计叫到的时间是一个范围，随办理快慢变化。"""
    return view(await waiting.of_booking(code=code, for_=actor(who)))


def view(place: waiting.Place) -> QueueView:
    return QueueView(
        ticket_number=place.number,
        state=place.state,
        ahead=place.ahead,
        estimate_from=place.estimate_from,
        estimate_to=place.estimate_to,
        called_window=place.window,
    )
