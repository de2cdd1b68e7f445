"""`python -m tests.browser.client_screens`: the client's screens at three widths, in letters of both sizes, into
docs/screens/client, to be looked at before a release.
"""

import sys
from typing import TYPE_CHECKING

from deploy.local.demo_city import ROUND_THE_CLOCK
from tests.browser import pictures
from tests.browser.citizen import Citizen, signed_in_with
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FOLDER = pictures.SCREENS / "client"
SIZES = ((320, 640), (390, 844), (1280, 800))
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
    "nothing": "favourites",
    "refused": "guide/no-such-guide",
}
TOUCH_SCREEN = "kiosk?hall=" + ROUND_THE_CLOCK.hall  # signs nobody in
STANDING = ((1080, 1920), (1280, 800))


async def take_all(browser: "Browser", house: Launched) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    person = Citizen(await pictures.opened(browser, 390, 844), house, "张三")
    await person.is_signed_in()
    codes = await pictures.things_of(person)
    session = await person.page.evaluate("localStorage.getItem('zhijianban.own.token')")
    await person.page.context.close()
    for large in (False, True):
        for width, height in SIZES:
            somebody = Citizen(await pictures.opened(browser, width, height), house, person.name)
            await signed_in_with(somebody.page, f"{house.bff}/h5", session)
            await _through(somebody, f"{width}{'-large' if large else ''}", codes, large=large)
            await somebody.page.context.close()
    await _unusual(Citizen(await pictures.opened(browser, 390, 844), house, person.name), session, codes)
    for width, height in STANDING:
        standing = Citizen(await pictures.opened(browser, width, height), house, person.name)
        await standing.opens(TOUCH_SCREEN)
        await pictures.keep(standing.page, FOLDER / f"kiosk-{width}.jpg")
        await standing.page.context.close()


async def _through(person: Citizen, size: str, codes: dict[str, str], *, large: bool) -> None:
    if large:
        await person.opens("settings")
        await person.page.get_by_label("大字版").check()
    for name, address in SCREENS.items():
        await person.opens(address.format(**codes))
        await pictures.keep(person.page, FOLDER / f"{name}-{size}.jpg")


async def _unusual(person: Citizen, session: str, codes: dict[str, str]) -> None:
    """What is seen rarely: before signing in, on its way, without a network, after paying, in the second script."""
    page = person.page
    await person.opens("login")
    await _kept(page, "login")
    await signed_in_with(page, f"{person.house.bff}/h5", session)
    await person.opens("mine")
    await page.route("**/v1/halls", lambda _: None)
    await page.goto(f"{person.house.bff}/h5/#/book")
    await page.locator("#main .skeleton").first.wait_for()
    await _kept(page, "on-its-way")
    await page.unroute("**/v1/halls")
    await page.context.set_offline(True)
    await person.opens("mine")
    await _kept(page, "old")
    await person.opens("guide/fund-rent")
    await _kept(page, "unheard")
    await page.context.set_offline(False)
    await person.opens(f"bill/{codes['bill']}")
    await person.presses("微信支付")
    await page.get_by_role("button", name="确认支付").click()
    await page.locator("[data-result=settled]").wait_for()
    await _kept(page, "paid")
    await person.opens("settings")
    await page.get_by_label("繁體中文").check()
    await page.get_by_role("heading", name="設置").wait_for()
    await person.opens("home")
    await _kept(page, "second-script")
    await page.context.close()


async def _kept(page: "Page", name: str) -> None:
    await pictures.keep(page, FOLDER / f"{name}-390.jpg")


def main() -> None:
    for former in FOLDER.glob("*.jpg"):
        former.unlink()
    pictures.of_a_house_of_its_own(take_all)
    sys.stdout.write(pictures.listed(list(FOLDER.glob("*.jpg"))))


if __name__ == "__main__":
    main()
