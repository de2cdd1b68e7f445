"""Planning at the console, through HTTP: every change is shown first, decided for each person, and then applied."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from api.app import create_app
from appointments import booking, fees
from appointments.closure_models import ClosureNotice
from appointments.models import Appointment, AppointmentType, ScheduleException, Slot
from foundation import clock
from foundation.models import AuditRow, WorkdayOverride
from tests.builders.appointments import a_hall, a_held_place, booked_and_live, citizens
from tests.builders.console import Desk, a_colleague
from tests.builders.planning import a_planned_type, periods, slots_on, workday
from tests.doors.test_console import RULES, WAITING
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        await a_colleague(("hall_manager", ""), ("admin", ""), username="wangwu", display_name="王五")
        yield Desk(client)


async def a_desk_with_slots(desk: Desk, **how: object) -> AppointmentType:
    await desk.sign_in("wangwu")
    return await a_planned_type(periods(**how), hall=await a_hall(code="H"))  # type: ignore[arg-type]


async def closing(desk: Desk, day: object, **more: object) -> httpx.Response:
    return await desk.press("/console/special-days", hall="H", day=day, kind="closed", reason="<b>停电</b>检修", **more)


async def test_a_hall_closes_for_a_day_and_opens_again(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    shown = await closing(desk, day)
    page = await desk.open(shown.headers["hx-redirect"])
    assert "全大厅" in page.text
    assert "-8" in page.text
    assert await Slot.filter(type=of, day=day).count() == 4
    await desk.apply(shown)
    assert await Slot.filter(type=of, day=day).count() == 0
    days = await desk.open("/console/special-days?hall=H")
    assert "&lt;b&gt;停电&lt;/b&gt;检修" in days.text
    assert re.search("王五</b> 应用变更", days.text)
    twice = await closing(desk, day)
    assert (twice.status_code, "已登记例外日" in twice.text) == (409, True)
    (one,) = await ScheduleException.all()
    await desk.apply(await desk.press("/console/special-days/remove", exception_id=one.id))
    assert await Slot.filter(type=of, day=day).count() == 4
    again = await desk.apply(shown)
    assert (again.status_code, "已经应用过" in again.text) == (409, True)


async def test_the_way_back_from_a_preview_is_the_way_there(desk: Desk) -> None:
    await a_desk_with_slots(desk)
    address = (await closing(desk, await workday())).headers["hx-redirect"]
    from_week = await desk.client.get(address, headers={"Referer": "http://h/console/week?hall=H"})
    assert '<a class="button" href="/console/week?hall=H">返回上一页</a>' in from_week.text
    for came in ({}, {"Referer": f"http://h{address}"}, {"Referer": "http://h/console/schedule?hall=H"}):
        assert "返回排班" in (await desk.client.get(address, headers=came)).text


async def test_a_reason_is_asked_for(desk: Desk) -> None:
    await a_desk_with_slots(desk)
    form = {"hall": "H", "day": await workday(), "kind": "closed", "reason": " "}
    assert (await desk.press("/console/special-days", **form)).status_code == 422


async def test_each_person_gets_what_was_chosen(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    first, second, third, _ = await slots_on(of, day)
    kept, moved, cancelled = [(await a_held_place(slot=one))[0] for one in (first, second, third)]
    shown = await closing(desk, day)
    page = await desk.open(shown.headers["hx-redirect"])
    for held in (kept, moved, cancelled):
        assert held.code in page.text
    unsaid = await desk.apply(shown)
    assert (unsaid.status_code, unsaid.text.count("还没有选择")) == (422, 3)
    target = re.findall(rf'value="({moved.id}:[^"|]+\|public)"', page.text)[1]
    choice = [f"{kept.id}:keep", f"{moved.id}:move", f"{cancelled.id}:"]
    unreasoned = await desk.apply(shown, otherwise="cancel", choice=choice, target=[target])
    assert (unreasoned.status_code, "请填写原因" in unreasoned.text) == (422, True)
    done = await desk.apply(shown, otherwise="cancel", choice=choice, target=[target], reason="停电检修")
    result = await desk.open(done.headers["hx-redirect"])
    assert "已由 王五" in result.text
    for line in ("保留 1 人", "改期 1 人", "取消并通知 1 人"):
        assert line in result.text
    states = {row.id: row.state for row in await Appointment.all()}
    assert (states[kept.id], states[moved.id], states[cancelled.id]) == ("booked", "rescheduled", "office_cancelled")
    new = await Appointment.get(citizen_id=moved.citizen_id, state="booked").select_related("slot")
    assert target.startswith(f"{moved.id}:{new.slot.starts_at.isoformat()}")


async def test_a_changed_situation_is_shown_again(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    shown = await closing(desk, day)
    await a_held_place(slot=(await slots_on(of, day))[0])
    refused = await desk.apply(shown, otherwise="cancel", reason="停电检修")
    assert (refused.status_code, "请重新预览" in refused.text) == (409, True)


async def test_two_more_windows_tomorrow_afternoon_in_three_steps(desk: Desk) -> None:
    await desk.sign_in("wangwu")
    tomorrow = clock.today() + timedelta(days=1)
    whole_day = periods("09:00", "17:00", slot_minutes=60)
    of = await a_planned_type(whole_day, hall=await a_hall(code="H"))
    opened = await desk.press("/console/special-days", hall="H", day=tomorrow, kind="open", reason="确保明天办理")
    await desk.apply(opened)
    form = await desk.open("/console/quick/open-more?hall=H")
    filled = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.text))
    assert filled["day"] == tomorrow.isoformat()
    await desk.apply(await desk.press("/console/special-days", **filled))
    places = {f"{clock.shanghai(one.starts_at):%H}": one.capacity for one in await slots_on(of, tomorrow)}
    assert set(places.values()) == {2, 4}
    assert [hour for hour, number in places.items() if number == 4] == ["12", "13", "14", "15", "16"]


async def test_longer_hours_and_fewer_windows_of_one_business(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk, windows=3), await workday()
    other = await a_planned_type(hall=await of.hall)
    hours = {"hall": "H", "day": day, "kind": "hours", "reason": "延时服务", "business": of.id, "starts": "18:00",
             "ends": "19:00", "windows": "", "instead": "0"}  # fmt: skip
    await desk.apply(await desk.press("/console/special-days", **hours))
    assert len(await slots_on(of, day)) == 6
    assert len(await slots_on(other, day)) == 4
    fewer = {"hall": "H", "day": day, "kind": "capacity", "reason": "窗口检修", "business": of.id, "windows": "-1"}
    await desk.apply(await desk.press("/console/special-days", **fewer))
    assert {one.capacity for one in await slots_on(of, day)} == {2}
    page = await desk.open("/console/special-days?hall=H")
    assert "-1 个窗口" in page.text
    assert "延时服务 18:00–19:00" in page.text
    wrong = await desk.press("/console/special-days", **{**fewer, "windows": "0"})
    assert (wrong.status_code, "不能为 0" in wrong.text) == (422, True)
    untimed = await desk.press("/console/special-days", **{**hours, "ends": ""})
    assert (untimed.status_code, "应一起填写" in untimed.text) == (422, True)


async def test_the_calendar_is_the_administrators(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    shown = await desk.press("/console/calendar", day=day, says="off", reason="全市停工")
    await desk.apply(shown)
    assert not await slots_on(of, day)
    assert (await WorkdayOverride.get(day=day)).is_workday is False
    page = await desk.open("/console/calendar")
    assert "全市停工" in page.text
    assert "chinesecalendar-" in page.text
    assert re.search("王五</b> 调整工作日历", page.text)
    unreasoned = await desk.press("/console/calendar", day=day, says="work", reason="")
    assert (unreasoned.status_code, "请填写依据或原因" in unreasoned.text) == (422, True)
    await a_colleague(("hall_manager", ""), username="zhaoliu", display_name="赵六")
    await desk.sign_in("zhaoliu")
    assert (await desk.open("/console/calendar")).status_code == 403
    assert (await desk.open(shown.headers["hx-redirect"])).status_code == 403
    assert (await desk.press("/console/calendar", day=day, says="work", reason="补班")).status_code == 403
    assert "/console/calendar" not in (await desk.open("/console/schedule")).text


async def test_who_is_booked_on_a_day_that_is_off_now_is_told_and_rebooks(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    held = await booking.reserve(slot_id=(await slots_on(of, day))[0].id, by=(await citizens(1))[0], key="off")
    nothing = await desk.press("/console/calendar/close", day=day, reason="调休通知")
    assert "没有因放假而停办" in nothing.text
    await desk.apply(await desk.press("/console/calendar", day=day, says="off", reason="调休通知"), otherwise="keep")
    made = await desk.press("/console/calendar/close", day=day, reason="调休通知")
    assert made.headers["hx-redirect"].startswith("/console/closure/")
    assert await ClosureNotice.filter(appointment__code=held.code, offer="none").count() == 1
    await a_colleague(("hall_manager", ""), username="zhaoliu", display_name="赵六")
    await desk.sign_in("zhaoliu")
    assert (await desk.press("/console/calendar/close", day=day, reason="调休通知")).status_code == 403


async def test_another_halls_preview_is_neither_seen_nor_applied(desk: Desk) -> None:
    await a_desk_with_slots(desk)
    shown = await closing(desk, await workday())
    await a_colleague(("hall_manager", "Z/"), username="zhaoliu", display_name="赵六")
    await desk.sign_in("zhaoliu")
    assert (await desk.open(shown.headers["hx-redirect"])).status_code == 403
    assert (await desk.apply(shown)).status_code == 403
    assert (await desk.open("/console/proposals/404")).status_code == 404


async def test_the_rules_of_a_business_follow_after_a_preview(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    changed = {**RULES, "release_workdays": 60, "close_minutes": 60, "real_name_needed": "1", "audience": "personal"}
    await desk.apply(await desk.press("/console/types/rules", type_id=of.id, **changed))
    await of.refresh_from_db()
    assert (of.close_minutes, of.audience, of.pool_id) == (60, "personal", None)  # type: ignore[attr-defined]
    assert all(one.starts_at - one.close_at == timedelta(hours=1) for one in await slots_on(of, day))
    page = await desk.open(f"/console/types?hall=H&type_id={of.id}")
    assert re.search("王五</b> 修改业务规则", page.text)
    wrong = await desk.press("/console/types/rules", type_id=of.id, **{**changed, "party_most": 11, "pool": "404"})
    assert wrong.status_code == 422
    assert "同行人数上限应为 1 至 10" in wrong.text
    assert "综合窗口应是本大厅" in wrong.text
    saved = await desk.press("/console/types/waiting", type_id=of.id, **{**WAITING, "cooling": "random"})
    assert "候补与冷却规则已保存" in saved.text
    assert 'value="random" selected' in (await desk.open(f"/console/types?hall=H&type_id={of.id}")).text


async def test_the_fee_of_a_business_is_set_shown_and_lifted(desk: Desk) -> None:
    of = await a_desk_with_slots(desk)
    what = {
        "exec_unit_code": "126001",
        "exec_unit_name": "应急管理局",
        "exec_item_code": "126011",
        "exec_item_name": "考试费",
    }
    wrong = await desk.press("/console/types/fee", type_id=of.id, yuan="0.001", **what)
    assert (wrong.status_code, "最多两位小数" in wrong.text) == (422, True)
    assert "预约收费已保存" in (await desk.press("/console/types/fee", type_id=of.id, yuan="80", **what)).text
    page = (await desk.open(f"/console/types?hall=H&type_id={of.id}")).text
    assert 'value="80.00"' in page
    assert "修改预约收费" in page
    await desk.press("/console/types/fee", type_id=of.id)
    assert await fees.of(of.id) is None


async def test_a_slots_places_and_its_pause(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    (slot, *_) = await slots_on(of, day)
    await desk.apply(await desk.press("/console/slots/places", slot_id=slot.id, to=5))
    await desk.press("/console/slots/suspend", slot_id=slot.id, reason="设备检修")
    await slot.refresh_from_db()
    assert (slot.capacity, slot.state) == (5, "suspended")
    page = await desk.open(f"/console/slots?hall=H&type_id={of.id}&day={day}")
    assert "0/5" in page.text
    assert re.search("王五</b> 暂停预约", page.text)
    await desk.press("/console/slots/resume", slot_id=slot.id)
    await slot.refresh_from_db()
    assert slot.state == "open"
    same = await desk.press("/console/slots/places", slot_id=slot.id, to=5)
    assert (same.status_code, "现在的号数：5" in same.text) == (422, True)


async def test_who_is_left_over_is_moved_or_cancelled(desk: Desk) -> None:
    of, day = await a_desk_with_slots(desk), await workday()
    first, second, *_ = await slots_on(of, day)
    held = [await booking.reserve(slot_id=first.id, by=one, key="left") for one in await citizens(2)]
    await desk.apply(await desk.press("/console/slots/places", slot_id=first.id, to=0), otherwise="keep")
    page = await desk.open("/console/left-over?hall=H")
    assert "超出号数" in page.text
    moved = await desk.press("/console/left-over/move", code=held[0].code, slot_id=second.id, reason="窗口检修")
    assert "已改到" in moved.text
    await desk.press("/console/left-over/cancel", code=held[1].code, reason="窗口检修")
    assert "没有需要安置的预约" in (await desk.open("/console/left-over/list?hall=H")).text
    assert await ClosureNotice.filter(appointment__code=held[1].code).count() == 1  # told, with another place to choose
    assert await booked_and_live(first) == (0, 0)
    assert await booked_and_live(second) == (1, 1)
    assert await AuditRow.filter(action="booking.moved", reason="窗口检修").count() == 1
