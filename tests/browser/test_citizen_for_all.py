"""The citizen pages for everybody: small screens, large letters, weak eyes, and hands that only use a keyboard."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from deploy.local.demo_city import ROUND_THE_CLOCK
from tests.browser import measures
from tests.browser.citizen import Citizen, bill_for, closed_case_of
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PUBLIC = (
    "",
    "search?q=身份证",
    "search?q=qqqq",
    "ask?q=身份证丢了怎么补办",
    "guide/id-card-replace",
    "guide/company-register",
    "theme/life_event/birth",
    "scenario/lost-wallet",
    "book",
    f"book/{ROUND_THE_CLOCK.hall}",
    f"book/{ROUND_THE_CLOCK.hall}/{ROUND_THE_CLOCK.code}",
    "progress",
    "bills",
    "login",
    "case/nothing",
    "nowhere",
)
OWN = (
    "", "mine", "bookings", "bills", "progress", "messages", "sessions", "level", "organisations", "wards", "privacy",
    "leave", "policy",
)  # fmt: skip
REACHED = """() => {
  const one = document.activeElement;
  return one.getAttribute('href') || one.labels?.[0]?.textContent || one.textContent;
}"""
BAD_PAGE = """<body style='width: 900px'><input id='a'><button id='a' style='height: 20px'>短</button>
<p style='color: #aaa'>浅</p></body>"""
WIDTHS = (320, 390, 1280)


async def sound(person: Citizen) -> None:
    """The page as it stands, at every width and with large letters on the smallest."""
    page = person.page
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844})
        assert await page.evaluate(measures.OVERFLOW) == [], (page.url, width)
        assert await page.evaluate(measures.SMALL) == [], (page.url, width)
    assert await page.evaluate(measures.NAMELESS) == [], page.url
    assert await page.evaluate(measures.DOUBLE_IDS) == [], page.url
    assert await page.evaluate(measures.PALE) == [], page.url
    assert await page.locator("h1").count() == 1, page.url
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.evaluate("document.documentElement.dataset.large = ''")
    assert await page.evaluate(measures.OVERFLOW) == [], (page.url, "large letters")
    await page.evaluate("delete document.documentElement.dataset.large")


async def test_the_measures_find_what_is_wrong(phone: "Page") -> None:
    await phone.set_content(BAD_PAGE)
    for measure in (measures.OVERFLOW, measures.SMALL, measures.NAMELESS, measures.DOUBLE_IDS, measures.PALE):
        assert await phone.evaluate(measure) != []


async def test_public_pages(phone: "Page", whole_house: Launched) -> None:
    visitor = Citizen(phone, whole_house, "赵六")
    for screen in PUBLIC:
        await visitor.opens(screen)
        await sound(visitor)
    assert visitor.trouble == []


async def test_own_pages(phone: "Page", whole_house: Launched) -> None:
    person = Citizen(phone, whole_house, "赵六")
    await person.opens("login")
    await person.signs_in()
    await person.opens("real-name")
    await sound(person)
    await person.proves_the_name()
    await person.sees("已实名")
    bill = await bill_for(whole_house, person.name, fen=2000, title="居民身份证工本费")
    case = await closed_case_of(whole_house, person.name, item="普通护照签发")
    for screen in (*OWN, f"bill/{bill}", f"paid/{bill}", f"case/{case}", f"rate/case/{case}"):
        await person.opens(screen)
        await sound(person)
    await person.chooses_a_slot()
    await sound(person)
    await person.presses("确认预约")
    await phone.locator(".qr img").wait_for()
    await sound(person)
    phone.once("dialog", lambda asked: asked.accept())
    await person.presses("取消预约")
    await phone.get_by_text("已取消", exact=True).first.wait_for()
    assert person.trouble == []


async def test_nothing_moves_for_who_asked_for_stillness(phone: "Page", whole_house: Launched) -> None:
    answered = asyncio.Event()

    async def late(route: "Route") -> None:
        await answered.wait()
        await route.continue_()

    await phone.route("**/v1/halls", late)
    await phone.goto(f"{whole_house.bff}/h5/#/book")
    await phone.locator("#main .skeleton").first.wait_for()
    assert await phone.evaluate(measures.MOVING) != []
    await phone.emulate_media(reduced_motion="reduce")
    assert await phone.evaluate(measures.MOVING) == []
    answered.set()
    visitor = Citizen(phone, whole_house, "赵六")
    for screen in ("book", "home", "ask?q=身份证丢了怎么补办"):
        await visitor.opens(screen)
        assert await phone.evaluate(measures.MOVING) == [], screen


async def test_the_tab_key_goes_through_home_in_the_order_of_reading(desk: "Page", whole_house: Launched) -> None:
    visitor = Citizen(desk, whole_house, "赵六")
    await visitor.opens("")
    seen = await tabbed(desk, until="#/scenario/")
    first = [
        seen.index(one) for one in ("跳到正文", "#/ask", "搜索事项", "#/login", "#/bills", "#/guide/id-card-replace")
    ]
    assert first == sorted(first)
    assert await desk.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


async def tabbed(page: "Page", *, until: str) -> list[str]:
    """What the tab key reaches, by address or name, up to what contains `until`."""
    seen: list[str] = []
    for _ in range(120):
        await page.keyboard.press("Tab")
        said = await page.evaluate(REACHED)
        seen.append(said)
        if until in said:
            break
    return seen
