"""`python -m tests.browser.client_screens`: every screen of the client into docs/screens/client, to be looked at before
a release. Most at three widths, in letters of both sizes, the plainer ones on a phone only; eight minutes or so.
"""

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.local.demo_city import ROUND_THE_CLOCK
from tests.browser import pictures, somebody
from tests.browser.citizen import Citizen, signed_in_with
from tests.journeys import walkers
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FOLDER = pictures.SCREENS / "client"
SIZES = ((320, 640), (390, 844), (1280, 800))
HALL = f"book/{ROUND_THE_CLOCK.hall}"
# At every size, and those that differ little from another only on a phone: of 张三, on whom the demo city has things.
SCREENS = {
    "home": "home",
    "search": "search?q=身份证",
    "theme": "theme/life_event/birth",
    "guide": "guide/id-card-replace",
    "scenario": "scenario/new-baby",
    "ask": "ask?q=身份证丢了怎么补办",
    "book": "book",
    "halls": "halls",
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
    "privacy": "privacy",
    "settings": "settings",
    "nothing": "favourites",
    "refused": "guide/no-such-guide",
}
ON_A_PHONE = {
    "providers": "providers",
    "provider": "provider/notary-east",
    "hall-asked": f"hall/{ROUND_THE_CLOCK.hall}",
    "receipt-check": "receipt-check",
    "rate-here": f"rate-here/{ROUND_THE_CLOCK.hall}",
    "policy": "policy",
    "message-settings": "message-settings",
    "topics": "topics",
    "sessions": "sessions",
    "nowhere": "no-such-address",
}
# Of somebody with a long history (`somebody.with_everything`).
FULL_SCREENS = {
    "favourites": "favourites",
    "family": "family",
    "organisations": "organisations",
    "organisation": "organisation/{organisation}",
    "waits": "waits",
    "waiting": "waiting/{waiting}",
    "offered": "waiting/{offered}",
    "draws": "draws",
    "draw": "draw/{draw}",
    "drawn": "draw/{drawn}",
    "queue": "booking/{queue}",
    "rebook": "rebook/{rebook}",
    "credit": "credit",
    "filings": "filings",
    "filing": "filing/{filing}",
    "supplement": "supplement/{supplement}",
    "result": "result/{result}",
    "payments": "payments",
    "settled": "paid/{paid}",
    "receipt": "receipt/{receipt}",
    "refunds": "refunds/{refunds}",
    "copies": "copies",
    "leave": "leave",
}
FULL_ON_A_PHONE = {
    "bookings": "bookings",
    "supplements": "supplements/{supplements}",
    "ratings": "ratings",
    "averages": "averages",
    "consultations": "consultations",
    "consultation": "consultation/{consultation}",
    "answers": "answers",
    "answer": "answer/{answer}",
    "looks": "looks",
    "level": "level",
    "wards": "wards",
}
UNPROVED = {"real-name": "real-name"}  # of somebody who has not proved their name
TOUCH_SCREEN = "kiosk?hall=" + ROUND_THE_CLOCK.hall  # signs nobody in
STANDING = ((1080, 1920), (1280, 800))


async def take_all(browser: "Browser", house: Launched) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    person = Citizen(await pictures.opened(browser, 390, 844), house, "张三")
    await person.is_signed_in()
    codes = await pictures.things_of(person)
    session = await person.page.evaluate("localStorage.getItem('zhijianban.own.token')")
    await person.page.context.close()
    studio = Studio(browser, house)
    await studio.takes(SCREENS, ON_A_PHONE, session, codes)
    await _unusual(Citizen(await pictures.opened(browser, 390, 844), house, person.name), session, codes)
    for width, height in STANDING:
        standing = Citizen(await pictures.opened(browser, width, height), house, person.name)
        await standing.opens(TOUCH_SCREEN)
        await pictures.keep(standing.page, FOLDER / f"kiosk-{width}.jpg")
        await standing.page.context.close()
    # Last, for what happens to them shows in what everybody sees.
    async with somebody.behind(house):
        full, codes = await somebody.with_everything(house)
    await studio.takes(FULL_SCREENS, FULL_ON_A_PHONE, full, codes)
    await studio.takes(UNPROVED, {}, await somebody.without_a_name(house), {})
    await walkers.say_goodbye()


@dataclass
class Studio:
    """Where the same person is taken at every size."""

    browser: "Browser"
    house: Launched

    async def takes(
        self, everywhere: dict[str, str], on_a_phone: dict[str, str], session: str, codes: dict[str, str]
    ) -> None:
        for large in (False, True):
            for width, height in SIZES:
                more = on_a_phone if (width, large) == (390, False) else {}
                person = Citizen(await pictures.opened(self.browser, width, height), self.house, "张三")
                await signed_in_with(person.page, f"{self.house.bff}/h5", session)
                size = f"{width}{'-large' if large else ''}"
                await _through(person, size, {**everywhere, **more}, codes, large=large)
                await person.page.context.close()


async def _through(person: Citizen, size: str, screens: dict[str, str], codes: dict[str, str], *, large: bool) -> None:
    if large:
        await person.opens("settings")
        await person.page.get_by_label("大字版").check()
    for name, address in screens.items():
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
    begun = time.time()
    pictures.of_a_house_of_its_own(take_all)
    for former in FOLDER.glob("*.jpg"):
        if former.stat().st_mtime < begun:  # of a screen that is taken no more
            former.unlink()
    sys.stdout.write(pictures.listed(list(FOLDER.glob("*.jpg"))))


if __name__ == "__main__":
    main()
