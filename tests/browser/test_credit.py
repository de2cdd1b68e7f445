"""Rules, sanctions and appeals in Chromium: at the console with 390 to 1280 pixels, and on the citizen's phone."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from appointments import appeals, credit, rules
from identity.models import Citizen
from miniprogram_bff.app import create_app as create_bff
from tests.browser import measures
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import enter, sound
from tests.builders.appointments import a_citizen, a_hall, a_type
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.builders.rules import NO_SHOWS, a_rule, no_shows
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/console"


@pytest.mark.parametrize("width", [390, 820, 1280])
async def test_a_rule_is_written_and_changed(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 900})
    await a_type(hall=await a_hall())
    await a_rule("no-show", **NO_SHOWS)
    await a_colleague(("hall_manager", ""), username="wangwu")
    await enter(desk, f"{console}/rules")
    await sound(desk)
    await desk.get_by_label("编号").fill("weekly")
    await desk.get_by_label("对象").select_option("同一证件")
    await desk.get_by_label("期间").select_option("每周")
    await desk.get_by_label("次数").fill("2")
    await desk.get_by_role("button", name="保存规则").click()
    await desk.get_by_text("已保存规则“同一证件每周最多 2 个预约”第 1 版").wait_for()
    await desk.get_by_role("link", name="同一证件每周最多 2 个预约").click()
    await desk.get_by_role("heading", name="历次版本").wait_for()
    await sound(desk)
    await desk.get_by_label("次数").fill("3")
    await desk.get_by_label("名称").fill("每周最多预约 3 次")
    await desk.get_by_role("button", name="保存规则").click()
    await desk.get_by_text("第 2 版，即刻生效").wait_for()
    await desk.get_by_text("第 2 版 同一证件每周最多 3 个预约").wait_for()
    latest = (await rules.versions("weekly"))[0]
    assert (latest.version, latest.rule.name, latest.rule.threshold) == (2, "每周最多预约 3 次", 3)


@pytest.mark.parametrize("width", [390, 820, 1280])
async def test_an_appeal_is_decided_and_a_block_lifted(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 900})
    await a_rule(**NO_SHOWS)
    people = [await a_citizen(name=name) for name in ("李四", "赵六")]
    for one in people:
        await no_shows(one)
    (appealed,), (other,) = [await credit.of(one) for one in people]
    await appeals.file(code=appealed.code, text="当天住院，有医院证明", by=people[0])
    await a_colleague(("hall_manager", ""), username="wangwu")
    await enter(desk, f"{console}/credit")
    await desk.get_by_role("heading", name="待处理的申诉").wait_for()
    await sound(desk)
    await desk.get_by_label("处理意见").fill("证明属实")
    await desk.get_by_role("button", name="通过并解除").click()
    await desk.get_by_text("申诉已通过，限制解除。").wait_for()
    await desk.get_by_role("heading", name="待处理的申诉").wait_for(state="detached")
    assert (await credit.by_id(appealed.id)).state == "lifted"
    await desk.get_by_label("预约码、限制编号或证件号码").fill(other.code)
    await desk.get_by_role("button", name="查找").click()
    await desk.get_by_role("heading", name="查找结果 1").wait_for()
    await desk.get_by_text("解除限制", exact=True).click()
    await desk.get_by_label("原因（会告知本人）").fill("大厅停电，无法签到")
    await desk.get_by_role("button", name="解除", exact=True).click()
    await desk.get_by_text("限制已解除").wait_for()
    assert (await credit.by_id(other.id)).lifted_why == "大厅停电，无法签到"
    await sound(desk)


async def test_a_citizen_reads_why_and_appeals(phone: "Page") -> None:
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    await no_shows(citizen)
    row = await Citizen.get(id=citizen.number)
    token = (await sign_in(row))["Authorization"].removeprefix("Bearer ")
    async with serving(create_bff()) as base:
        await signed_in_with(phone, f"{base}/h5/", token)
        await phone.goto(f"{base}/h5/#/mine")
        await phone.get_by_role("link", name="预约信用").click()
        await phone.get_by_text("同一证件连续 120 天内爽约 2 次，限制预约 90 天").wait_for()
        await phone.get_by_text("对此有异议，提出申诉").click()
        await phone.get_by_label("情况说明").fill("当天住院，有医院证明")
        for script in (measures.NAMELESS, measures.SMALL, measures.DOUBLE_IDS, measures.OVERFLOW, measures.PALE):
            assert await phone.evaluate(script) == []
        await phone.get_by_role("button", name="提交申诉").click()
        await phone.get_by_text("申诉待处理").wait_for()
    (held,) = await credit.of(citizen)
    assert (held.appeal_state, held.appeal_text) == ("open", "当天住院，有医院证明")
