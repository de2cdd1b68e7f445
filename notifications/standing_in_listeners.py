"""Who is told what of a place in a queue, or an entry in a draw, that somebody took for another.

The other is told that it was done, and reads everything that comes of it as if it were their own doing; who did it
reads the same, with the name, while they look after it.
"""

from appointments import draw_entries, standing_in, waitlist
from appointments.draw_events import DrawCancelled, DrawEnteredFor, DrawLost
from appointments.events import WaitlistClosed, WaitlistJoinedFor, WaitlistOffered
from foundation import clock
from foundation.actor import Actor
from foundation.events import on
from identity import access, acting
from identity.errors import NoSuchCitizen
from notifications import templates
from notifications.booking_listeners import SILENT, WAITING_PAGE
from notifications.delivery import announce, note
from notifications.draw_listeners import DRAW_PAGE
from notifications.templates import Template

BY = Actor.system("notifications")
JOINED_FOR_YOU = templates.in_the_app(
    "有人代您候补", "{name}代您候补了 {when} {hall}“{business}”。有号时为您保留并通知您；不需要的可以随时退出。",
    kind="waitlist_joined_for_you", group="family",
)  # fmt: skip
ENTERED_FOR_YOU = templates.in_the_app(
    "有人代您登记摇号", "{name}代您登记了 {when} {hall}“{business}”的摇号。{until} 前可以修改志愿或退出。",
    kind="draw_entered_for_you", group="family",
)  # fmt: skip


@on(WaitlistJoinedFor)
async def tell_joined_for_you(event: WaitlistJoinedFor) -> None:
    entry = await waitlist.by_id(event.entry_id)
    await note(
        citizen_id=event.citizen_id, occasion=f"waitlist_joined_for_you:{entry.id}", template=JOINED_FOR_YOU,
        page=WAITING_PAGE.format(entry.code), name=await _name(event.agent_id), when=_moment(entry),
        hall=entry.hall_name, business=entry.type_name,
    )  # fmt: skip


@on(DrawEnteredFor)
async def tell_entered_for_you(event: DrawEnteredFor) -> None:
    entry = await draw_entries.by_id(event.entry_id)
    await note(
        citizen_id=event.citizen_id, occasion=f"draw_entered_for_you:{entry.id}", template=ENTERED_FOR_YOU,
        page=DRAW_PAGE.format(entry.draw_code), name=await _name(event.agent_id), when=entry.day.isoformat(),
        hall=entry.hall_name, business=entry.type_name, until=f"{clock.shanghai(entry.closes_at):%Y-%m-%d %H:%M}",
    )  # fmt: skip


@on(WaitlistOffered)
async def tell_agent_offered(event: WaitlistOffered) -> None:
    entry = await waitlist.by_id(event.entry_id)
    if entry.state == "offered":
        until = f"{clock.shanghai(event.until):%Y-%m-%d %H:%M}"
        await _tell_who_waits(entry, templates.WAITLIST_OFFERED, "waitlist_offered", until=until)


@on(WaitlistClosed)
async def tell_agent_closed(event: WaitlistClosed) -> None:
    if event.why not in SILENT:
        entry = await waitlist.by_id(event.entry_id)
        await _tell_who_waits(entry, templates.WAITLIST_CLOSED, "waitlist_closed", why=waitlist.WHY[event.why])


async def _tell_who_waits(entry: waitlist.Waiting, template: Template, what: str, **more: str) -> None:
    agent = await _agent(entry.joined_by, entry.citizen_id)
    if agent is not None:
        business = f"{entry.type_name}（{await _name(entry.citizen_id)}）"
        values = {"when": _moment(entry), "business": business, "hall": entry.hall_name, "code": entry.code, **more}
        page = WAITING_PAGE.format(entry.code)
        await announce(citizen_id=agent, occasion=f"{what}:{entry.id}", template=template, values=values, page=page)


@on(DrawLost)
async def tell_agent_lost(event: DrawLost) -> None:
    await _tell_who_entered(event.entry_id, templates.DRAW_LOST, "draw_lost")


@on(DrawCancelled)
async def tell_agent_cancelled(event: DrawCancelled) -> None:
    await _tell_who_entered(event.entry_id, templates.DRAW_CANCELLED, "draw_cancelled")


async def _tell_who_entered(entry_id: int, template: Template, what: str) -> None:
    entry = await draw_entries.by_id(entry_id)
    agent = await _agent(entry.entered_by, entry.citizen_id)
    if agent is not None:
        values = {
            "when": entry.day.isoformat(), "business": f"{entry.type_name}（{await _name(entry.citizen_id)}）",
            "hall": entry.hall_name, "code": entry.number, "why": entry.explained,
            "until": f"{clock.shanghai(entry.release_at):%Y-%m-%d %H:%M}",
        }  # fmt: skip
        page = DRAW_PAGE.format(entry.draw_code)
        await announce(citizen_id=agent, occasion=f"{what}:{entry.id}", template=template, values=values, page=page)


async def _agent(done_by: str, citizen_id: int) -> int | None:
    """Who did it for another and still looks after it."""
    agent = standing_in.agent(done_by, citizen_id)
    return agent if agent is not None and await acting.looks_after(agent=agent, person=citizen_id) else None


def _moment(entry: waitlist.Waiting) -> str:
    return f"{clock.shanghai(entry.starts_at):%Y-%m-%d %H:%M}"


async def _name(citizen_id: int) -> str:
    try:
        return (await access.profile(citizen_id, seen_by=BY)).masked_name
    except NoSuchCitizen:
        return "对方"
