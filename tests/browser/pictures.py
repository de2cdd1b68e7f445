"""What both commands that take pictures share: a demo city of their own, a visitor with things to show, stillness."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from tests.browser.citizen import Citizen, bill_for, closed_case_of
from tests.chromium import find
from tests.launched import ROOT, Launched

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

SCREENS = ROOT / "docs" / "screens"
AT_REST = 500  # milliseconds: what comes after the screen has come, scrolling and pictures have come to rest


def of_a_house_of_its_own(take: Callable[["Browser", Launched], Awaitable[None]]) -> None:
    """Start a demo city, let `take` go through it, and stop it."""
    with tempfile.TemporaryDirectory() as folder:
        house = Launched(checkout=ROOT, var=Path(folder) / "var")
        house.start()
        try:
            asyncio.run(_in_a_browser(take, house))
        finally:
            house.stop()


async def _in_a_browser(take: Callable[["Browser", Launched], Awaitable[None]], house: Launched) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find())
        await take(browser, house)
        await browser.close()


async def opened(browser: "Browser", width: int, height: int, *, sharp: float = 1) -> "Page":
    """The page of a new visitor, of that size; `sharp` is how many pixels a picture has for one of it."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=sharp,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    return await context.new_page()


async def things_of(person: Citizen) -> dict[str, str]:
    """Who is signed in books a place, is sent a bill, and a case of theirs ends; the codes of all three."""
    await person.chooses_a_slot()
    await person.presses("确认预约")
    await person.page.locator(".qr-picture").wait_for()
    booking = person.page.url.partition("code=")[2].partition("&")[0]
    bill = await bill_for(person.house, person.name, fen=2000, title="居民身份证工本费")
    case = await closed_case_of(person.house, person.name, item="普通护照签发")
    return {"booking": booking, "bill": bill, "case": case}


async def keep(page: "Page", path: Path) -> None:
    """Take the picture once nothing moves, with no pointer over anything."""
    await page.mouse.move(0, 0)
    await page.locator("#toast.shown").wait_for(state="hidden")
    await page.wait_for_timeout(AT_REST)
    quality = {"type": "jpeg", "quality": 32} if path.suffix == ".jpg" else {}
    await page.screenshot(path=path, **quality)  # type: ignore[arg-type]


def listed(pictures: list[Path]) -> str:
    """How many there are, and how large they are together."""
    return f"{len(pictures)} pictures, {sum(one.stat().st_size for one in pictures) // 1024} KB\n"
