"""公告 on the first page: where it is closed before what is new, and nothing that was called off."""

import pytest

from appointments import closure
from catalogue.models import Hall
from foundation import clock
from notifications import mass, news_listeners, notices
from notifications.asking import OCCASIONS, templates
from notifications.kinds import declared
from notifications.mass_models import MassSend
from tests.builders.appointments import STAFF, a_hall, a_type
from tests.builders.closures import at, whole_day
from tests.builders.settings import changed

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def announced(hall: Hall, title: str) -> int:
    return await news_listeners.announce_at_hall(hall=hall, title=title, text="周六照常办理", by=STAFF)


async def test_closures_come_before_news() -> None:
    of = await a_type()
    await announced(of.hall, "周六开放")
    await closure.announce(span=whole_day(of, days=2), reason="台风登陆", by=STAFF)
    closed, news = await notices.latest()
    assert (closed.kind, closed.title) == ("closure", f"{of.hall.name}停止办理")
    assert "台风登陆" in closed.text
    assert closed.starts_at == at(2, 0)
    assert (news.kind, news.title, news.starts_at) == ("news", "周六开放", None)
    assert {closed.address, news.address} == {f"hall/{of.hall.code}"}


async def test_what_is_over_called_off_or_far_away_is_not_shown() -> None:
    of, hall = await a_type(), await a_hall()
    soon = await closure.announce(span=whole_day(of, days=2), reason="停电", by=STAFF)
    await closure.announce(span=whole_day(of, days=20), reason="检修", by=STAFF)
    await mass.stop(mass_id=await announced(hall, "写错了"), by=STAFF, reason="写错了")
    await announced(hall, "很久以前")
    await MassSend.filter(told__contains={"title": "很久以前"}).update(made_at=clock.now() - notices.LATELY)
    assert [one.kind for one in await notices.latest()] == ["closure"]
    await closure.withdraw(closure_id=soon.id, by=STAFF)
    assert await notices.latest() == []


async def test_each_occasion_asks_for_templates_in_use() -> None:
    asked = await templates("wechat")
    assert asked["booking"] == ["tpl-booking"]
    assert asked["bill"] == ["tpl-bill"]
    assert all(len(ids) <= 3 for ids in asked.values())
    assert {kind for kinds in OCCASIONS.values() for kind in kinds} <= declared.keys()
    with changed(alipay={"template_case": ""}):
        assert (await templates("alipay"))["case"] == []
