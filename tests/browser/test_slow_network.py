"""A bad network on a phone: what was seen stays readable with its time, what was not can be tried again."""

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.citizen import drawn, signed_in_with
from tests.journeys import walkers
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Route

MADE_BY_AN_OLDER_CLIENT = r"""() => {
  const name = "zhijianban.own.seen./v1/screens/bookings";
  localStorage.setItem(name, localStorage.getItem(name).replace(/"shapes":"[0-9a-f]{12}"/, '"shapes":"of-before"'));
}"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_what_was_seen_stays_and_what_was_not_is_tried_again(phone: "Page", whole_house: Launched) -> None:
    person = await walkers.Citizen(whole_house).arrive()
    booked = (await person.book())["code"]
    h5 = f"{whole_house.bff}/h5/"
    await signed_in_with(phone, h5, person.http.headers["Authorization"].removeprefix("Bearer "))
    await phone.goto(f"{h5}#/bookings")
    await phone.locator(f"a[href='#/booking/{booked}']").wait_for()
    await phone.goto(f"{h5}#/guide/id-card-replace")
    await phone.get_by_text("一眼看清").wait_for()
    await phone.context.set_offline(True)
    await phone.goto(f"{h5}#/bookings")
    await phone.get_by_text(re.compile("网络不通，以下是 .+ 看到的内容")).wait_for()
    await phone.locator(f"a[href='#/booking/{booked}']").wait_for()

    await phone.goto(f"{h5}#/guide/id-card-replace")
    await phone.get_by_text("一眼看清").wait_for()
    await phone.evaluate(MADE_BY_AN_OLDER_CLIENT)
    await phone.goto(f"{h5}#/bookings")  # nothing that these pages could show
    await phone.get_by_role("heading", name="没有打开").wait_for()

    await phone.goto(f"{h5}#/guide/fund-rent")  # never seen before
    await phone.get_by_role("heading", name="没有打开").wait_for()
    await phone.get_by_role("alert").wait_for()
    await phone.context.set_offline(False)
    await phone.get_by_role("button", name="重试").click()
    await phone.get_by_role("heading", level=1, name="住房公积金提取").wait_for()

    await phone.context.set_offline(True)
    await phone.goto(f"{h5}#/answers")  # whose script was never fetched either
    await phone.get_by_text("这一页没有取到").wait_for()
    await phone.get_by_role("button", name="重试").click()
    await phone.get_by_role("button", name="重试").and_(phone.locator(":enabled")).wait_for()
    assert await phone.get_by_role("navigation", name="主导航").is_visible()  # nothing was lost by trying
    await phone.context.set_offline(False)
    await phone.get_by_role("button", name="重试").click()
    await phone.get_by_role("heading", level=1, name="公开答复").wait_for()
    await walkers.say_goodbye()


async def test_a_slow_answer_is_waited_for_and_a_double_tap_books_once(phone: "Page", whole_house: Launched) -> None:
    person = await walkers.Citizen(whole_house).arrive()
    h5, heard = f"{whole_house.bff}/h5/", asyncio.Event()
    sent: list[str] = []

    async def late(route: "Route") -> None:
        await heard.wait()
        await route.continue_()

    def noted(request: "Request") -> None:
        if request.method == "POST" and request.url.endswith("/v1/bookings"):
            sent.append(request.headers["idempotency-key"])

    phone.on("request", noted)
    await signed_in_with(phone, h5, person.http.headers["Authorization"].removeprefix("Bearer "))
    await phone.route("**/v1/screens/type/*", late)
    await phone.goto(f"{h5}#/book/{walkers.HALL}/{walkers.BUSINESS}")
    await phone.locator("#main .skeleton").first.wait_for()
    heard.set()
    await drawn(phone)
    assert await phone.locator("#main .skeleton").count() == 0
    await phone.locator(".slot:not([disabled])", has_text="余").first.click()
    heard.clear()
    await phone.route("**/v1/bookings", late)
    await phone.get_by_role("button", name="确认预约").dblclick()
    heard.set()
    await phone.wait_for_url("**/pages/booking/booking?code=*")
    assert len(sent) == 1
    await walkers.say_goodbye()
