"""A newer client is out: who uses an older one is told, calmly, and goes on as they like."""

from typing import TYPE_CHECKING

import pytest

from miniprogram_bff.app import create_app
from tests.browser.citizen import drawn
from tests.browser.measures import OVERFLOW, PALE, SMALL
from tests.builders.appointments import a_hall
from tests.builders.settings import changed
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


async def go(page: "Page", h5: str, address: str, heading: str) -> None:
    await page.goto(f"{h5}/#/{address}")
    await page.get_by_role("heading", name=heading, exact=True).wait_for()
    await drawn(page)


async def test_it_is_told_until_put_away_and_never_on_a_touch_screen(phone: "Page") -> None:
    hall = await a_hall()
    told = phone.get_by_text("有新版本。").locator("visible=true")
    async with serving(create_app()) as bff:
        h5 = f"{bff}/h5"
        with changed(clients={"oldest": "", "newest": "h5/9999.0.0"}):
            await go(phone, h5, "home", "热门服务")
            await go(phone, h5, "book", "预约取号")
            await told.wait_for()
            for script in (PALE, SMALL, OVERFLOW):
                assert await phone.evaluate(script) == []
            async with phone.expect_event("load"):
                await phone.get_by_role("button", name="刷新").click()
            await phone.get_by_role("heading", name="预约取号").wait_for()
            await go(phone, h5, "home", "热门服务")
            await phone.get_by_role("button", name="以后再说").click()
            assert await told.count() == 0
            await go(phone, h5, "book", "预约取号")
            assert await told.count() == 0

            await phone.reload()
            await go(phone, h5, f"kiosk?hall={hall.code}", hall.name)
            await go(phone, h5, "search?q=", "全部事项")
            assert await told.count() == 0
