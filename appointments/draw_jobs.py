"""What draws do by themselves: they are announced, closed and given out; and what they keep of a person."""

from typing import Any

from appointments import draw, draw_entries, draw_merging, drawing
from appointments.models import AppointmentType
from foundation import database, logs, metrics, personal_data
from foundation.actor import Actor
from foundation.events import on
from foundation.jobs import scheduled
from identity.events import CitizensMerged

MERGE = Actor.system("appointments.merge")
PRIVACY = Actor.system("appointments.privacy")

log = logs.logger(__name__)


@scheduled("*/5 * * * *")
async def announce_draws() -> None:
    """Every day that will be drawn has its draw, and the hash of its seed, before people may register."""
    for of in await AppointmentType.filter(active=True, release_mode="draw").order_by("id"):
        await draw.announce_ahead(of)


@scheduled("* * * * * */10")
async def hold_draws() -> None:
    """Close what is due and give its places; go on with what a killed run left. One draw's fault stops no other."""
    failed = 0
    for draw_id in await draw.due():
        try:
            await draw.close(draw_id)
            await drawing.settle(draw_id)
        except Exception:
            failed += 1
            log.exception("draw_not_held", draw_id=draw_id)
    while await drawing.tell_cancelled():
        pass
    metrics.level("draws_not_held", failed)


@on(CitizensMerged)
@database.retry_on_deadlock
async def follow_merge(event: CitizensMerged) -> None:
    await draw_merging.follow(kept=event.kept, gone=event.gone, by=MERGE)


async def export(citizen_id: int) -> list[dict[str, Any]]:
    """What is kept of a person's entries, as rows of JSON."""
    return [
        {
            "number": one.number, "outcome": draw_entries.NAMES[one.outcome], "rank": one.rank, "hall": one.hall_name,
            "business": one.type_name, "day": one.day.isoformat(), "created_at": one.created_at.isoformat(),
        }
        for one in await draw_entries.of(Actor.citizen(citizen_id))
    ]  # fmt: skip


async def forget(citizen_id: int) -> None:
    await draw_merging.forget(citizen_id, by=PRIVACY)


personal_data.register(
    "draws", export=export, forget=forget,
    title="摇号",
    holds=(personal_data.Holding("draw_entry", "摇号登记", "摇号结果须可复核，只保留序号，不再含姓名和证件号码。"),),
)  # fmt: skip
