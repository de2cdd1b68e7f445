"""The big screen, the kiosk, the calling desk and one's own place, through HTTP."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.hall import display
from appointments import checkin, kiosks
from appointments.hall_models import Ticket
from catalogue.models import Department, Hall
from foundation import clock, database
from identity.models import Citizen
from tests.builders import doors, identity
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, a_slot, a_slot_of_today, a_type
from tests.builders.console import Desk, a_colleague
from tests.builders.hall_queue import a_department, a_walk_in, next_at
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def house() -> AsyncIterator[httpx.AsyncClient]:
    display._looks.clear()
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base, timeout=10) as client:
        yield client


@pytest.fixture
async def hall() -> Hall:
    return await a_hall()


@pytest.fixture
async def police(hall: Hall) -> Department:
    return await a_department(hall=hall)


@pytest.fixture
async def desk(house: httpx.AsyncClient, hall: Hall) -> Desk:
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await Desk(house).sign_in("wangwu")
    return Desk(house)


async def boards(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    async for line in lines:
        if line.startswith("data: "):
            yield json.loads(line[6:])


async def until(found: AsyncIterator[dict[str, Any]], wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(8):
        async for one in found:
            if wanted(one):
                return one
    raise AssertionError("the stream ended")


async def test_the_screen_hears_of_every_call_and_of_no_name(house: httpx.AsyncClient) -> None:
    of = await a_type(check_in_early_minutes=1440)
    hall = await of.hall
    slot = await a_slot_of_today(of=of)
    held, _, _ = await a_held_place(slot=slot, by=await a_citizen(name="欧阳某某"))
    assert hall.name in (await house.get(f"/display/{hall.code}")).text
    async with house.stream("GET", f"/display/{hall.code}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = boards(answer.aiter_lines())
        assert (await until(told, lambda one: True))["calls"] == []
        await checkin.admit(code=held.code, hall_code=hall.code, by=STAFF)
        assert (await until(told, lambda one: one["waiting"]))["next"] == ["A001"]
        await next_at(hall, "3")
        board = await until(told, lambda one: one["calls"])
        assert board["calls"] == [{"number": "A001", "window": "3", "turn": "A001-3-1"}]
        assert "欧阳" not in json.dumps(board, ensure_ascii=False)
    assert not display._open or await asyncio.sleep(1.5) is None
    assert display._open == set()


async def test_there_is_no_screen_of_a_hall_that_is_not_there(house: httpx.AsyncClient) -> None:
    for address in ("/display/nowhere", "/display/nowhere/events"):
        answer = await house.get(address)
        assert answer.status_code == 404
        assert "没有这个大厅" in answer.text
        assert answer.headers["content-type"].startswith("text/html")


async def test_only_so_many_screens_at_once(house: httpx.AsyncClient, hall: Hall, monkeypatch: Any) -> None:
    monkeypatch.setattr(display, "SCREENS_AT_ONCE", 0)
    assert (await house.get(f"/display/{hall.code}/events")).status_code == 503


async def test_a_kiosk_draws_numbers_and_keeps_nothing(
    house: httpx.AsyncClient, hall: Hall, police: Department
) -> None:
    made = await kiosks.set_up(hall_code=hall.code, name="一楼", by=STAFF)
    house.headers["X-Kiosk-Key"] = made.key
    number = identity.id_number()
    wanted = {"department": police.code, "id_number": number}
    lines = (await house.get(f"/kiosk/{hall.code}/departments")).json()
    assert lines["departments"][0] == {
        "code": police.code, "name": police.name, "waiting": 0, "minutes_from": 0, "minutes_to": 15,
    }  # fmt: skip
    drawn = await house.post(f"/kiosk/{hall.code}/walk-in", json=wanted)
    assert drawn.json() == {
        "number": "W001", "kind": "现场", "what": police.name, "ahead": 0, "minutes_from": 0, "minutes_to": 15,
    }  # fmt: skip
    again = await house.post(f"/kiosk/{hall.code}/walk-in", json=wanted)
    assert (again.status_code, again.json()["detail"]) == (409, {"number": "W001"})
    wrong = await house.post(f"/kiosk/{hall.code}/walk-in", json={**wanted, "id_number": number[:-1] + "A"})
    assert wrong.status_code == 422
    assert number[:-1] not in wrong.text
    assert number not in str(await database.fetch("select * from ticket")) + drawn.text + again.text
    born = f"{clock.today().year - 70}0203"
    old = {"department": police.code, "id_number": identity.id_number(born=born)}
    assert (await house.post(f"/kiosk/{hall.code}/walk-in", json=old)).json()["number"] == "P001"


async def test_a_kiosk_checks_in_by_code_by_scan_and_by_document(house: httpx.AsyncClient) -> None:
    of = await a_type(check_in_early_minutes=1440)
    hall = await of.hall
    slot = await a_slot_of_today(of=of, capacity=3)
    number = identity.id_number()
    by_document = doors_actor(await identity.citizen(number=number))
    citizens = [await a_citizen(), await a_citizen(), by_document]
    held = [(await a_held_place(slot=slot, by=one))[0] for one in citizens]
    made = await kiosks.set_up(hall_code=hall.code, name="一楼", by=STAFF)
    house.headers["X-Kiosk-Key"] = made.key
    base = f"/kiosk/{hall.code}"
    scanned = (await checkin.code_for(code=held[1].code, by=citizens[1])).text
    answers = [
        await house.post(f"{base}/check-in", json={"code": held[0].code}),
        await house.post(f"{base}/check-in", json={"code": scanned}),
        await house.post(f"{base}/check-in-by-id", json={"id_number": number}),
    ]
    assert [(one.json()["number"], one.json()["ahead"]) for one in answers] == [("A001", 0), ("A002", 1), ("A003", 2)]
    assert await Ticket.filter(appointment_id=held[2].id, person_masked="").count() == 1
    stale = await house.post(f"{base}/check-in", json={"code": f"{held[0].code}.0000000000000000"})
    assert stale.json()["code"] == "CheckInCodeStale"
    nobody = await house.post(f"{base}/check-in-by-id", json={"id_number": identity.id_number()})
    assert nobody.json()["code"] == "NoBookingToday"
    rows = await database.fetch("select actor from audit_row where action = 'booking.checked_in'")
    assert {row["actor"] for row in rows} == {f"system:kiosk:{made.id}"}


def doors_actor(citizen: Citizen) -> Any:
    from foundation.actor import Actor

    return Actor.citizen(citizen.id)


async def test_a_key_opens_its_own_hall_until_it_is_revoked(house: httpx.AsyncClient, hall: Hall) -> None:
    other = await a_hall()
    made = await kiosks.set_up(hall_code=hall.code, name="一楼", by=STAFF)
    house.headers["X-Kiosk-Key"] = made.key
    assert (await house.get(f"/kiosk/{hall.code}/departments")).status_code == 200
    assert (await house.get(f"/kiosk/{other.code}/departments")).json()["code"] == "KioskUnknown"
    await kiosks.revoke(kiosk_id=made.id, hall_code=hall.code, by=STAFF)
    refused = await house.get(f"/kiosk/{hall.code}/departments")
    assert (refused.status_code, refused.json()["code"]) == (401, "KioskUnknown")


async def test_the_pages_of_a_hall_load_nothing_from_elsewhere(house: httpx.AsyncClient, hall: Hall) -> None:
    for address in (f"/display/{hall.code}", f"/kiosk/{hall.code}"):
        page = await house.get(address)
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert re.findall(r"<script(?![^>]*src)|<style| style=| on[a-z]+=", page.text) == []
        for asset in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
            assert (await house.get(asset)).status_code == 200, asset


async def test_a_window_draws_holds_moves_and_takes_back(desk: Desk, hall: Hall, police: Department) -> None:
    taxes = await a_department(hall=hall, name="税务窗口")
    of_hall = {"hall": hall.code, "window": "3"}
    drawn = await desk.press("/console/day/walk-in", hall=hall.code, department=police.code)
    assert "公安窗口 取号成功，排队号 W001" in drawn.text
    first = await desk.press("/console/day/walk-in", hall=hall.code, department=police.code, priority="military")
    assert "P001，前面没有人等候" in first.text
    assert "请 P001 到窗口 3" in (await desk.press("/console/day/next", **of_hall)).text
    page = await desk.open(f"/console/day?hall={hall.code}&window=3")
    assert "军人" in page.text
    (ticket,) = re.findall(r'id="hold-(\d+)"', page.text)
    assert "已挂起" in (await desk.press("/console/day/hold", **of_hall, ticket_id=ticket)).text
    assert 'id="resume-' in (await desk.open(f"/console/day/queue?hall={hall.code}&window=3")).text
    assert "已恢复排队" in (await desk.press("/console/day/resume", **of_hall, ticket_id=ticket)).text
    nowhere = await desk.press("/console/day/transfer", hall=hall.code, ticket_id=ticket)
    assert (nowhere.status_code, "请选择要转往的部门或窗口" in nowhere.text) == (422, True)
    moved = await desk.press("/console/day/transfer", hall=hall.code, ticket_id=ticket, department=taxes.code)
    assert "已转办" in moved.text
    assert (await Ticket.get(id=ticket)).department_id == taxes.id
    wrong = await desk.press("/console/day/walk-in", hall=hall.code, department=police.code, priority="vip")
    assert (wrong.status_code, "老年人、残疾人或军人" in wrong.text) == (422, True)


async def test_who_comes_late_is_let_in_at_the_desk(desk: Desk, hall: Hall) -> None:
    of = await a_type(hall=hall, check_in_late_minutes=0)
    slot = await a_slot(
        of=of, capacity=2, starts_at=clock.now() - timedelta(minutes=1), close_at=clock.now() + timedelta(hours=1)
    )
    if slot.day != clock.today():
        pytest.skip("the minute around midnight")
    late, _, _ = await a_held_place(slot=slot)
    refused = await desk.press("/console/day/check-in", hall=hall.code, code=late.code)
    assert (refused.status_code, "已超过签到时间" in refused.text) == (409, True)
    assert "L001" in (await desk.press("/console/day/check-in", hall=hall.code, code=late.code, late="1")).text
    other, _, _ = await a_held_place(slot=slot, by=await a_citizen())
    form = {"hall": hall.code, "code": other.code, "late": "1", "priority": "elderly"}
    assert "P001" in (await desk.press("/console/day/check-in", **form)).text


async def test_a_manager_sets_up_windows_and_kiosks_and_it_is_written_down(
    desk: Desk, hall: Hall, police: Department
) -> None:
    form = {"hall": hall.code, "window": "5", "departments": [police.code]}
    assert "窗口 5 今后办理所选 1 个部门" in (await desk.press("/console/hall/windows", **form)).text
    made = await desk.press("/console/hall/kiosks", hall=hall.code, name="一楼东侧")
    (address,) = re.findall(rf"/kiosk/{hall.code}#key=([\w-]+)", made.text)
    assert (await kiosks.known(key=address)).hall_code == hall.code
    page = await desk.open(f"/console/hall?hall={hall.code}")
    assert address not in page.text  # shown once
    for seen in ("一楼东侧", "公安窗口", "王五", "设置窗口职责", "启用自助机"):
        assert seen in page.text
    (kiosk,) = re.findall(r'id="revoke-(\d+)"', page.text)
    assert "已停用" in (await desk.press("/console/hall/kiosks/revoke", hall=hall.code, kiosk_id=kiosk)).text
    assert 'id="revoke-' not in (await desk.open(f"/console/hall/lists?hall={hall.code}")).text


async def test_a_window_may_not_set_up_and_nobody_works_for_a_hall_of_others(
    house: httpx.AsyncClient, hall: Hall, police: Department
) -> None:
    other = await a_hall()
    foreign = await a_department(hall=other)
    drawn = await a_walk_in(other, foreign)
    await a_colleague(("window", hall.path), username="zhaoliu")
    desk = Desk(house)
    await desk.sign_in("zhaoliu")
    assert (await desk.open(f"/console/hall?hall={hall.code}")).status_code == 403
    assert (await desk.open(f"/console/hall/lists?hall={hall.code}")).status_code == 403
    deeds: list[tuple[str, dict[str, Any]]] = [
        ("hall/windows", {"hall": hall.code, "window": "1"}),
        ("hall/kiosks", {"hall": hall.code, "name": "一楼"}),
        ("hall/kiosks/revoke", {"hall": hall.code, "kiosk_id": 1}),
        ("day/walk-in", {"hall": other.code, "department": foreign.code}),
        *(
            (f"day/{deed}", {"hall": other.code, "ticket_id": drawn.ticket_id, "window": "1"})
            for deed in ("hold", "resume")
        ),
        ("day/transfer", {"hall": other.code, "ticket_id": drawn.ticket_id, "to_window": "1"}),
    ]
    for address, form in deeds:
        assert (await desk.press(f"/console/{address}", **form)).status_code == 403, address
    elsewhere = await desk.press("/console/day/transfer", hall=hall.code, ticket_id=drawn.ticket_id, to_window="1")
    assert elsewhere.status_code == 404
    assert (await Ticket.get(id=drawn.ticket_id)).window == ""


async def test_a_citizen_sees_the_own_place_and_nobody_elses(bff: httpx.AsyncClient) -> None:
    of = await a_type(check_in_early_minutes=1440)
    hall = await of.hall
    slot = await a_slot_of_today(of=of, capacity=2)
    mine, other = await identity.citizen(), await identity.citizen()
    first, second = [(await a_held_place(slot=slot, by=doors_actor(one)))[0] for one in (other, mine)]
    me, them = await doors.sign_in(mine), await doors.sign_in(other)
    address, screen = f"/v1/bookings/{second.code}/queue", f"/v1/screens/booking/{second.code}"
    assert (await bff.get(address, headers=me)).json()["code"] == "NotInLine"
    page = (await bff.get(screen, headers=me)).json()
    assert (page["booking"]["code"], page["place"], page["together"]) == (second.code, None, [])
    assert page["check_in"]["qr_svg"].startswith("<svg")
    for one in (first, second):
        await checkin.admit(code=one.code, hall_code=hall.code, by=STAFF)
    view = (await bff.get(address, headers=me)).json()
    assert (view["ticket_number"], view["state"], view["ahead"], view["called_window"]) == ("A002", "waiting", 1, None)
    assert view["estimate_from"] < view["estimate_to"]
    assert (await bff.get(address, headers=them)).status_code == 404
    page = (await bff.get(screen, headers=me)).json()
    assert (page["place"]["ticket_number"], page["place"]["ahead"], page["check_in"]) == ("A002", 1, None)
    assert (await bff.get(screen, headers=them)).json()["code"] == "BookingNotFound"
    await next_at(hall, "1")
    await next_at(hall, "2")
    view = (await bff.get(address, headers=me)).json()
    assert (view["state"], view["ahead"], view["called_window"], view["estimate_to"]) == ("called", None, "2", None)
