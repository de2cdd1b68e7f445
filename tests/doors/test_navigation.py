"""The head of a console page: the way to what this person may open, and to nothing else."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from api import console
from api.app import create_app
from api.console import navigation
from foundation import clock
from tests.builders.appointments import a_hall, a_held_place, a_slot, a_type
from tests.builders.console import Desk, a_colleague
from tests.serving import serving


@pytest.fixture
async def desk(db: None, redis_db: object) -> AsyncIterator[Desk]:
    async with serving(create_app()) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


def links(html: str) -> list[str]:
    head = html[html.index('<header class="top">') : html.index("</header>")]
    return re.findall(r'<a href="([^"?]*)', head)


def test_every_line_leads_to_a_page_in_a_group_that_is_shown() -> None:
    pages = {route.path for routes in console.ROUTES for route in routes if route.method == "GET"}
    assert {one.address for one in navigation.PAGES} <= pages
    assert {one.group for one in navigation.PAGES} <= set(navigation.GROUPS)
    assert len({one.address for one in navigation.PAGES}) == len(navigation.PAGES)


async def test_all_that_is_shown_opens_and_says_where_one_is(desk: Desk) -> None:
    hall = await a_hall()
    await a_held_place(slot=await a_slot(of=await a_type(hall=hall), starts_at=clock.now() + timedelta(minutes=1)))
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    for one in navigation.PAGES:
        if not {"hall_manager"} & set(one.roles):
            continue
        address = f"{one.address}?hall={hall.code}" if one.of_hall else one.address
        page = await desk.open(address)
        assert page.status_code == 200, one
        assert one.address in links(page.text)
        assert page.text.count('aria-current="page"') == 1, one
        assert f'href="{address}" aria-current="page"' in page.text
        assert_is_laid_out(page.text, one.address)


async def test_what_a_button_leads_to_is_in_a_group_too_and_no_other_page_is_said_to_be_open(desk: Desk) -> None:
    hall = await a_hall()
    await a_type(hall=hall)
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    head = (await desk.open(f"/console/quick/open-more?hall={hall.code}")).text.partition("</header>")[0]
    assert f'<a href="/console/?hall={hall.code}" aria-current="true">首页</a>' in head
    assert 'aria-current="page"' not in head
    assert [one.group for one in navigation.UNLISTED if one.holds("/console/proposals/1")] == [navigation.SETTINGS]


async def test_the_call_list_has_the_name_that_leads_to_it(desk: Desk) -> None:
    await a_colleague(("hall_manager", (await a_hall()).path), username="wangwu")
    await desk.sign_in("wangwu")
    assert "<h1>电话通知<" in (await desk.open("/console/people/calls")).text
    assert "<h1>代约与查询<" in (await desk.open("/console/people")).text


def assert_is_laid_out(html: str, address: str) -> None:
    """What a screen reader goes by: a way past the head, headings without gaps, tables that say their name."""
    assert html.count("<main ") == html.count('href="#main"') == 1, address
    levels = [int(one) for one in re.findall(r"<h([1-6])[ >]", html)]
    assert levels.count(1) == 1, address
    assert all(later <= before + 1 for before, later in zip(levels, levels[1:], strict=False)), (address, levels)
    assert html.count("<table") == html.count("<caption"), address
    assert re.findall(r"<th(?![a-z])(?![^>]*scope=)[^>]*>", html) == [], address


async def test_nobody_is_shown_the_way_to_what_is_not_theirs(desk: Desk) -> None:
    hall = await a_hall()
    await a_type(hall=hall)
    await a_colleague(("window", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    shown = links((await desk.open("/console/day")).text)
    assert "/console/week" in shown
    for one in navigation.PAGES:
        if "window" not in one.roles:
            assert one.address not in shown
            address = f"{one.address}?hall={hall.code}" if one.of_hall else one.address
            assert (await desk.open(address)).status_code == 403, one
