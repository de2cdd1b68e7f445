"""The staff console through HTTP: who may do what for which hall, and a day from timetable to finished visit."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from appointments import booking, checkin
from appointments.models import Schedule, Slot
from foundation import clock, database, settings
from tests.builders.appointments import a_citizen, a_hall, a_held_place, a_type, on_the_day, slots_of_one_day
from tests.builders.console import Desk, a_colleague
from tests.builders.identity import PASSWORD
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

RULES = {
    "release_workdays": 7, "release_time": "08:00", "release_mode": "fixed", "stagger_minutes": 30,
    "stagger_batches": 4, "close_minutes": 0, "cancel_minutes": 120, "check_in_early_minutes": 30,
    "check_in_late_minutes": 15, "audience": "all", "party_most": 1, "slots_needed": 1, "share_back_workdays": 1,
}  # fmt: skip
WAITING = {"offer_minutes": 30, "cooling": "off", "cooling_least_minutes": 10, "cooling_most_minutes": 120}
MORNING = {
    "row": ["1"], "starts": ["09:00"], "ends": ["11:00"], "slot_minutes": ["30"], "windows": ["2"],
    "online_percent": ["100"], "priority_percent": ["0"], "staff_percent": ["0"], "buffer_minutes": ["0"],
    "week_of_month": ["0"], "weekdays": [f"1:{day}" for day in range(1, 8)],
}  # fmt: skip


@pytest.fixture
async def house() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield base


@pytest.fixture
async def desk(house: str) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


async def workday() -> date:
    """A working day soon, for slots that no festival takes away."""
    from foundation.workdays import WorkCalendar

    return (await WorkCalendar.current()).add_workdays(clock.today(), 3)


async def test_the_first_page_leads_to_the_login_and_back(desk: Desk) -> None:
    await a_hall()
    assert (await desk.open("/")).headers["location"] == "/console/"
    sent_away = await desk.open("/console/week?day=2026-11-23")
    assert sent_away.status_code == 303
    login = sent_away.headers["location"]
    assert login == "/console/login?back=%2Fconsole%2Fweek%3Fday%3D2026-11-23"
    await a_colleague(("window", ""), username="wangwu")
    page = await desk.open(login)
    (back,) = re.findall(r'name="back" value="([^"]*)"', page.text)
    entered = await desk.sign_in("wangwu", back=back)
    assert (entered.status_code, entered.headers["location"]) == (303, "/console/week?day=2026-11-23")


@pytest.mark.parametrize("back", ["https://elsewhere.test/", "//elsewhere.test", "/console/..//elsewhere", "/h5/", ""])
async def test_nobody_is_sent_elsewhere_after_the_login(desk: Desk, back: str) -> None:
    await a_colleague(("window", ""), username="wangwu")
    assert (await desk.sign_in("wangwu", back=back)).headers["location"] == "/console/"


async def test_the_cookie_is_for_the_browser_alone(desk: Desk, settings_env: settings.Settings) -> None:
    await a_colleague(("window", ""), username="wangwu")
    cookie = (await desk.sign_in("wangwu")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/console" in cookie
    assert "Secure" not in cookie
    settings.use(settings.load({"ENVIRONMENT": "test", "PUBLIC_API_URL": "https://api.test"}))
    assert "Secure" in (await desk.sign_in("wangwu")).headers["set-cookie"]


async def test_a_locked_account_is_told_so_even_with_the_right_password(desk: Desk) -> None:
    await a_colleague(("window", ""), username="wangwu")
    for _ in range(settings.current().console.lockout_after):
        refused = await desk.sign_in("wangwu", "wrong-password-1")
        assert refused.status_code == 401
    locked = await desk.sign_in("wangwu", PASSWORD)
    assert locked.status_code == 401
    assert "锁定" in locked.text
    assert 'value="wangwu"' in locked.text  # what was typed is still there
    assert PASSWORD not in locked.text
    assert "set-cookie" not in locked.headers


async def test_an_unknown_page_is_a_page(desk: Desk) -> None:
    await a_colleague(("window", ""), username="wangwu")
    stranger = await desk.open("/console/nowhere")
    await desk.sign_in("wangwu")
    for answer in (stranger, await desk.open("/console/nowhere")):
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "没有这个页面" in answer.text
        assert 'href="/console/"' in answer.text
    assert (await desk.open("/nowhere")).json()["code"] == "NotFound"


async def test_signing_out_ends_the_session(desk: Desk) -> None:
    await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    token = desk.client.cookies["console"]
    await desk.press("/console/sign-out")
    desk.client.cookies.set("console", token, path="/console")
    assert (await desk.open("/console/day")).headers["location"].startswith("/console/login")


async def test_a_session_that_is_over_keeps_what_was_typed(desk: Desk) -> None:
    refused = await desk.press("/console/day/check-in", hall="H1", code="ABC")
    assert refused.status_code == 401
    assert "在新窗口登录" in refused.text
    polled = await desk.client.get("/console/day/sheet?hall=H1", headers={"HX-Request": "true"})
    assert polled.status_code == 401
    assert polled.headers["hx-redirect"].startswith("/console/login?back=")


async def test_a_write_from_a_foreign_page_is_refused(desk: Desk) -> None:
    hall = await a_hall()
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    form = {"hall": hall.code, "day": clock.today() + timedelta(days=9), "kind": "closed", "reason": "停电"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.test"}, {}):
        answer = await desk.client.post("/console/special-days", data=form, headers=headers)
        assert answer.status_code == 403
        assert "不是从本站页面" in answer.text
    assert await database.fetchval("select count(*) from schedule_exception") == 0


async def test_a_hall_of_others_is_neither_seen_nor_changed(desk: Desk) -> None:
    ours, theirs = await a_hall(code="A"), await a_hall(code="B", name="另一个政务服务中心")
    await a_type(hall=ours)
    foreign = await a_type(hall=theirs)
    await a_colleague(("hall_manager", ours.path), ("window", ours.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/day")
    assert ours.name in page.text
    assert theirs.name not in page.text
    for address in ("day?hall=B", "day/sheet?hall=B", "day/queue?hall=B", "week?hall=B", "schedule?hall=B",
                    "special-days?hall=B", "slots?hall=B", "types?hall=B", "left-over?hall=B", "left-over/list?hall=B",
                    "quick/open-more?hall=B", "calendar", f"types/beside?type_id={foreign.id}",
                    f"schedule?type_id={foreign.id}", f"schedule/beside?type_id={foreign.id}"):  # fmt: skip
        assert (await desk.open(f"/console/{address}")).status_code == 403, address
    tomorrow = clock.today() + timedelta(days=1)
    deeds: list[tuple[str, dict[str, Any]]] = [
        ("day/check-in", {"code": "ABC", "hall": "B"}),
        ("day/next", {"window": "1", "hall": "B"}),
        *((f"day/{deed}", {"ticket_id": 1, "hall": "B", "window": "1"}) for deed in ("recall", "finish", "missed")),
        ("schedule", {"type_id": foreign.id, "effective_from": tomorrow, **MORNING}),
        ("schedule/preview", {"type_id": foreign.id, "effective_from": tomorrow, **MORNING}),
        ("schedule/slots", {"type_id": foreign.id, "start": tomorrow, "end": tomorrow}),
        ("special-days", {"hall": "B", "day": tomorrow, "kind": "closed", "reason": "停电"}),
        ("types/rules", {"type_id": foreign.id, **RULES}),
        ("types/waiting", {"type_id": foreign.id, **WAITING}),
    ]
    for address, form in deeds:
        refused = await desk.press(f"/console/{address}", **form)
        assert refused.status_code == 403, address
        assert "没有这项权限" in refused.text
    assert await Schedule.all().count() == await Slot.all().count() == 0


async def test_a_window_clerk_plans_nothing(desk: Desk) -> None:
    hall = await a_hall()
    of = await a_type(hall=hall)
    await a_colleague(("window", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    assert "/console/schedule" not in (await desk.open("/console/day")).text
    assert (await desk.open("/console/schedule")).status_code == 403
    tomorrow = clock.today() + timedelta(days=1)
    refused = await desk.press("/console/schedule", type_id=of.id, effective_from=tomorrow, **MORNING)
    assert refused.status_code == 403
    assert "大厅管理员" in refused.text


async def test_somebody_without_a_hall_is_told_so(desk: Desk) -> None:
    await a_colleague(("window", "nowhere/"), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/day")
    assert page.status_code == 403
    assert "还没有可以办理预约的大厅" in page.text


async def test_a_day_from_timetable_to_finished_visit(desk: Desk) -> None:
    hall = await a_hall()
    of = await a_type(hall=hall, release_workdays=60)
    await a_colleague(("hall_manager", hall.path), username="wangwu", display_name="王五")
    await desk.sign_in("wangwu")
    day, start = await workday(), clock.today() + timedelta(days=1)

    tried = await desk.press("/console/schedule/preview", type_id=of.id, effective_from=start, **MORNING)
    assert f"{day.month}-{day.day}" in tried.text
    assert await Schedule.all().count() == 0

    shown = await desk.press("/console/schedule", type_id=of.id, effective_from=start, **MORNING)
    assert await Schedule.all().count() == 0
    assert (await desk.apply(shown)).headers["hx-redirect"] == shown.headers["hx-redirect"]
    again = await desk.press("/console/schedule/slots", type_id=of.id, start=day, end=day)
    assert "没有变化" in again.text
    beside = await desk.open(f"/console/schedule/beside?type_id={of.id}")
    assert re.search("王五</b> 应用变更", beside.text)
    assert re.search("王五</b> 保存排班", beside.text)

    slot = await Slot.filter(type=of, day=day).order_by("starts_at").first()
    assert slot
    held, _, _ = await a_held_place(slot=slot, by=await a_citizen(name="李四"))
    sheet = await desk.open(f"/console/day?hall={hall.code}&day={day}")
    assert held.code in sheet.text
    assert "李*" in sheet.text
    assert "李四" not in sheet.text
    assert "1/2" in sheet.text
    week = await desk.open(f"/console/week?hall={hall.code}&day={day}")
    assert "已约 1，名额 8" in week.text

    with on_the_day(held):
        await _visit(desk, hall.code, held)
    actions = [row["action"] for row in await database.fetch(
        "select action from audit_row where actor like 'staff:%' and action <> 'staff.signed_in' order by id"
    )]  # fmt: skip
    assert actions == [
        "schedule.created", "proposal.applied", "booking.checked_in", "ticket.called", "visit.missed_call",
        "ticket.called", "visit.finished",
    ]  # fmt: skip


async def _visit(desk: Desk, hall: str, held: booking.Booking) -> None:
    """Checked in, called, missed, called again, finished. The clock stands still: the session must be of that day."""
    await desk.sign_in("wangwu")
    wrong = await desk.press("/console/day/check-in", hall=hall, code="NOSUCHCODE")
    assert (wrong.status_code, "没有找到这个预约" in wrong.text) == (404, True)
    came = await desk.press("/console/day/check-in", hall=hall, code=f" {held.code.lower()} ")
    assert "排队号 A001" in came.text
    twice = await desk.press("/console/day/check-in", hall=hall, code=held.code)
    assert (twice.status_code, "排队号：A001" in twice.text) == (409, True)
    unnamed = await desk.press("/console/day/next", hall=hall, window=" ")
    assert (unnamed.status_code, "请先选择窗口号" in unnamed.text) == (422, True)
    assert "请 A001 到窗口 3" in (await desk.press("/console/day/next", hall=hall, window="3")).text
    page = await desk.open(f"/console/day?hall={hall}&window=3")
    (ticket,) = re.findall(r'id="finish-(\d+)"', page.text)
    of_it = {"hall": hall, "window": "3", "ticket_id": ticket}
    assert "过号" in (await desk.press("/console/day/missed", **of_it)).text
    assert "第 2 次" in (await desk.press("/console/day/recall", **of_it)).text
    assert "A001 已办结" in (await desk.press("/console/day/finish", **of_it)).text
    over = await desk.press("/console/day/finish", **of_it)
    assert over.status_code == 409
    nobody = await desk.press("/console/day/next", hall=hall, window="3")
    assert (nobody.status_code, "没有等候" in nobody.text) == (409, True)
    assert "已办结" in (await desk.open(f"/console/day/sheet?hall={hall}&day={held.day}")).text


async def test_the_code_on_the_phone_checks_in_too(desk: Desk) -> None:
    hall = await a_hall()
    (slot,) = await slots_of_one_day(1, of=await a_type(hall=hall))
    held, citizen, _ = await a_held_place(slot=slot)
    await a_colleague(("window", ""), username="wangwu")
    with on_the_day(held):
        await desk.sign_in("wangwu")
        shown = await checkin.code_for(code=held.code, by=citizen)
        forged = await desk.press("/console/day/check-in", hall=hall.code, code=f"{held.code}.0123456789abcdef")
        assert (forged.status_code, "不要使用截图" in forged.text) == (422, True)
        assert "排队号 A001" in (await desk.press("/console/day/check-in", hall=hall.code, code=shown.text)).text


async def test_a_wrong_timetable_is_refused_line_by_line(desk: Desk) -> None:
    of = await a_type()
    await a_colleague(("hall_manager", ""), username="wangwu")
    await desk.sign_in("wangwu")
    tomorrow = clock.today() + timedelta(days=1)

    async def lines(**changed: Any) -> tuple[int, str]:
        answer = await desk.press(
            "/console/schedule", **{"type_id": of.id, "effective_from": tomorrow, **MORNING, **changed}
        )
        return answer.status_code, answer.text

    assert await lines(weekdays=[]) == (422, AnyText("第 1 个时段没有勾选星期"))
    assert await lines(ends=["08:00"]) == (422, AnyText("每天 09:00–08:00：结束时间应晚于开始时间"))
    assert await lines(slot_minutes=[""]) == (422, AnyText("第 1 个时段的号段分钟：应为整数"))
    assert await lines(starts=["09:00", "10:00"]) == (422, AnyText("请刷新页面后重新填写"))
    assert await lines(effective_from="9999-12-31") == (422, AnyText("日期应在 2000 年至 2100 年之间"))
    assert await lines(effective_from=clock.today() - timedelta(days=1)) == (422, AnyText("生效日期不能早于今天"))
    assert await lines(effective_from=clock.today() + timedelta(days=400)) == (422, AnyText("不能晚于一年以后"))
    assert await lines(reason="<script>alert(1)</script>") == (422, AnyText("没有这一项"))
    assert await Schedule.all().count() == 0


async def test_who_has_signed_in_is_not_asked_again(desk: Desk) -> None:
    await a_hall()
    await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    again = await desk.open("/console/login?back=%2Fconsole%2Fweek")
    assert (again.status_code, again.headers["location"]) == (303, "/console/week")
    await desk.press("/console/sign-out")
    assert (await desk.open("/console/login")).status_code == 200


async def test_a_window_clerk_is_told_that_planning_is_not_theirs(desk: Desk) -> None:
    await a_type(hall=await a_hall())
    await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    answer = await desk.open("/console/schedule")
    assert (answer.status_code, "大厅管理员" in answer.text) == (403, True)


async def test_without_scripts_a_deed_answers_with_a_page(desk: Desk) -> None:
    hall = await a_hall()
    await a_type(hall=hall)
    await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.client.post(
        "/console/day/next",
        data={"hall": hall.code, "window": "1"},
        headers={"Sec-Fetch-Site": "same-origin", "Referer": f"{desk.client.base_url}/console/day?hall={hall.code}"},
    )
    assert page.status_code == 409
    assert page.text.startswith("<!doctype html>")
    assert f'href="/console/day?hall={hall.code}"' in page.text


async def test_a_wrong_address_leads_back_to_where_one_was(desk: Desk) -> None:
    await a_type()
    await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    for came_from, back in (("/console/week?day=2026-11-23", "/console/week?day=2026-11-23"), ("", "/console/")):
        headers = {"Referer": f"{desk.client.base_url}{came_from}"} if came_from else {}
        page = await desk.client.get("/console/day?hall=nowhere", headers=headers)
        assert page.status_code == 404
        assert f'href="{back}">返回上一页' in page.text
    assert (await desk.open("/console/day?day=")).status_code == 422
    assert (await desk.open("/console/day?day=0001-01-01")).status_code == 422


async def test_pages_load_nothing_from_elsewhere(desk: Desk) -> None:
    page = await desk.open("/console/login")
    policy = page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    assert "script-src 'self'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r"""(?:src|href|action)="(?!/|#)""", page.text) == []
    assert re.findall(r"<script(?![^>]*src)|<style| style=| on[a-z]+=", page.text) == []
    for asset in re.findall(r'(?:src|href)="(/console/static/[^"]+)"', page.text):
        file = await desk.open(asset)
        assert (file.status_code, file.headers["cache-control"]) == (200, "no-cache"), asset
        assert file.headers["etag"], asset


class AnyText(str):
    """Equal to every text that holds it."""

    def __eq__(self, other: object) -> bool:
        return str(self) in str(other)

    __hash__ = str.__hash__
