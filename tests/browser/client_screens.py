"""`python -m tests.browser.client_screens`: the client's main screens at three widths, some in large letters, into
docs/screens/client, to be looked at before a release.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from deploy.local.demo_city import ROUND_THE_CLOCK
from tests.browser.citizen import Citizen, bill_for, closed_case_of
from tests.chromium import find
from tests.launched import ROOT, Launched

if TYPE_CHECKING:
    from playwright.async_api import Page

PICTURES = ROOT / "docs" / "screens" / "client"
SIZES = ((390, 844, False), (320, 640, True), (1280, 800, False), (1280, 800, True))  # width, height, large letters
HALL = f"book/{ROUND_THE_CLOCK.hall}"
SCREENS = {
    "home": "home",
    "search": "search?q=身份证",
    "guide": "guide/id-card-replace",
    "scenario": "scenario/new-baby",
    "ask": "ask?q=身份证丢了怎么补办",
    "book": "book",
    "hall": HALL,
    "type": f"{HALL}/{ROUND_THE_CLOCK.code}",
    "booking": "booking/{booking}",
    "bills": "bills",
    "bill": "bill/{bill}",
    "progress": "progress",
    "case": "case/{case}",
    "rate": "rate/case/{case}",
    "mine": "mine",
    "messages": "messages",
    "consult": "consult",
    "family": "family",
    "privacy": "privacy",
    "settings": "settings",
    "kiosk": "kiosk?hall=" + ROUND_THE_CLOCK.hall,  # the last: a touch screen signs nobody in
}


async def take_all(house: Launched) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find())
        for width, height, large in SIZES:
            context = await browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
            await _take(
                Citizen(await context.new_page(), house, "张三"), f"{width}{'-large' if large else ''}", large=large
            )
            await context.close()
        await browser.close()


async def _take(person: Citizen, size: str, *, large: bool) -> None:
    page = person.page
    await person.is_signed_in()
    if large:
        await person.presses("大字版")
    codes = await _things_of(person)
    for name, address in SCREENS.items():
        await person.opens(address.format(**codes))
        await page.locator("#toast.shown").wait_for(state="hidden")
        await page.wait_for_timeout(500)  # what comes after the screen, and pictures, have come
        await page.screenshot(path=PICTURES / f"{name}-{size}.jpg", type="jpeg", quality=50)


async def _things_of(person: Citizen) -> dict[str, str]:
    page: Page = person.page
    await person.chooses_a_slot()
    await person.presses("确认预约")
    await page.locator(".qr-picture").wait_for()
    booking = page.url.partition("code=")[2].partition("&")[0]
    bill = await bill_for(person.house, person.name, fen=2000, title="居民身份证工本费")
    return {
        "booking": booking,
        "bill": bill,
        "case": await closed_case_of(person.house, person.name, item="普通护照签发"),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = Launched(checkout=ROOT, var=Path(folder) / "var")
        house.start()
        try:
            asyncio.run(take_all(house))
        finally:
            house.stop()
    taken = sorted(PICTURES.glob("*.jpg"))
    sys.stdout.write(f"{len(taken)} pictures, {sum(one.stat().st_size for one in taken) // 1024} KB\n")


if __name__ == "__main__":
    main()
