"""Who is told what of a booking that moves or comes near, and of a place in a queue."""

from appointments import booking, waitlist
from appointments.events import BookingRescheduled, BookingSoon, WaitlistClosed, WaitlistOffered
from foundation import clock
from foundation.events import on
from notifications import templates
from notifications.delivery import announce

BOOKING_PAGE, WAITING_PAGE = "pages/booking/{}", "pages/waiting/{}"
SILENT = ("booked", "NotSignedIn")  # they know already, or have left


@on(BookingRescheduled)
async def tell_rescheduled(event: BookingRescheduled) -> None:
    held = await booking.by_id(event.appointment_id)
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"booking_rescheduled:{held.id}",
        template=templates.BOOKING_MOVED_BY_OFFICE if event.by_office else templates.BOOKING_MOVED,
        values={**_told(held), "reason": event.reason},
        page=BOOKING_PAGE.format(held.code),
        hall_path=held.hall_path,
    )


@on(BookingSoon)
async def tell_soon(event: BookingSoon) -> None:
    """A booking that was cancelled or moved since is not reminded of."""
    held = await booking.by_id(event.appointment_id)
    if held.state != "booked":
        return
    which = templates.SOON[event.kind]
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"booking_soon:{held.id}:{event.kind}",
        template=templates.BOOKING_SOON,
        values={**_told(held), "which": which},
        page=BOOKING_PAGE.format(held.code),
        hall_path=held.hall_path,
    )


@on(WaitlistOffered)
async def tell_offered(event: WaitlistOffered) -> None:
    entry = await waitlist.by_id(event.entry_id)
    if entry.state != "offered":
        return
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"waitlist_offered:{entry.id}",
        template=templates.WAITLIST_OFFERED,
        values={**_told(entry), "until": f"{clock.shanghai(event.until):%Y-%m-%d %H:%M}"},
        page=WAITING_PAGE.format(entry.code),
    )


@on(WaitlistClosed)
async def tell_closed(event: WaitlistClosed) -> None:
    if event.why in SILENT:
        return
    entry = await waitlist.by_id(event.entry_id)
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"waitlist_closed:{entry.id}",
        template=templates.WAITLIST_CLOSED,
        values={**_told(entry), "why": waitlist.WHY[event.why]},
        page=WAITING_PAGE.format(entry.code),
    )


def _told(one: booking.Booking | waitlist.Waiting) -> dict[str, str]:
    return {
        "when": f"{clock.shanghai(one.starts_at):%Y-%m-%d %H:%M}",
        "business": one.type_name,
        "hall": one.hall_name,
        "code": one.code,
    }
