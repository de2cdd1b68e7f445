"""我的预约 and 预约: what those two pages show of one's own, each in one answer."""

from contextlib import suppress

from msgspec import Struct

from appointments import checkin, fees, for_others, rebooking, waiting
from appointments.errors import BookingNotFound
from appointments.hall_errors import NotInLine
from foundation.questions import ask_as_one
from foundation.web import Routes
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import BookingCode
from miniprogram_bff.screens import bookings, queue, rebook, together
from miniprogram_bff.screens.bookings import BookingView, CheckInView
from miniprogram_bff.screens.queue import QueueView
from miniprogram_bff.screens.rebook import RebookView
from miniprogram_bff.screens.together import CompanionView
from miniprogram_bff.session import CITIZEN, actor, subject

routes = Routes("我的预约页", tag="my-bookings")

IN_LINE = ("checked_in", "serving")


class BookingsPage(Struct):
    """`rebooks`：大厅停办而取消的，等我改约."""

    bookings: list[BookingView]
    rebooks: list[RebookView]


class BookingPage(Struct):
    """`together`：一起办理的人，同行的才有；`check_in`：签到之前的签到码；`place`：签到之后的排队情况."""

    booking: BookingView
    together: list[CompanionView]
    check_in: CheckInView | None
    place: QueueView | None


@routes.get("/v1/screens/bookings", access=CITIZEN, summary="我的预约页", errors=(ActingOver,))
async def bookings_page(who: Session) -> BookingsPage:
    """自己的，以及为他人代约、现在仍可代办的；切换了办理身份的，预约是该单位（或被代办人）的。"""
    me, whose = actor(who), await subject(who, Scope.BOOK)
    if whose == who.citizen_id:
        await ask_as_one(all_of_mine := for_others.all_of(me), open_to_me := rebooking.open_to(me))
        found = await for_others.looked_after(all_of_mine.answer, me)
        offers = await rebooking.looked_after(open_to_me.answer, me)
    else:
        found, offers = await for_others.of(me, of_citizen=whose), await rebooking.of(me)
    return BookingsPage(await bookings.views(found, who), await rebook.views(offers, who))


@routes.get("/v1/screens/booking/<code>", access=CITIZEN, summary="预约页", errors=(BookingNotFound,))
async def booking_page(code: BookingCode, who: Session) -> BookingPage:
    """开着时再问的也是它：签到码每分钟更新，排队时前面的人数会变。"""
    found, owed = await fees.find(code=code, for_=actor(who))
    page = BookingPage(await bookings.with_fee(found, owed, who), [], None, None)
    if found.party_id is not None:
        page.together = await together.coming_with(found, who)
    if found.state == "booked":
        page.check_in = bookings.drawn_check_in(await checkin.code_of(found, by=actor(who)))
    if found.state in IN_LINE:
        with suppress(NotInLine):
            page.place = queue.view(await waiting.of_shown(found))
    return page
