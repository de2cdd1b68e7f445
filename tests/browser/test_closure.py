"""Closing a hall in three clicks, the call list, and two taps on the citizen's phone."""

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app as create_api
from appointments import closure_work
from appointments.closure_models import Closure, ClosureNotice
from appointments.events import RebookOffered
from appointments.models import Appointment
from foundation import clock
from identity.models import Citizen
from miniprogram_bff.app import create_app as create_bff
from notifications import closure_listeners
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import NAMELESS, OVERFLOW, enter, sound
from tests.builders.appointments import a_type
from tests.builders.closures import Shut, announced, booked, morning
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_api()) as base:
        yield f"{base}/console"


@pytest.fixture
async def h5() -> AsyncIterator[str]:
    async with serving(create_bff()) as base:
        yield f"{base}/h5/"


def faults_of(page: "Page") -> list[str]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    return faults


@pytest.mark.parametrize("width", [390, 820, 1280])
async def test_three_clicks(console: str, desk: "Page", width: int) -> None:
    faults = faults_of(desk)
    await desk.set_viewport_size({"width": width, "height": 900})
    of = await a_type()
    await booked(of, 3, await morning(of, days=1))
    await morning(of, days=2, capacity=3)
    await a_colleague(("hall_manager", of.hall.path), username="wangwu")
    await enter(desk, f"{console}/")
    await desk.get_by_role("link", name="关闭大厅并通知改约").click()
    await sound(desk)
    await desk.get_by_label("明天全天").click()
    await desk.get_by_text("看名单").wait_for()
    await sound(desk)
    await desk.get_by_role("button", name="关闭并通知改约").click()
    await desk.wait_for_url("**/console/closure/*")
    await desk.get_by_role("heading", name="停办进度").wait_for()
    await sound(desk)
    made = await Closure.get()
    await closure_work.work_through(closure_id=made.id)
    for row in await ClosureNotice.filter(closure_id=made.id).select_related("appointment"):
        await closure_listeners.tell_closed(
            RebookOffered(appointment_id=row.appointment.id, citizen_id=row.appointment.citizen_id)
        )
    await desk.get_by_role("button", name="同意改约").first.wait_for()  # it comes by itself
    await sound(desk)
    await desk.get_by_role("button", name="已电话通知").first.click()
    await desk.get_by_text("已记为电话通知").wait_for()
    assert await ClosureNotice.filter(state="called").count() == 1
    assert faults == []


async def with_phone(page: "Page", h5: str) -> Shut:
    """The first of a closure's people, signed in on the phone."""
    shut = await announced(worked=True)
    headers = await sign_in(await Citizen.get(id=shut.people[0].number))
    await signed_in_with(page, h5, headers["Authorization"].removeprefix("Bearer "))
    await closure_listeners.tell_closed(
        RebookOffered(appointment_id=shut.bookings[0].id, citizen_id=shut.people[0].number)
    )
    return shut


async def looks_right(page: "Page") -> None:
    await page.wait_for_load_state()  # with its styles
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(OVERFLOW) <= 0
    assert await page.locator("h1").count() == 1


async def test_two_taps(h5: str, phone: "Page") -> None:
    faults = faults_of(phone)
    shut = await with_phone(phone, h5)
    await phone.goto(f"{h5}#/messages")
    await phone.get_by_text("停止办理，请确认改约").click()
    await phone.get_by_role("heading", name="已为您保留").wait_for()
    await looks_right(phone)
    await phone.get_by_role("button", name="确认改约").click()
    await phone.get_by_text("改约成功").wait_for()
    assert await Appointment.filter(citizen_id=shut.people[0].number, state="booked").count() == 1
    assert faults == []


async def test_another_time(h5: str, phone: "Page") -> None:
    faults = faults_of(phone)
    shut = await with_phone(phone, h5)
    await phone.goto(f"{h5}#/bookings")
    await phone.get_by_role("link", name="待改约").click()
    await phone.get_by_role("button", name="看全部时段").click()
    at = clock.shanghai(shut.later[3].starts_at)
    await phone.locator(".slot").filter(has_text=re.compile(f"{at.month}月{at.day}日 .* {at:%H:%M}–")).click()
    await looks_right(phone)
    await phone.get_by_role("button", name="确认改到所选时段").click()
    await phone.get_by_text("改约成功").wait_for()
    (booked_at,) = await Appointment.filter(citizen_id=shut.people[0].number, state="booked")
    assert booked_at.slot_id == shut.later[3].id  # type: ignore[attr-defined]
    assert faults == []


async def test_no_thanks(h5: str, phone: "Page") -> None:
    shut = await with_phone(phone, h5)
    await phone.goto(f"{h5}#/rebook/{(await shut.offer()).code}")
    await phone.get_by_role("button", name="不需要了").click()
    await phone.get_by_role("link", name="重新预约").wait_for()
    await looks_right(phone)
    assert await Appointment.filter(state="held").count() == 0
