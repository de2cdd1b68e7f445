"""停办改约: one message to everybody whose booking a closure cancelled; its staff learn what became of it."""

from datetime import datetime

from appointments import rebooking
from appointments.events import RebookOffered
from appointments.rebooking import Rebook
from foundation import clock
from foundation.events import on
from notifications import reached, templates
from notifications.delivery import announce

REBOOK_PAGE = "pages/rebook/{}"


@on(RebookOffered)
async def tell_closed(event: RebookOffered) -> None:
    """One message of both, the booking that is gone and the place that is held; then who could not be reached."""
    offer = await rebooking.after(event.appointment_id)
    if offer is None:
        return
    occasion = reached.occasion(offer.notice_id)
    await announce(
        citizen_id=offer.citizen_id,
        occasion=occasion,
        template=templates.HALL_CLOSED,
        values=_told(offer),
        page=REBOOK_PAGE.format(offer.code),
    )
    await reached.note(occasion)


def _told(offer: Rebook) -> dict[str, str]:
    old, new = offer.old, offer.held or offer.new
    return {
        "cause": offer.reason,
        "when": _when(old.starts_at),
        "business": old.type_name,
        "hall": old.hall_name,
        "code": old.code,
        "note": offer.note,
        "offer": _next(offer),
        "card_when": _when(new.starts_at if new else old.starts_at),
        "card_hall": new.hall_name if new else old.hall_name,
    }


def _next(offer: Rebook) -> str:
    """What they can do, and until when: a place is sometimes held for less long than they may choose another."""
    until = _when(offer.offered_until)
    if offer.held is None:
        return f"请在 {until} 前点开选择时段，优先于公众放号。"
    elsewhere = f"{offer.held.hall_name} " if offer.held.hall_name != offer.old.hall_name else ""
    kept = f"已为您保留{elsewhere} {_when(offer.held.starts_at)} 的号，请在 {_when(offer.held_until)} 前点开确认"
    return f"{kept}；也可在 {until} 前另选时段，优先于公众放号。"


def _when(at: datetime | None) -> str:
    return f"{clock.shanghai(at):%Y-%m-%d %H:%M}" if at else ""
