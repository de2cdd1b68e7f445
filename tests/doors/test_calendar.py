"""Week, month, slot and booking in the console through HTTP: what they show, what they change, and for whom."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from api.console.week import shade
from appointments import checkin, waitlist
from appointments.models import AppointmentType, Slot
from catalogue.models import Hall
from foundation import clock
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, a_type, on_the_day, slots_of_one_day
from tests.builders.console import Desk, a_colleague
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


@pytest.fixture
async def hall() -> Hall:
    return await a_hall()


@pytest.fixture
async def of(hall: Hall) -> AppointmentType:
    return await a_type(hall=hall)


async def manager(desk: Desk, hall: Hall) -> None:
    await a_colleague(("hall_manager", hall.path), username="wangwu", display_name="王五")
    await desk.sign_in("wangwu")


async def test_the_week_of_a_business_leads_to_its_slots(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    first, second = await slots_of_one_day(2, of=of, capacity=1)
    await a_held_place(slot=first)
    await waitlist.join(slot_id=first.id, by=await a_citizen())
    await manager(desk, hall)
    overview = await desk.open(f"/console/week?day={first.day}")
    assert "已约 1，名额 2" in overview.text
    (address,) = re.findall(r'href="(\?[^"]*)" aria-label="[^"]*已约 1，名额 2"', overview.text)
    week = await desk.open(f"/console/week{address.replace('&amp;', '&')}")
    assert "这一周没有号源" in (await desk.open(f"/console/week?type_id={of.id}&day=2020-01-06")).text
    labels = re.findall(r'slot_id=(\d+)" aria-label="([^"]*)"', week.text)
    assert [int(slot_id) for slot_id, _ in labels] == [first.id, second.id]
    assert labels[0][1].endswith("已约 1，名额 1，候补 1 人，已满")
    assert labels[1][1].endswith("已约 0，名额 1")
    month = await desk.open(f"/console/month?day={first.day}&type_id={of.id}")
    assert "已约 1，名额 2" in month.text


async def test_a_slot_is_stopped_and_goes_on(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    await manager(desk, hall)
    unsaid = await desk.press("/console/week/slot/suspend", slot_id=slot.id, reason=" ")
    assert (unsaid.status_code, "请填写原因" in unsaid.text) == (422, True)
    stopped = await desk.press("/console/week/slot/suspend", slot_id=slot.id, reason="设备检修")
    assert (stopped.status_code, stopped.headers["hx-trigger-after-swap"]) == (200, "changed")
    part = await desk.client.get(f"/console/week/slot?slot_id={slot.id}", headers={"HX-Request": "true"})
    assert not part.text.startswith("<!doctype")
    assert re.search("王五</b> 暂停预约<small>设备检修", part.text)
    assert "暂停预约" in (await desk.open(f"/console/week?day={slot.day}&type_id={of.id}")).text
    await desk.press("/console/week/slot/resume", slot_id=slot.id)
    assert (await Slot.get(id=slot.id)).state == "open"


async def test_a_slot_gets_more_places_and_never_fewer(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of, capacity=2)
    await manager(desk, hall)
    assert (await desk.press("/console/week/slot/widen", slot_id=slot.id, to=2)).status_code == 422
    assert "名额已加到 3" in (await desk.press("/console/week/slot/widen", slot_id=slot.id, to=3)).text
    page = await desk.open(f"/console/week/slot?slot_id={slot.id}")
    assert "名额从 2 个加到 3 个" in page.text


async def test_a_slot_that_is_over_is_changed_no_more(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    await manager(desk, hall)
    assert "/console/week/slot/widen" in (await desk.open(f"/console/week/slot?slot_id={slot.id}")).text
    with clock.frozen(slot.ends_at):
        await desk.sign_in("wangwu")
        assert "/console/week/slot/widen" not in (await desk.open(f"/console/week/slot?slot_id={slot.id}")).text


async def test_the_life_of_a_booking_is_told_from_first_to_last(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    held, _, _ = await a_held_place(slot=slot, by=await a_citizen(name="欧阳修"))
    with on_the_day(held):
        await checkin.admit(code=held.code, hall_code=hall.code, by=STAFF)
    await a_colleague(("window", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open(f"/console/day/booking?code={held.code}")
    assert page.status_code == 200
    assert "欧**" in page.text
    assert "欧阳修" not in page.text
    assert re.findall(r"<b>([^<]*)</b> ([^<]*)", page.text.partition('<ol class="deeds">')[2]) == [
        ("本人", "预约"), ("工作人员", "签到"),
    ]  # fmt: skip
    assert (await desk.open("/console/day/booking?code=NOSUCHCODE")).status_code == 404


async def test_slots_and_bookings_of_other_halls_are_neither_seen_nor_changed(desk: Desk, hall: Hall) -> None:
    await a_type(hall=hall)
    foreign = await a_type()
    (slot,) = await slots_of_one_day(1, of=foreign)
    held, _, _ = await a_held_place(slot=slot)
    await manager(desk, hall)
    hall_and_type = (f"hall={held.hall_code}", f"type_id={foreign.id}")
    for address in (*(f"{page}?{one}" for page in ("week", "month") for one in hall_and_type),
                    f"week/slot?slot_id={slot.id}", f"day/booking?code={held.code}"):  # fmt: skip
        assert (await desk.open(f"/console/{address}")).status_code == 403, address
    for deed, fields in (("suspend", {"reason": "停电"}), ("resume", {}), ("widen", {"to": 9})):
        refused = await desk.press(f"/console/week/slot/{deed}", slot_id=slot.id, **fields)
        assert (refused.status_code, "没有这项权限" in refused.text) == (403, True), deed
    await slot.refresh_from_db()
    assert (slot.state, slot.capacity) == ("open", 1)


async def test_a_window_clerk_sees_a_slot_and_changes_nothing(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    await a_colleague(("window", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open(f"/console/week/slot?slot_id={slot.id}")
    assert page.status_code == 200
    assert '<form method="post" action="/console/week' not in page.text
    for deed, fields in (("suspend", {"reason": "停电"}), ("resume", {}), ("widen", {"to": 9})):
        refused = await desk.press(f"/console/week/slot/{deed}", slot_id=slot.id, **fields)
        assert (refused.status_code, "大厅管理员" in refused.text) == (403, True), deed


async def test_a_day_far_away_and_a_slot_that_is_not_there(desk: Desk, hall: Hall, of: AppointmentType) -> None:
    await manager(desk, hall)
    for address, status in (("month?day=2100-12-31", 200), ("week?day=2000-01-01", 200), ("month?day=1999-12-31", 422),
                            ("week/slot?slot_id=1", 404), ("week/slot", 422)):  # fmt: skip
        assert (await desk.open(f"/console/{address}")).status_code == status, address


@pytest.mark.parametrize(
    ("held", "capacity", "dark"),
    [(0, 4, 0), (1, 10, 1), (1, 2, 3), (5, 6, 4), (99, 100, 4), (2, 2, 5), (3, 2, 5), (0, 0, 0)],
)
def test_only_what_is_full_is_darkest(held: int, capacity: int, dark: int) -> None:
    assert shade(held, capacity) == dark
