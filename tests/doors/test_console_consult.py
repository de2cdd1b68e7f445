"""人工咨询 at the console: agents alone, one citizen for one of them, everything said kept and told who did it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from assistant import knowledge
from assistant.handover_models import Handover, HandoverLine
from foundation import audit
from tests.builders import catalogue as build
from tests.builders import handovers
from tests.builders.console import Desk, a_colleague
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


@pytest.fixture
async def base() -> AsyncIterator[str]:
    async with serving(create_app()) as address:
        yield address


async def test_an_agent_takes_answers_and_gives_back(base: str) -> None:
    async with httpx.AsyncClient(base_url=base) as first, httpx.AsyncClient(base_url=base) as second:
        one, other = Desk(first), Desk(second)
        for desk, username in ((one, "kefu1"), (other, "kefu2")):
            await a_colleague(("agent", ""), username=username)
            await desk.sign_in(username)
        token, waits = await handovers.asked("护照 <b>怎么</b> 寄")
        listed = (await one.open("/console/consult")).text
        assert "护照 &lt;b&gt;怎么&lt;/b&gt; 寄" in listed
        assert 'href="/console/consult" aria-current' in listed
        taken = await one.press("/console/consult/take", handover_id=waits.id)
        assert taken.headers["HX-Redirect"] == f"/console/consult/{waits.id}"
        late = await other.press("/console/consult/take", handover_id=waits.id)
        assert (late.status_code, "已由其他同事接待" in late.text) == (409, True)
        assert (await other.press("/console/consult/reply", handover_id=waits.id, text="抢答")).status_code == 409
        assert (await one.press("/console/consult/typing", handover_id=waits.id)).status_code == 204
        assert "已发送。" in (await one.press("/console/consult/reply", handover_id=waits.id, text="可以邮寄。")).text
        page = (await one.open(f"/console/consult/{waits.id}")).text
        assert "可以邮寄。" in page
        assert "接待" in page
        assert "发送" not in (await other.open(f"/console/consult/{waits.id}")).text
        assert "可以邮寄。" in (await one.open(f"/console/consult/{waits.id}/talk")).text
        assert f"/console/consult/{waits.id}" in (await one.open("/console/consult/lists")).text
        back = await one.press("/console/consult/hand-back", handover_id=waits.id)
        assert back.headers["HX-Redirect"] == "/console/consult"
        assert "已交回助手" in (await one.open("/console/consult/lists")).text
        _, again = await handovers.asked()
        await one.press("/console/consult/take", handover_id=again.id)
        assert (await one.press("/console/consult/close", handover_id=again.id)).status_code == 200
    assert (await Handover.get(id=again.id)).outcome == "closed"
    assert await HandoverLine.filter(said_by="agent").count() == 1
    deeds = [deed.action for deed in await audit.latest([f"handover:{waits.id}"])]
    assert deeds[0] == "handover.returned"
    assert deeds.count("handover.read") == 2
    assert token


async def test_nobody_else_reads_what_citizens_say(base: str) -> None:
    _, waits = await handovers.asked()
    async with httpx.AsyncClient(base_url=base) as client:
        desk = Desk(client)
        await a_colleague(("admin", ""), ("editor", ""), ("hall_manager", ""), username="guanli")
        await desk.sign_in("guanli")
        for path in ("", "/lists", f"/{waits.id}", f"/{waits.id}/talk"):
            assert (await desk.open(f"/console/consult{path}")).status_code == 403
        for verb in ("take", "reply", "typing", "hand-back", "close"):
            fields = {"handover_id": waits.id} | ({"text": "您好"} if verb == "reply" else {})
            assert (await desk.press(f"/console/consult/{verb}", **fields)).status_code == 403
    assert (await Handover.get(id=waits.id)).state == waits.state


async def test_sections_of_the_nearest_guide_are_at_hand(base: str) -> None:
    await build.small_city()
    async with httpx.AsyncClient(base_url=base) as client:
        desk = Desk(client)
        await a_colleague(("agent", ""), username="kefu")
        await desk.sign_in("kefu")
        _, waits = await handovers.asked("换身份证要本人去吗")
        await desk.press("/console/consult/take", handover_id=waits.id)
        page = (await desk.open(f"/console/consult/{waits.id}")).text
        assert '<option value="id-card">居民身份证换领</option>' in page
        canned = (await desk.open("/console/consult/canned?guide=id-card")).text
        assert ("来源：《居民身份证换领》办事指南第 1 版“收费标准”" in canned, "data-quote" in canned) == (True, True)
        assert (await desk.open("/console/consult/canned?guide=none")).status_code == 404
