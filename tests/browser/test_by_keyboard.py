"""A life by keyboard alone: ask, read, book, pay, rate. The keys are always somewhere, and are seen there."""

from typing import TYPE_CHECKING

import pytest

from deploy.local.demo_city import ROUND_THE_CLOCK
from tests.browser.citizen import Citizen, drawn, signed_in_with
from tests.browser.keys import Keys
from tests.journeys import walkers
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION, GUIDE = "丢了怎么补办", "居民身份证丢失补领"


async def test_a_life_by_keyboard_alone(desk: "Page", whole_house: Launched) -> None:
    person, bureau = await walkers.Citizen(whole_house).arrive(), walkers.Bureau(whole_house)
    await bureau.bill(person)
    await bureau.case(person, "received", "accepted", "decided", "closed")
    trouble = Citizen(desk, whole_house, person.name).trouble
    keys = Keys(desk)
    token = person.http.headers["Authorization"].removeprefix("Bearer ")
    await signed_in_with(desk, f"{whole_house.bff}/h5", token)
    await desk.goto(f"{whole_house.bff}/h5/")
    await drawn(desk)
    await asks(keys)
    await reads_and_comes_back(keys)
    await answers_one_question(keys)
    await books(keys)
    await pays(keys, whole_house)
    await rates(keys)
    await walkers.say_goodbye()
    assert keys.wrong == []
    assert trouble == []


async def goes_to(keys: Keys, tab: str) -> None:
    """From wherever one is, by the links at the top."""
    await keys.reaches("跳到正文", backwards=True)
    await keys.presses(tab)


async def asks(keys: Keys) -> None:
    page = keys.page
    await keys.presses("跳到正文")
    assert await page.evaluate("document.activeElement.id") == "main"
    await keys.presses("问一问")
    await keys.arrives("问一问")
    await keys.types("您的问题", "身份证")
    await page.get_by_role("listbox", name="您是不是要问").wait_for()
    await page.keyboard.press("ArrowUp")  # the last of them, and back to what was typed
    await page.locator("[role=option][aria-selected=true]:last-child").wait_for()
    await page.keyboard.press("ArrowDown")
    await page.locator("[role=option][aria-selected=true]").wait_for(state="detached")
    await page.keyboard.press("Escape")
    await page.get_by_role("listbox").wait_for(state="detached")
    await page.keyboard.type(QUESTION)  # the keys never left the field
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="有帮助").wait_for()
    await keys.reaches("有帮助", backwards=True)
    await page.keyboard.press("Space")
    await page.locator(".reply:focus", has_text="谢谢您的反馈").wait_for()  # the button is gone, its place is not


async def reads_and_comes_back(keys: Keys) -> None:
    await keys.presses(GUIDE)
    await keys.arrives(GUIDE)
    await keys.presses("流程")
    await keys.page.locator("section:focus", has_text="办理流程").wait_for()
    await keys.reaches("返回", backwards=True)
    await keys.page.keyboard.press("Enter")
    await keys.page.locator("a:focus", has_text=GUIDE).wait_for()  # where one left


async def answers_one_question(keys: Keys) -> None:
    """Of a scenario; the next is another page, no answer to it has the keys, and going back leads to the first."""
    await goes_to(keys, "首页")
    await keys.presses("宝宝出生了")
    await keys.arrives("宝宝出生了")
    await keys.presses("还没领")
    await keys.page.get_by_text("第 2 个问题").wait_for()
    await keys.arrives("宝宝出生了")
    await keys.page.reload()
    await keys.page.get_by_text("第 2 个问题").wait_for()
    await keys.page.go_back()
    await keys.page.get_by_text("第 1 个问题").wait_for()


async def books(keys: Keys) -> None:
    page = keys.page
    await goes_to(keys, "预约")
    await keys.arrives("预约取号")
    await keys.presses("示例市政务服务中心")
    await keys.arrives("示例市政务服务中心")
    await keys.presses(ROUND_THE_CLOCK.name)
    await keys.arrives(ROUND_THE_CLOCK.name)
    await keys.presses("余 2 个", "Space")
    await page.locator(".slot[aria-pressed=true]:focus").wait_for()
    await keys.presses("确认预约")
    await page.locator(".qr img").wait_for()
    await keys.arrives(ROUND_THE_CLOCK.name)
    page.once("dialog", lambda asked: asked.accept())
    await keys.presses("取消预约")
    await page.locator(".actions:focus", has_text="重新预约").wait_for()


async def pays(keys: Keys, house: Launched) -> None:
    await goes_to(keys, "首页")
    await keys.presses("待缴费")
    await keys.arrives("不动产登记费")
    await keys.presses("微信支付")
    await keys.page.wait_for_url(f"{house.sandbox}/**")
    await keys.presses("确认支付")
    await keys.page.locator("[data-result=settled]").wait_for()


async def rates(keys: Keys) -> None:
    page = keys.page
    await goes_to(keys, "首页")
    await keys.presses("请评价")
    await keys.arrives("评价服务")
    await keys.presses("提交评价")
    await page.get_by_role("alert").wait_for()
    await keys.reaches("非常满意", backwards=True)
    await page.keyboard.press("Space")
    await keys.types("想说的话", "很快")
    await keys.presses("提交评价")
    await keys.arrives("感谢您的评价")
