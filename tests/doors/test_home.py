"""The console's first page: one's own hall, the tasks that are one's own, and no way that leads nowhere."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from sanic import Sanic, text

from api.app import create_app
from api.console import navigation
from appointments import suspension
from foundation import clock
from tests.builders.appointments import STAFF, a_hall, a_slot, a_type, slots_of_one_day
from tests.builders.console import Desk, a_colleague
from tests.builders.hall_queue import a_department, a_walk_in
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def app() -> Sanic:  # type: ignore[type-arg]
    return create_app()


@pytest.fixture
async def desk(app: Sanic) -> AsyncIterator[Desk]:  # type: ignore[type-arg]
    async with serving(app) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


async def test_the_first_page_is_the_home_of_ones_own_hall(desk: Desk) -> None:
    ours, theirs = await a_hall(code="A"), await a_hall(code="B", name="另一个政务服务中心")
    for hall in (ours, theirs):
        await a_type(hall=hall)
    await a_colleague(("window", ours.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/")
    assert page.status_code == 200
    assert ours.name in page.text
    assert theirs.name not in page.text
    for address in ("/console/?hall=B", "/console/home/today?hall=B"):
        assert (await desk.open(address)).status_code == 403


async def test_the_next_is_called_from_home(desk: Desk) -> None:
    hall = await a_hall()
    (slot,) = await slots_of_one_day(1, of=await a_type(hall=hall))
    with clock.frozen(slot.starts_at):
        await a_walk_in(hall, await a_department(hall=hall))
        await a_colleague(("window", hall.path), username="wangwu")
        await desk.sign_in("wangwu")
        page = await desk.open("/console/?window=3")
        (address,) = re.findall(r'<form id="call"[^>]*action="([^"]*)"', page.text)
        assert "请 W001 到窗口 3" in (await desk.press(address, hall=hall.code, window="3")).text
        assert "办结 W001" in (await desk.open("/console/?window=3")).text
        assert "正在办理 W001" in (await desk.open(f"/console/home/today?hall={hall.code}")).text


async def test_tasks_are_shown_once_their_pages_are_there(app: Sanic, desk: Desk) -> None:  # type: ignore[type-arg]
    hall = await a_hall()
    await a_type(hall=hall)
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await a_colleague(("window", hall.path), username="zhaoliu")
    await desk.sign_in("wangwu")
    served = {f"/{one.path}" for one in app.router.routes}
    page = await desk.open("/console/")
    for one in navigation.EVERYDAY:
        assert (f'href="{one.address}?hall={hall.code}"' in page.text) == (one.address in served)
    for one in navigation.EVERYDAY:
        if one.address not in served:
            app.router.reset()
            app.add_route(lambda _: text("there"), one.address, name=one.address.replace("/", "-"))
            app.router.finalize()
    page = await desk.open("/console/")
    for one in navigation.EVERYDAY:
        assert f'href="{one.address}?hall={hall.code}">{one.name}' in page.text
    await desk.sign_in("zhaoliu")
    page = await desk.open("/console/")
    assert all(one.address not in page.text for one in navigation.EVERYDAY)


async def test_a_supervisor_sees_the_day_and_no_queue(desk: Desk) -> None:
    hall = await a_hall()
    await a_type(hall=hall)
    await a_colleague(("supervisor", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/")
    assert page.status_code == 200
    assert "今日概况" in page.text
    assert 'id="call"' not in page.text
    for address in re.findall(r'<a [^>]*href="(/console/[^"]*)"', page.text):
        assert (await desk.open(address.replace("&amp;", "&"))).status_code == 200, address


async def test_what_needs_a_look_leads_to_where_it_is(desk: Desk) -> None:
    hall = await a_hall()
    slot = await a_slot(of=await a_type(hall=hall))
    await suspension.suspend(slot_id=slot.id, by=STAFF, reason="设备检修")
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/")
    assert "1 个号段暂停预约" in page.text
    for address in re.findall(r'<li><a href="([^"]*)">\d', page.text):
        assert (await desk.open(address.replace("&amp;", "&"))).status_code == 200


async def test_somebody_without_a_desk_is_told_so(desk: Desk) -> None:
    await a_colleague(username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/")
    assert (page.status_code, "大厅管理员" in page.text) == (403, True)


@pytest.mark.parametrize(
    ("role", "first"),
    [("agent", "/console/consult"), ("editor", "/console/guides"), ("finance", "/console/money/bills")],
)
async def test_who_has_no_hall_lands_where_most_of_their_work_is(desk: Desk, role: str, first: str) -> None:
    await a_hall()
    await a_colleague((role, ""), username="zhaoliu")
    await desk.sign_in("zhaoliu")
    landed = await desk.open("/console/")
    assert (landed.status_code, landed.headers["location"]) == (303, first)
