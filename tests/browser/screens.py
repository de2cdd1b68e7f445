"""`python -m tests.browser.screens`: the pictures of README, taken anew from a demo of its own, into docs/screens."""

import sys
from typing import TYPE_CHECKING

from tests.browser import pictures
from tests.browser.citizen import Citizen
from tests.launched import ROOT, Launched

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

ADDRESSES = {
    "home": "home",
    "guide": "guide/id-card-replace",
    "ask": "ask?q=身份证丢了咋整，要多少钱",
    "booking": "booking/{booking}",
    "progress": "case/{case}",
    "rate": "rate/case/{case}",
}


async def take_all(browser: "Browser", house: Launched) -> None:
    await _citizen(Citizen(await pictures.opened(browser, 390, 760, sharp=1.5), house, "张三"))
    await _staff(await pictures.opened(browser, 1280, 800), house)


async def _citizen(person: Citizen) -> None:
    page = person.page
    await person.is_signed_in()
    codes = await pictures.things_of(person)
    for name, address in ADDRESSES.items():
        await person.opens(address.format(**codes))
        await _kept(page, name)
    await person.opens(f"bill/{codes['bill']}")
    await person.presses("微信支付")
    await page.get_by_role("button", name="确认支付").wait_for()
    await _kept(page, "wallet")
    await person.presses("确认支付")
    await page.locator("[data-result=settled]").wait_for()
    await _kept(page, "paid")


async def _staff(page: "Page", house: Launched) -> None:
    account = next(one for one in house.accounts["staff"] if one["username"] == "centre")
    await page.goto(f"{house.api}/console/login")
    await page.get_by_label("用户名").fill(account["username"])
    await page.get_by_label("密码").fill(account["password"])
    await page.get_by_role("button", name="登录").click()
    await page.get_by_role("heading", name="今日概况").wait_for()
    await _kept(page, "console")
    await page.get_by_role("link", name="预约", exact=True).click()
    await page.get_by_role("link", name="周视图").click()
    await page.wait_for_url("**/console/week*")  # the page before it has businesses to choose, too
    await page.get_by_role("navigation", name="预约业务").get_by_role("link").nth(1).click()
    await page.get_by_role("link", name="下一周").click()
    await page.locator("table.slots").wait_for()
    await _kept(page, "console-week")


async def _kept(page: "Page", name: str) -> None:
    await pictures.keep(page, pictures.SCREENS / f"{name}.png")


def main() -> None:
    pictures.of_a_house_of_its_own(take_all)
    taken = sorted(pictures.SCREENS.glob("*.png"))
    for picture in taken:
        sys.stdout.write(f"{picture.relative_to(ROOT)}\n")
    sys.stdout.write(pictures.listed(taken))


if __name__ == "__main__":
    main()
