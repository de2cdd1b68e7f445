"""Subscriptions by theme and hall, and masses to whoever has one."""

import msgspec
import pytest

from catalogue import intake
from catalogue.events import GuidePublished
from catalogue.item_sheet import ItemFile
from catalogue.models import Guide, ServiceItem
from foundation import database
from foundation.actor import Actor
from identity.models import Citizen
from notifications import mass, news_listeners, own_inbox, topics
from notifications.errors import MassUnknown, NothingToSay, TopicUnknown
from notifications.mass_models import MassSend
from notifications.models import Message
from tests.builders.appointments import a_hall
from tests.builders.catalogue import small_city
from tests.builders.messages import Channels, a_reader, channels, post_goes_out

__all__ = ["channels"]
pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env")
BY = Actor.staff(7)


async def run(mass_id: int) -> None:
    """Every chunk, as the worker would."""
    while await mass.spread_chunk(mass_id):
        pass


async def subscribers(number: int, *to: tuple[str, str]) -> list[Citizen]:
    people = [await a_reader() for _ in range(number)]
    for one in people:
        for topic, code in to:
            await database.execute(topics.SUBSCRIBE, one.id, topic, code, one.created_at)
    return people


async def test_a_notice_reaches_each_subscriber_once_behind_everything_else(channels: Channels):
    hall = await a_hall()
    await subscribers(3, ("hall", hall.code), ("hall", "other"))
    await subscribers(1, ("hall", "other"))
    ids = [
        await news_listeners.announce_at_hall(hall=hall, title="周六延时", text="本周六全天办理。", by=BY, mark="m-1")
        for _ in range(2)
    ]
    assert len(set(ids)) == 1
    another = await news_listeners.announce_at_hall(hall=hall, title="周日延时", text="全天。", by=BY, mark="m-1")
    assert another not in ids  # what is written next on the same page is no repetition
    await mass.stop(mass_id=another, by=BY, reason="测试")
    for _ in range(2):
        await run(ids[0])
    assert {row.urgency for row in await Message.filter(channel="wechat")} == {2}
    await post_goes_out()
    assert len(channels.taken) == 3
    seen = await mass.progress(await MassSend.get(id=ids[0]))
    assert (seen.state, seen.people, seen.waiting, seen.channels) == ("done", 3, 0, {"wechat": {"sent": 3}})
    with pytest.raises(NothingToSay):
        await news_listeners.announce_at_hall(hall=hall, title=" ", text="x", by=BY)


async def test_a_run_that_died_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mass, "CHUNK", 2)
    hall = await a_hall()
    await subscribers(5, ("hall", hall.code))
    made = await news_listeners.announce_at_hall(hall=hall, title="周六延时", text="全天办理。", by=BY)
    assert await mass.spread_chunk(made)
    assert await Message.filter(channel="inbox").count() == 2
    await run(made)
    assert await Message.filter(channel="inbox").count() == 5
    assert (await MassSend.get()).people == 5


async def test_a_mass_that_is_stopped_sends_no_more(channels: Channels, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mass, "CHUNK", 2)
    hall = await a_hall()
    await subscribers(5, ("hall", hall.code))
    made = await news_listeners.announce_at_hall(hall=hall, title="写错了", text="写错了。", by=BY)
    await mass.spread_chunk(made)
    await mass.stop(mass_id=made, by=BY, reason="写错了")
    await run(made)
    await post_goes_out()
    assert channels.taken == []
    assert await Message.filter(channel="inbox").count() == 2
    with pytest.raises(MassUnknown):
        await mass.stop(mass_id=made + 1, by=BY, reason="")


async def test_a_guide_that_is_published_is_told_by_theme_and_sparingly(channels: Channels):
    await small_city()
    item = await ServiceItem.filter(guide_id__not_isnull=True).order_by("id").first()
    assert item
    guide = await Guide.get(id=item.guide_id)  # type: ignore[attr-defined]
    event = GuidePublished(item_id=item.id, guide_id=guide.id)
    await news_listeners.tell_guide_published(event)
    assert not await MassSend.exists()  # nobody has subscribed yet
    await ServiceItem.filter(id=item.id).update(themes=["housing"], life_events=[])
    (reader,) = await subscribers(1, ("theme", "housing"))
    for _ in range(2):
        await news_listeners.tell_guide_published(event)
    made = await MassSend.get()
    await run(made.id)
    await post_goes_out()
    assert [one.page for one in channels.taken] == [f"pages/guide/{item.slug}"]
    again = await mass.start(
        template=wording_of(made.kind), mark="guide:0", topics=[("theme", "housing")], values=made.told, page="p", by=BY
    )
    await run(again)
    await post_goes_out()
    assert len(channels.taken) == 1  # the second of the day stays in the inbox
    assert len(await own_inbox.of(reader.id)) == 2
    await Guide.filter(id=guide.id).update(state="retired")
    await MassSend.all().delete()
    await news_listeners.tell_guide_published(event)
    assert not await MassSend.exists()  # overtaken meanwhile


@pytest.mark.parametrize(("changed", "told"), [({"life_events": []}, False), ({"summary": "改了。"}, True)])
async def test_an_item_that_was_merely_put_on_another_shelf_is_no_news(changed: dict[str, object], told: bool):
    await small_city()
    await subscribers(1, ("theme", "household"))
    item = await ServiceItem.get(slug="id-card").select_related("guide")
    assert item.guide
    sheet = msgspec.convert({**item.guide.content, "version": 2, **changed}, ItemFile)
    async with database.transaction():
        await intake.bring_items([sheet])
    guide = await Guide.get(item_id=item.id, state="published")
    assert guide.version == 2
    await news_listeners.tell_guide_published(GuidePublished(item_id=item.id, guide_id=guide.id))
    assert await MassSend.exists() is told


def wording_of(kind: str):
    return {one.kind: one for one in (news_listeners.GUIDE_NEW, news_listeners.GUIDE_CHANGED)}[kind]


async def test_one_tap_in_and_one_tap_out():
    hall, citizen = await a_hall(), await a_reader()
    for _ in range(2):
        await topics.subscribe(citizen_id=citizen.id, topic="hall", code=hall.code)
    assert [one.code for one in await topics.offered(citizen.id) if one.subscribed] == [hall.code]
    made = await news_listeners.announce_at_hall(hall=hall, title="周六延时", text="全天办理。", by=BY)
    await run(made)
    (message,) = await own_inbox.of(citizen.id)
    assert [(one.topic, one.name) for one in message.topics] == [("hall", hall.name)]
    for _ in range(2):
        await topics.unsubscribe(citizen_id=citizen.id, topic="hall", code=hall.code)
    assert (await own_inbox.of(citizen.id))[0].topics == []
    for topic, code in (("hall", "nowhere"), ("theme", "nothing"), ("weather", "x")):
        with pytest.raises(TopicUnknown):
            await topics.subscribe(citizen_id=citizen.id, topic=topic, code=code)
