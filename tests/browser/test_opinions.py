"""Rated badly, mended, confirmed; asked, answered, published: a citizen at 390 pixels and staff at the console."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from api.app import create_app as create_api
from assistant import knowledge
from catalogue import shelf
from feedback.models import Rectification
from foundation import bus
from foundation.actor import Actor
from identity.models import Citizen
from miniprogram_bff.app import create_app as create_bff
from tests.browser import measures
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import DOUBLE_IDS, NAMELESS, OVERFLOW, SMALL, enter
from tests.builders.catalogue import small_city
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.builders.opinions import a_closed_case
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def doors(db: None) -> AsyncIterator[tuple[str, str]]:
    knowledge.forget()
    await small_city()
    await bus.start()
    async with serving(create_bff()) as bff, serving(create_api()) as api:
        yield bff, f"{api}/console"
    await bus.stop()
    shelf.forget()
    knowledge.forget()


async def kept(page: "Page", name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def sound(page: "Page", name: str) -> None:
    await page.wait_for_load_state()  # its styles have come, too
    for width in (1280, 820):
        await page.set_viewport_size({"width": width, "height": 900})
        await kept(page, f"{name}-{width}")
        await page.wait_for_load_state()  # with its styles
        for script in (NAMELESS, SMALL, DOUBLE_IDS):
            assert await page.evaluate(script) == [], name
        assert await page.evaluate(OVERFLOW) <= 0, name


async def sound_on_the_phone(page: "Page", name: str) -> None:
    await kept(page, f"{name}-390")
    for script in (measures.NAMELESS, measures.SMALL, measures.DOUBLE_IDS, measures.OVERFLOW, measures.PALE):
        assert await page.evaluate(script) == [], name


async def open_signed_in(phone: "Page", bff: str) -> str:
    """A citizen with a closed case, signed in on the phone; its number."""
    by, number = await a_closed_case(name="王小明")
    await signs_in(phone, bff, by)
    return number


async def signs_in(phone: "Page", bff: str, by: Actor) -> dict[str, str]:
    headers = await sign_in(await Citizen.get(id=by.number))
    await signed_in_with(phone, f"{bff}/h5/", headers["Authorization"].removeprefix("Bearer "))
    return headers


async def test_what_was_typed_outlives_a_session_and_keys_alone_send_it(doors: tuple[str, str], phone: "Page") -> None:
    bff, _ = doors
    by, number = await a_closed_case(name="王小明")
    headers = await signs_in(phone, bff, by)
    await phone.goto(f"{bff}/h5/#/rate/case/{number}")
    await phone.get_by_label("不满意", exact=True).focus()
    await phone.keyboard.press("Space")
    await phone.get_by_label("等太久").focus()
    await phone.keyboard.press("Space")
    await phone.get_by_label("想说的话").focus()
    await phone.keyboard.type("等了两小时")
    ended = await phone.request.post(f"{bff}/v1/me/sign-out-everywhere", headers=headers)
    assert ended.ok
    await phone.keyboard.press("Tab")
    await phone.keyboard.press("Enter")
    await phone.get_by_role("heading", name="登录指尖办").wait_for()
    await phone.get_by_text("刚才填写的内容不会丢失").wait_for()
    assert unquote(unquote(phone.url)).endswith(f"/login?next=rate/case/{number}")

    await signs_in(phone, bff, by)
    await phone.goto(f"{bff}/h5/#/rate/case/{number}")
    await phone.get_by_label("等太久").wait_for()
    assert await phone.get_by_label("不满意", exact=True).is_checked()
    assert await phone.get_by_label("等太久").is_checked()
    assert await phone.get_by_label("想说的话").input_value() == "等了两小时"
    await phone.get_by_role("button", name="提交评价").press("Enter")
    await phone.get_by_text("您的评价：不满意").wait_for()
    await phone.goto(f"{bff}/h5/#/mine")
    await phone.get_by_role("button", name="退出登录").press("Enter")
    await phone.get_by_text("登录后办得更快").wait_for()
    assert await phone.evaluate("Object.keys(localStorage).filter((one) => one.includes('zhijianban.own'))") == []


async def test_rated_badly_mended_and_confirmed(doors: tuple[str, str], phone: "Page", desk: "Page") -> None:
    bff, console = doors
    number = await open_signed_in(phone, bff)
    await phone.goto(f"{bff}/h5/#/rate/case/{number}")
    await phone.locator(".titled", has_text="评价服务").get_by_text(" · ").wait_for()  # which one it is
    await phone.get_by_label("非常不满意").check()
    await phone.get_by_label("等太久").check()
    await phone.get_by_label("想说的话").fill("等了两小时")
    await sound_on_the_phone(phone, "rate")
    await phone.get_by_role("button", name="提交评价").click()
    await phone.get_by_text("前回访").wait_for()

    await a_colleague(("hall_manager", ""), username="wangwu")
    await enter(desk, f"{console}/ratings")
    await desk.get_by_role("heading", name="待审核的文字 1").wait_for()
    await sound(desk, "ratings")
    await desk.get_by_role("button", name="通过并公开").click()
    await desk.get_by_text("已审核通过").wait_for()
    await desk.get_by_role("link", name="差评整改", exact=True).click()
    await desk.get_by_role("heading", name="待回访 1").wait_for()
    await sound(desk, "rectifications")
    await desk.get_by_role("link", name="等太久").click()
    await desk.get_by_role("button", name="我来办").click()
    await desk.get_by_role("button", name="查看联系方式").click()
    await desk.get_by_text("王小明，电话 13900001234").wait_for()
    await desk.get_by_label("回访情况").fill("已致歉")
    await sound(desk, "rectification")
    await desk.get_by_role("button", name="已回访").click()
    await desk.get_by_label("整改措施（评价人会看到）").fill("加开两个窗口")
    await desk.get_by_role("button", name="整改完成").click()
    await desk.get_by_text("已登记整改结果").wait_for()

    await phone.goto(f"{bff}/h5/#/ratings")
    await phone.get_by_text("加开两个窗口").wait_for()
    await phone.get_by_text("追评（一次）").click()
    await sound_on_the_phone(phone, "my-ratings")
    await phone.get_by_role("button", name="满意", exact=True).click()
    await phone.get_by_text("整改：已办结").wait_for()
    assert (await Rectification.get()).found == "satisfied"
    await phone.goto(f"{bff}/h5/#/averages")
    await phone.get_by_text("只公开已结束的季度").wait_for()
    await sound_on_the_phone(phone, "averages")
    await desk.goto(f"{console}/opinion-figures")
    await sound(desk, "opinion-figures")


async def test_asked_answered_and_published(doors: tuple[str, str], phone: "Page", desk: "Page") -> None:
    bff, console = doors
    await open_signed_in(phone, bff)
    await phone.goto(f"{bff}/h5/#/consult")
    await phone.get_by_label("标题").fill("居住证续签")
    await phone.get_by_label("内容").fill("居住证快到期了，公司又拖欠工资，怎么续签？")
    await phone.get_by_label("同意把问题和答复").check()
    await phone.get_by_text("电话 12333").wait_for()
    await sound_on_the_phone(phone, "consult")
    await phone.get_by_role("button", name="提交").click()
    await phone.get_by_text("已登记").first.wait_for()
    await phone.get_by_role("link", name="查看").click()
    await phone.get_by_text("办理中").wait_for()

    await a_colleague(("agent", ""), ("supervisor", ""), username="wangwu")
    await enter(desk, f"{console}/consultations")
    await sound(desk, "consultations")
    await desk.get_by_role("button", name="领办：居住证续签").click()
    await desk.get_by_label("答复内容").wait_for()
    await desk.get_by_role("button", name="调出章节").click()
    await desk.get_by_label("申请材料", exact=True).check()
    await desk.get_by_label("答复内容").fill("续签请带下面的材料。")
    await sound(desk, "consultation-open")
    await desk.get_by_role("button", name="发送答复").click()
    await desk.get_by_role("heading", name="公开和推广").wait_for()
    await sound(desk, "consultation-answered")
    await desk.get_by_label("问题（改写").fill("居住证怎么续签？")
    await desk.get_by_label("答复", exact=True).fill("带身份证到户政窗口办理。")
    await desk.get_by_role("button", name="匿名公开").click()
    await desk.get_by_text("市民和办事助手都能查到").wait_for()
    await desk.get_by_role("link", name="分办规则").click()
    await desk.get_by_label("承办单位").fill("户政科")
    await desk.get_by_role("button", name="增加规则").click()
    await desk.get_by_role("button", name="停用：户政科").wait_for()
    await sound(desk, "consultation-routes")

    await phone.reload()
    await phone.get_by_text("来源：").wait_for()
    await phone.get_by_label("很有帮助").check()
    await sound_on_the_phone(phone, "consultation")
    await phone.get_by_role("button", name="提交评价").click()
    await phone.get_by_role("button", name="提交评价").wait_for(state="detached")
    await phone.goto(f"{bff}/h5/#/answers?q=居住证怎么续签")
    await sound_on_the_phone(phone, "answers")
    await phone.get_by_role("link", name="居住证怎么续签？").click()
    await phone.get_by_text("带身份证到户政窗口办理。").wait_for()
    await phone.goto(f"{bff}/h5/#/ask")
    await phone.get_by_label("您的问题").fill("居住证怎么续签")
    await phone.keyboard.press("Enter")
    await phone.get_by_role("link", name="有人问过：居住证怎么续签？").wait_for()
    await phone.goto(f"{bff}/h5/#/consultations")
    await phone.get_by_role("heading", name="按编号查询").wait_for()
    await sound_on_the_phone(phone, "consultations")
