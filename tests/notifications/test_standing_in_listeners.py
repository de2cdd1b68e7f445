"""What is told of a queue and a draw that somebody entered for another: to the other, and to who did it."""

import pytest

from appointments import booking, draw_entries, waitlist
from appointments.draw_events import DrawCancelled, DrawEnteredFor, DrawLost
from appointments.events import WaitlistClosed, WaitlistJoinedFor, WaitlistOffered
from foundation.actor import Actor
from notifications import standing_in_listeners as listeners
from notifications.models import Message
from tests.builders.appointments import a_citizen, a_full_slot
from tests.builders.draws import a_draw, registered
from tests.builders.people import a_principal, revoke

pytestmark = pytest.mark.usefixtures("db")


async def read_by(citizen: Actor) -> list[tuple[str, str]]:
    rows = await Message.filter(citizen_id=citizen.number, channel="inbox").order_by("id")
    return [(one.title, one.text) for one in rows]


async def test_of_a_queue():
    me, (slot, holder, full) = await a_citizen(name="张三"), await a_full_slot()
    principal = await a_principal(me)
    entry = await waitlist.join(slot_id=slot.id, by=me, for_citizen=principal.number)
    about = {"entry_id": entry.id, "citizen_id": principal.number}
    for _ in range(2):
        await listeners.tell_joined_for_you(WaitlistJoinedFor(**about, agent_id=me.number))
    ((title, text),) = await read_by(principal)
    assert (title, text[:6]) == ("有人代您候补", "张*代您候补")
    await listeners.tell_agent_offered(_offered := WaitlistOffered(**about, appointment_id=1, until=entry.starts_at))
    assert await read_by(me) == []  # nothing is offered yet
    await booking.cancel(code=full.code, by=holder)
    await listeners.tell_agent_offered(_offered)
    await listeners.tell_agent_closed(WaitlistClosed(**about, why="over"))
    await listeners.tell_agent_closed(WaitlistClosed(**about, why="booked"))  # they know
    assert [title for title, _ in await read_by(me)] == ["候补有号，请尽快确认", "候补已结束"]
    assert all("（李*）" in text for _, text in await read_by(me))


async def test_of_a_draw():
    me = await a_citizen(name="张三")
    principal, gone = await a_principal(me), await a_principal(me)
    one, _ = await a_draw()
    await registered(one, 3)
    for whom in (principal, gone):
        entry = await draw_entries.register(code=one.code, wishes=[], any_slot=True, by=me, for_citizen=whom.number)
        entered = DrawEnteredFor(entry_id=entry.id, citizen_id=whom.number, agent_id=me.number)
        await listeners.tell_entered_for_you(entered)
    assert [title for title, _ in await read_by(principal)] == ["有人代您登记摇号"]
    await revoke(gone)
    for entry in [await draw_entries.find(code=one.code, for_=whom) for whom in (principal, gone)]:
        about = {"entry_id": entry.id, "citizen_id": entry.citizen_id}
        await listeners.tell_agent_lost(DrawLost(**about))
        await listeners.tell_agent_cancelled(DrawCancelled(**about))
    assert [title for title, _ in await read_by(me)] == ["摇号未中签", "摇号已取消"]
