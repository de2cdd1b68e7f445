"""Statistics, waitlist and paper in Chromium: charts beside a table, a file to keep, sheets without buttons."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from appointments import waiting_rules, waitlist
from appointments.models import AppointmentType
from tests.browser.measures import OVERFLOW, PALE
from tests.browser.test_console import enter, sound
from tests.builders.appointments import a_citizen, a_full_slot, a_hall, a_held_place, a_type, slots_of_one_day
from tests.builders.console import a_colleague
from tests.builders.past_days import MONDAY, Visit, a_past_slot, a_past_visit
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

A4 = {"width": 703, "height": 1000}  # what its margins leave, in pixels
PRESSED = """() => [...document.querySelectorAll('button, input, select, nav a, .button')]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 200))"""


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/console"


@pytest.mark.parametrize("width", [820, 1280])
async def test_statistics_are_asked_for_compared_and_kept(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 800})
    faults: list[str] = []
    desk.on("pageerror", lambda fault: faults.append(str(fault)))
    desk.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    hall = await a_hall()
    for name, states in (("身份证办理", ("finished", "no_show")), ("户口迁移", ("finished",))):
        slot = await a_past_slot(await a_type(hall=hall, name=name), capacity=4)
        for state in states:
            await a_past_visit(slot, Visit(state, drawn_before=timedelta(0), called_after=6, served=9))
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await enter(desk, f"{console}/statistics")
    await desk.wait_for_url("**/console/statistics")
    await sound(desk)
    await desk.get_by_label("大厅").select_option(hall.code)
    await desk.get_by_label("从").fill(MONDAY.isoformat())
    await desk.get_by_label("到").fill(MONDAY.isoformat())
    await desk.get_by_label("分列").select_option("type")
    await desk.get_by_role("button", name="查看").click()
    row = desk.get_by_role("row", name="身份证办理")
    await row.wait_for()
    assert (await row.get_by_role("cell").all_inner_texts())[:3] == ["4", "2", "50.0"]
    assert await desk.get_by_role("img", name="占用率").count() == 1
    await sound(desk)
    await desk.wait_for_load_state()  # with its styles
    assert await desk.evaluate(PALE) == []
    assert await desk.evaluate(OVERFLOW) == []

    async with desk.expect_download() as kept:
        await desk.get_by_role("link", name="下载表格（CSV）").click()
    download = await kept.value
    assert download.suggested_filename == f"预约统计_{MONDAY}_{MONDAY}_按业务.csv"
    rows = list(csv.DictReader(io.StringIO(Path(await download.path()).read_text("utf-8-sig"))))
    assert [(one["业务"], one["爽约率（%）"]) for one in rows] == [
        ("身份证办理", "50.0"), ("户口迁移", "0.0"), ("合计", "33.3"),
    ]  # fmt: skip
    assert faults == []


@pytest.mark.parametrize("width", [820, 1280])
async def test_a_rule_is_changed_beside_the_list_of_who_waits(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 800})
    slot, _, _ = await a_full_slot()
    of = await AppointmentType.get(id=slot.type_id)  # type: ignore[attr-defined]
    await waitlist.join(slot_id=slot.id, by=await a_citizen(name="李四"))
    await a_colleague(("hall_manager", ""), username="wangwu")
    await enter(desk, f"{console}/waitlist?type_id={of.id}")
    await desk.get_by_text("李*").wait_for()
    await sound(desk)
    await desk.wait_for_load_state()  # with its styles
    assert await desk.evaluate(PALE) == []
    await desk.get_by_label("确认时限（分钟）").fill("45")
    await desk.get_by_role("button", name="保存规则").click()
    await desk.locator("#outcome").get_by_text("已保存").wait_for()
    assert (await waiting_rules.of(of.id)).offer_minutes == 45
    await sound(desk)


async def test_on_paper_there_is_nothing_to_press(console: str, desk: "Page") -> None:
    hall = await a_hall()
    first, _ = await slots_of_one_day(2, of=await a_type(hall=hall))
    held, _, _ = await a_held_place(slot=first)
    await a_colleague(("hall_manager", hall.path), username="wangwu", display_name="王五")
    await enter(desk, f"{console}/day?day={first.day}")
    await desk.get_by_text(held.code).wait_for()
    assert not await desk.get_by_text("王五 打印于").is_visible()
    await desk.set_viewport_size(A4)  # type: ignore[arg-type]
    await desk.emulate_media(media="print")
    for address in (
        f"day?day={first.day}",
        "",
        f"week?day={first.day}",
        f"month?day={first.day}",
        "waitlist",
        "statistics",
    ):
        await desk.goto(f"{console}/{address}")
        assert await desk.evaluate(PRESSED) == [], address
        assert await desk.evaluate(OVERFLOW) == [], address
    await desk.goto(f"{console}/day?day={first.day}")
    await desk.get_by_text("王五 打印于").wait_for()
    assert (
        await desk.locator(".sheet tbody tr").evaluate_all("rows => rows.filter((one) => one.checkVisibility()).length")
        == 1
    )
    assert await desk.locator(".sheet thead").is_visible()
    assert (await desk.pdf(format="A4")).startswith(b"%PDF")
