"""The waitlist page through HTTP: masked, one's own halls only, and a rule that only planners change."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from appointments import booking, waiting_rules, waitlist
from appointments.models import AppointmentType
from appointments.waiting_rules import Rule
from tests.builders.appointments import a_citizen, a_full_slot, a_hall, a_type
from tests.builders.console import Desk, a_colleague
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

RULE: dict[str, Any] = {"offer_minutes": 20, "cooling": "random", "cooling_least_minutes": 5, "cooling_most_minutes": 9}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


async def test_the_page_shows_who_waits_and_until_when_an_offer_stands(desk: Desk) -> None:
    slot, holder, held = await a_full_slot()
    for name in ("欧阳修", "王安石"):
        await waitlist.join(slot_id=slot.id, by=await a_citizen(name=name))
    await booking.cancel(code=held.code, by=holder)
    await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open(f"/console/waitlist?hall={held.hall_code}&day={slot.day}")
    assert page.status_code == 200
    assert (
        page.text.index("欧**")
        < page.text.index("有号待确认，限")
        < page.text.index("王**")
        < page.text.index("候补中</span>")
    )
    assert "欧阳修" not in page.text
    assert f"/console/week/slot?slot_id={slot.id}" in page.text
    assert "/console/waitlist/rule" not in page.text
    home = await desk.open(f"/console/?hall={held.hall_code}")
    assert f"/console/waitlist?hall={held.hall_code}&amp;day={slot.day}" in home.text


async def test_a_planner_changes_the_rule_of_a_business(desk: Desk) -> None:
    hall = await a_hall()
    of = await a_type(hall=hall)
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    assert 'name="offer_minutes" value="30"' in (await desk.open(f"/console/waitlist?type_id={of.id}")).text
    saved = await desk.press("/console/waitlist/rule", type_id=of.id, waitlist="1", **RULE)
    assert "已保存" in saved.text
    assert await waiting_rules.of(of.id) == Rule(waitlist=True, **RULE)
    await desk.press("/console/waitlist/rule", type_id=of.id, **RULE)  # a box that is not ticked is not sent
    assert not (await waiting_rules.of(of.id)).waitlist
    wrong = await desk.press("/console/waitlist/rule", type_id=of.id, **{**RULE, "offer_minutes": 1})
    assert (wrong.status_code, "5 至 1440" in wrong.text) == (422, True)
    deeds = await desk.open(f"/console/schedule/beside?type_id={of.id}")
    assert "修改候补与冷却规则" in deeds.text
    assert "退回的名额" in deeds.text
    assert f"冷却 {RULE['cooling']}" not in deeds.text


async def test_other_halls_are_neither_seen_nor_changed(desk: Desk) -> None:
    slot, _, held = await a_full_slot()
    foreign = await AppointmentType.get(id=slot.type_id)  # type: ignore[attr-defined]
    hall = await a_hall()
    of = await a_type(hall=hall)
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await a_colleague(("window", hall.path), username="zhaoliu")
    await desk.sign_in("wangwu")
    for query in (f"hall={held.hall_code}", f"type_id={foreign.id}"):
        assert (await desk.open(f"/console/waitlist?{query}")).status_code == 403, query
    assert (await desk.press("/console/waitlist/rule", type_id=foreign.id, **RULE)).status_code == 403
    await desk.sign_in("zhaoliu")
    assert (await desk.press("/console/waitlist/rule", type_id=of.id, **RULE)).status_code == 403
    assert await waiting_rules.of(foreign.id) == await waiting_rules.of(of.id) == Rule()
