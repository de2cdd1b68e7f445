import pytest

from appointments import draw, draw_entries, drawing
from appointments.draw_events import DrawCancelled, DrawLost
from foundation import clock
from notifications import draw_listeners
from notifications.models import Message
from tests.builders.appointments import STAFF, told
from tests.builders.draws import a_draw, held, registered

pytestmark = pytest.mark.usefixtures("db")


async def test_who_lost_hears_it_once():
    one, _ = await a_draw()
    people = await registered(one, 2)
    await held(one)
    (event,) = await told("DrawLost")
    for _ in range(2):
        await draw_listeners.tell_lost(DrawLost(entry_id=event["entry_id"], citizen_id=event["citizen_id"]))
    (message,) = await Message.filter(citizen_id__in=[by.number for by in people], channel="inbox")
    entry = await draw_entries.by_id(event["entry_id"])
    assert (message.title, message.page) == ("摇号未中签", f"pages/draw/{one.code}")
    assert entry.number in message.text
    assert "所选时段的号已经派完" in message.text
    assert f"{clock.shanghai(one.release_at):%m-%d %H:%M}" in message.text


async def test_a_draw_called_off_is_told_with_its_reason():
    one, _ = await a_draw()
    (citizen,) = await registered(one, 1)
    await draw.cancel(code=one.code, by=STAFF, reason="设备检修")
    await drawing.tell_cancelled()
    (event,) = await told("DrawCancelled")
    for _ in range(2):
        await draw_listeners.tell_cancelled(DrawCancelled(entry_id=event["entry_id"], citizen_id=event["citizen_id"]))
    (message,) = await Message.filter(citizen_id=citizen.number, channel="inbox")
    assert message.title == "摇号已取消"
    assert "设备检修" in message.text
