"""At the desk, through HTTP: an ID card instead of a code, and people with odd names."""

import html
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from appointments.models import Slot
from foundation.actor import Actor
from tests.builders import identity
from tests.builders.appointments import a_citizen, a_hall, a_held_place, a_type, on_the_day, slots_of_one_day
from tests.builders.console import Desk, a_colleague
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield Desk(client)


async def test_staff_check_in_by_the_number_of_an_id_card(desk: Desk) -> None:
    hall, number = await a_hall(), identity.id_number()
    (slot,) = await slots_of_one_day(1, of=await a_type(hall=hall))
    held, _, _ = await a_held_place(slot=slot, by=Actor.citizen((await identity.citizen(number=number)).id))
    await a_colleague(("window", ""), username="wangwu")
    with on_the_day(held):
        await desk.sign_in("wangwu")
        wrong = await desk.press("/console/day/check-in", hall=hall.code, code=number[:-1] + "A")
        assert wrong.status_code in (404, 422)
        assert number[:-1] not in wrong.text
        assert "排队号 A001" in (await desk.press("/console/day/check-in", hall=hall.code, code=number)).text


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "'); drop table slot; --", '=HYPERLINK("http://x")'])
async def test_a_name_is_nothing_but_a_name(desk: Desk, name: str) -> None:
    hall = await a_hall()
    held, _, _ = await a_held_place(
        slot=(await slots_of_one_day(1, of=await a_type(hall=hall)))[0], by=await a_citizen(name=name)
    )
    await a_colleague(("window", ""), username="wangwu")
    with on_the_day(held):
        await desk.sign_in("wangwu")
        await desk.press("/console/day/check-in", hall=hall.code, code=held.code)
        sheet = await desk.open(f"/console/day?hall={hall.code}&day={held.day}")
    assert held.code in sheet.text
    assert "onerror" not in sheet.text
    assert f"{name[0]}*" in html.unescape(sheet.text)  # masked, and as text
    assert await Slot.filter(id=held.slot_id).exists()
