"""到期清理: what is past its time goes, what is not stays, one that fails holds up none, and a report says so."""

from datetime import datetime, timedelta

import pytest

import rooms
from foundation import clock, database, retention, settings
from foundation.actor import Actor
from identity import access, delegation, keeping, looks
from identity.models import Delegation
from identity.privacy_models import RetentionRun
from notifications.models import Message
from tests.builders import identity as build

rooms.wake()  # every room has said what it deletes
pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_what_is_past_its_time_goes_and_the_report_says_how_much() -> None:
    citizen, friend = await build.citizen(), await build.citizen(name="李四")
    window = Actor.staff(await build.staff(("window", "")))
    await access.profile(citizen.id, seen_by=window)
    kept = await delegation.grant(
        principal_id=citizen.id, agent_id=friend.id, scope=["book"], until=clock.today(), by=Actor.citizen(citizen.id)
    )
    told = {"title": "预约成功", "text": "已预约", "state": "delivered"}
    await Message.create(citizen=citizen, occasion="x:1", channel="inbox", **told)
    await keeping.sweep()
    assert await Delegation.exists(id=kept)
    assert len(await looks.of(citizen.id)) == 1
    with clock.shifted(timedelta(days=settings.current().privacy.keep_looks_days + 2)):
        await keeping.sweep()
        report = {one.kind: one.deleted for one in (await keeping.report())[: len(retention.kinds)]}
    assert report["identity.looks"] == report["identity.ties"] == report["notifications.messages"] == 1
    assert await looks.of(citizen.id) == []
    assert await Delegation.all().count() == 0
    assert await RetentionRun.all().count() == 2 * len(retention.kinds)


async def test_one_that_fails_holds_up_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: datetime) -> int:
        raise RuntimeError("a table is locked")

    broken = retention.Retention("a.first", "甲", lambda: 1, fails)
    monkeypatch.setattr(retention, "kinds", {"a.first": broken, **retention.kinds})
    await keeping.sweep()
    assert await RetentionRun.filter(kind="a.first").count() == 0
    assert await RetentionRun.filter(kind="identity.looks").count() == 1


async def test_a_look_can_neither_be_changed_nor_taken_away() -> None:
    citizen = await build.citizen()
    await access.profile(citizen.id, seen_by=Actor.staff(await build.staff(("window", ""))))
    for statement in ("update record_access set why = ''", "delete from record_access", "truncate record_access"):
        with pytest.raises(Exception, match="append-only"):
            await database.execute(statement)


async def test_a_page_that_asks_again_is_one_look_and_another_reason_is_another() -> None:
    citizen = await build.citizen()
    window = Actor.staff(await build.staff(("window", "9901/")))
    for _ in range(3):
        await access.profile(citizen.id, seen_by=window, why="投诉处理")
    await access.profile(citizen.id, seen_by=window, why="核实预约情况")
    with clock.shifted(looks.ONE_LOOK + timedelta(seconds=1)):
        await access.profile(citizen.id, seen_by=window, why="投诉处理")
    seen = await looks.of(citizen.id)
    assert [one.why for one in seen] == ["投诉处理", "核实预约情况", "投诉处理"]
    assert {tuple(one.roles) for one in seen} == {(("window", "9901/"),)}
    await access.profile(citizen.id, seen_by=Actor.citizen(citizen.id))
    await access.profile(citizen.id, seen_by=Actor.system("job"))
    assert len(await looks.of(citizen.id)) == 3
