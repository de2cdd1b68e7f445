"""问一问 at 390 pixels: suggestions while typing, free slots beside the answer, and the talk again after a reload."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant import hot_questions, knowledge, knowledge_bases, local_words, rule_facts
from catalogue import shelf
from catalogue.models import ServiceItem
from foundation.actor import Actor
from miniprogram_bff.app import create_app
from tests.browser.test_console import NAMELESS, OVERFLOW
from tests.builders import appointments as booking
from tests.builders import learning_log
from tests.builders.assistant import next_edition, publish
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    for forget in (knowledge.forget, shelf.forget, hot_questions.forget, rule_facts.forget):
        forget()
    yield
    for forget in (knowledge.forget, shelf.forget, hot_questions.forget, rule_facts.forget):
        forget()


async def sound(page: "Page", name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    await page.wait_for_load_state()  # with its styles
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(OVERFLOW) <= 0


async def a_district_that_calls_it(said: str, word: str) -> None:
    by = Actor.system("test")
    city = await knowledge_bases.city()
    base = await knowledge_bases.create(code="dong", name="东城区", kind="district", parent_id=city.id, names=[], by=by)
    await local_words.add(base_id=base.id, said=said, word=word, by=by)


async def the_door_knows(bff: str, said: str, place: str) -> None:
    """A change answers within two seconds, not at once: it is asked for until it does."""
    async with httpx.AsyncClient(base_url=bff) as client:
        for _ in range(100):
            answer = await client.post("/v1/ask", json={"question": said, "place": place})
            if answer.json()["passages"]:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(said)


async def test_typed_suggested_answered_and_there_again(phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    item = await publish("居住证申领", "暂住证", materials="居民身份证。", steps="到窗口受理。")
    await ServiceItem.filter(id=item.id).update(bookable=True)
    await next_edition()
    kind = await booking.a_type(item_codes=[item.item_code], cancel_minutes=120)
    await booking.a_slot(of=kind, capacity=7)
    for said in ("居住证要什么材料", "居住证多少钱", "居住证在哪办"):
        for _ in range(3):
            await learning_log.turns(said, kind="answer", item_code=item.item_code, confidence=0.9)
    async with serving(create_app()) as bff:
        await phone.goto(f"{bff}/h5/#/ask")
        await phone.get_by_text("大家都在问").wait_for()
        await phone.get_by_label("您的问题").press_sequentially("zanzhu")
        suggested = phone.get_by_role("listbox", name="您是不是要问").get_by_role("option", name="居住证申领")
        await suggested.wait_for()
        await sound(phone, "ask-suggestions-390")
        await suggested.click()
        free = phone.get_by_role("region", name="最近可约").get_by_role("link").first
        await free.get_by_text("余 7 个").wait_for()
        await sound(phone, "ask-slots-390")
        assert f"/{kind.code}?date=" in str(await free.get_attribute("href"))
        await phone.get_by_label("您的问题").fill("怎么取消预约")
        await phone.keyboard.press("Enter")
        await phone.get_by_text("最晚在开始前 2 小时").wait_for()
        await phone.get_by_role("link", name="我的预约", exact=True).wait_for()
        await phone.reload()
        await phone.get_by_text("最晚在开始前 2 小时").wait_for()
        assert await phone.get_by_role("link", name="居住证申领", exact=True).count() == 1
        await sound(phone, "ask-again-390")
        await a_district_that_calls_it("小本本", "居住证申领")
        await the_door_knows(bff, "小本本", "dong")
        await phone.goto(f"{bff}/h5/#/ask?place=dong")
        await phone.get_by_label("您的问题").fill("小本本")
        await phone.keyboard.press("Enter")
        await phone.get_by_text("来源：全市 · 《居住证申领》办事指南第 1 版").wait_for()
        await sound(phone, "ask-base-390")
    assert faults == []
