"""Choosing a hall by its distance, and a booking whose answer got lost, with the keyboard alone."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from appointments import booking
from identity.models import Citizen
from miniprogram_bff.app import create_app
from tests.browser.citizen import signed_in_with
from tests.browser.test_waiting import sound
from tests.builders.appointments import a_citizen, a_hall, a_type, slots_of_one_day
from tests.builders.doors import sign_in
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def h5() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/h5/"


async def test_the_near_hall_comes_first_once_the_place_is_allowed(h5: str, phone: "Page") -> None:
    for name, latitude in (("远处大厅", 28.40), ("近处大厅", 28.21)):
        hall = await a_hall(name=name)
        hall.longitude, hall.latitude = 123.50, latitude
        await hall.save()
        await slots_of_one_day(1, of=await a_type(hall=hall))
    await phone.context.grant_permissions(["geolocation"])
    await phone.context.set_geolocation({"longitude": 123.50, "latitude": 28.20})
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url))
    await phone.goto(f"{h5}#/book")
    await phone.get_by_role("button", name="按距离排列").click()
    await phone.get_by_text("已按距离由近到远排列").wait_for()
    rows = await phone.locator(".hall").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["近处大厅", "远处大厅"]
    assert "约 1.1 公里" in rows[0]
    assert not [one for one in sent if "28.2" in one]  # where somebody stands stays on the phone
    await sound(phone)


async def test_a_booking_whose_answer_got_lost_is_made_once(h5: str, phone: "Page") -> None:
    citizen = await a_citizen()
    of = await a_type()
    await slots_of_one_day(1, of=of, capacity=5)
    headers = await sign_in(await Citizen.get(id=citizen.number))
    await signed_in_with(phone, h5, headers["Authorization"].removeprefix("Bearer "))
    await phone.goto(f"{h5}#/book/{(await of.hall).code}/{of.code}")
    taken: list[int] = []

    async def answered_into_the_void(route: Any) -> None:
        taken.append((await route.fetch()).status)
        await route.abort()

    await phone.route("**/v1/bookings", answered_into_the_void)
    await phone.locator(".slot").focus()
    await phone.keyboard.press("Enter")
    await phone.keyboard.press("Tab")
    await phone.keyboard.press("Enter")
    await phone.get_by_role("alert").get_by_text("还不知道是否办成").wait_for()
    await sound(phone)
    await phone.unroute("**/v1/bookings")
    await phone.get_by_role("button", name="确认预约").focus()
    await phone.keyboard.press("Enter")
    await phone.get_by_role("heading", name="签到码").wait_for()
    assert taken == [201]
    assert len(await booking.of(citizen)) == 1
