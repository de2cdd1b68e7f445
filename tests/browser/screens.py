"""`python -m tests.browser.screens`: the pictures of README, taken anew from a demo of its own, into docs/screens."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from tests.browser.citizen import Citizen, bill_for
from tests.chromium import find
from tests.launched import ROOT, Launched

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

SCREENS = ROOT / "docs" / "screens"
PHONE = {"width": 390, "height": 760}
DESK = {"width": 1280, "height": 800}


async def take_all(house: Launched) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find())
        await _citizen(await _page(browser, PHONE, sharp=1.5), house)
        await _staff(await _page(browser, DESK, sharp=1), house)
        await browser.close()


async def _page(browser: "Browser", size: dict[str, int], *, sharp: float) -> "Page":
    context = await browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        device_scale_factor=sharp,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    return await context.new_page()


async def _citizen(page: "Page", house: Launched) -> None:
    person = Citizen(page, house, "张三")
    await person.is_signed_in()
    code = await bill_for(house, person.name, fen=2000, title="居民身份证工本费")
    await person.chooses_a_slot()
    await person.presses("确认预约")
    await page.locator(".qr-picture").wait_for()
    await _keep(page, "booking")
    for screen, name in (("", "home"), ("guide/id-card-replace", "guide"), ("ask?q=身份证丢了怎么补办", "ask")):
        await person.opens(screen)
        await _keep(page, name)
    await person.opens(f"bill/{code}")
    await person.presses("微信支付")
    await page.get_by_role("button", name="确认支付").wait_for()
    await _keep(page, "wallet")


async def _staff(page: "Page", house: Launched) -> None:
    account = next(one for one in house.accounts["staff"] if one["username"] == "centre")
    await page.goto(f"{house.api}/console/login")
    await page.get_by_label("用户名").fill(account["username"])
    await page.get_by_label("密码").fill(account["password"])
    await page.get_by_role("button", name="登录").click()
    await page.get_by_role("heading", name="今日概况").wait_for()
    await _keep(page, "console")
    await page.get_by_role("link", name="预约", exact=True).click()
    await page.get_by_role("link", name="周视图").click()
    await page.get_by_role("navigation", name="预约业务").get_by_role("link").nth(1).click()
    await page.get_by_role("link", name="下一周").click()
    await page.locator("table.slots").wait_for()
    await _keep(page, "console-week")


async def _keep(page: "Page", name: str) -> None:
    await page.locator("#toast.shown").wait_for(state="hidden")
    await page.wait_for_timeout(600)  # scrolling and pictures come to rest
    await page.screenshot(path=SCREENS / f"{name}.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = Launched(checkout=ROOT, var=Path(folder) / "var")
        house.start()
        try:
            asyncio.run(take_all(house))
        finally:
            house.stop()
    for picture in sorted(SCREENS.glob("*.png")):
        sys.stdout.write(f"{picture.relative_to(ROOT)}  {os.path.getsize(picture) // 1024} KB\n")


if __name__ == "__main__":
    main()
