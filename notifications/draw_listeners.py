"""Who is told what of a draw. Who won hears of the booking like everybody."""

from appointments import draw_entries
from appointments.draw_events import DrawCancelled, DrawLost
from foundation import clock
from foundation.events import on
from notifications import templates
from notifications.delivery import announce

DRAW_PAGE = "pages/draw/{}"


@on(DrawLost)
async def tell_lost(event: DrawLost) -> None:
    await _tell("draw_lost", event.entry_id, event.citizen_id, templates.DRAW_LOST)


@on(DrawCancelled)
async def tell_cancelled(event: DrawCancelled) -> None:
    await _tell("draw_cancelled", event.entry_id, event.citizen_id, templates.DRAW_CANCELLED)


async def _tell(what: str, entry_id: int, citizen_id: int, template: templates.Template) -> None:
    entry = await draw_entries.by_id(entry_id)
    await announce(
        citizen_id=citizen_id,
        occasion=f"{what}:{entry.id}",
        template=template,
        values={
            "when": entry.day.isoformat(),
            "business": entry.type_name,
            "hall": entry.hall_name,
            "code": entry.number,
            "why": entry.explained,
            "until": f"{clock.shanghai(entry.release_at):%Y-%m-%d %H:%M}",
        },
        page=DRAW_PAGE.format(entry.draw_code),
    )
