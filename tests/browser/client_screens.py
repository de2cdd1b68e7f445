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
    from playwright.async_api import Browser

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
    for width, height in STANDING:
        await _at_a_touch_screen(Citizen(await pictures.opened(browser, width, height), house, "张三"))


async def _through(person: Citizen, size: str, codes: dict[str, str], *, large: bool) -> None:
    if large:
        await person.opens("settings")
        await person.page.get_by_label("大字版").check()
    for name, address in SCREENS.items():
        await person.opens(address.format(**codes))
        await pictures.keep(person.page, FOLDER / f"{name}-{size}.jpg")


async def _at_a_touch_screen(person: Citizen) -> None:
    await person.opens(TOUCH_SCREEN)
    width = (person.page.viewport_size or {})["width"]
    await pictures.keep(person.page, FOLDER / f"kiosk-{width}.jpg")
    await person.page.context.close()


def main() -> None:
    for former in FOLDER.glob("*.jpg"):
        former.unlink()
    pictures.of_a_house_of_its_own(take_all)
    sys.stdout.write(pictures.listed(list(FOLDER.glob("*.jpg"))))


if __name__ == "__main__":
    main()
