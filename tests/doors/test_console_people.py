"""代约与查询 at the console: find, see, book; numbers never in an address; every look kept."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.console import person_token
from appointments import booking, checkin
from foundation import database
from foundation.actor import Actor
from identity import verifier
from identity.access import StaffMember
from identity.idnumber import Identity
from identity.models import Citizen
from tests.builders import identity
from tests.builders.appointments import (
    a_citizen,
    a_hall,
    a_held_place,
    a_type,
    booked_and_live,
    on_the_day,
    slots_of_one_day,
)
from tests.builders.console import Desk, a_colleague
from tests.builders.identity import id_number
from tests.builders.people import a_child, a_family_slot, together

WHY = "电话代约"


@pytest.fixture(autouse=True)
def _the_verifier_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    async def agrees(*, name: str, identity: Identity) -> bool:
        return name != "不一致"

    monkeypatch.setattr(verifier, "ask", agrees)


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> AsyncIterator[Desk]:
    """The hotline: 咨询客服 of the whole city."""
    await a_colleague(("agent", ""), username="hotline", display_name="钱七")
    made = Desk(api)
    assert (await made.sign_in("hotline")).status_code == 303
    return made


async def found(desk: Desk, number: str, *, id_type: str = "id_card") -> tuple[str, str]:
    """The page that was shown and the token of the person on it."""
    shown = await desk.press("/console/people/find", id_type=id_type, number=number, reason=WHY)
    assert shown.status_code == 200, shown.text
    _, _, rest = shown.text.partition('name="person" value="')
    return shown.text, rest.partition('"')[0]


async def audited(action: str) -> list[Any]:
    return await database.fetch(
        "select actor, subject, reason, detail from audit_row where action = $1 order by id", action
    )


async def test_find_see_and_book(desk: Desk) -> None:
    number = id_number()
    citizen = await identity.citizen(name="李四", number=number, phone="13800000001")
    of = await a_type()
    (slot,) = await slots_of_one_day(1, of=of)
    page, person = await found(desk, number)
    assert "李*" in page
    assert "138****0001" in page
    assert "须电话通知" in page
    assert number not in page
    record = await desk.press("/console/people/record", person=person, reason=WHY)
    assert "在您负责的大厅没有预约" in record.text
    assert "谁查过" in record.text
    assert "钱七" in record.text
    shown = await desk.press("/console/people/slots", person=person, type_id=of.id, day=slot.day.isoformat())
    assert f'value="{slot.id}"' in shown.text
    key = shown.text.partition('name="key" value="')[2].partition('"')[0]
    given = {"person": person, "type_id": of.id, "slot_id": slot.id, "key": key}
    for _ in range(2):
        booked = await desk.press("/console/people/book", **given)
        assert "预约成功" in booked.text
    (held,) = await booking.of(Actor.citizen(citizen.id))
    assert held.code in booked.text
    assert held.booked_by.startswith("staff:")
    record = await desk.press("/console/people/record", person=person, reason=WHY)
    assert held.code in record.text
    assert "工作人员代约" in record.text
    assert await booked_and_live(slot) == (1, 1)


async def test_by_phone_may_be_several_and_nobody(desk: Desk) -> None:
    for name in ("李四", "王五"):
        await identity.citizen(name=name, phone="13800000002")
    page, _ = await found(desk, "138 0000 0002", id_type="phone")
    assert page.count("打开") == 2 * 2
    assert "没有找到" in (await found(desk, "13900000000", id_type="phone"))[0]
    refused = await desk.press("/console/people/find", id_type="phone", number="12", reason=WHY)
    assert (refused.status_code, "手机号码格式不正确" in refused.text) == (422, True)


async def test_who_is_not_known_is_registered(desk: Desk) -> None:
    number = id_number()
    given = {"name": "赵六", "id_type": "id_card", "number": number, "phone": "13800000003", "reason": WHY}
    page = await desk.press("/console/people/register", **given)
    assert "赵*" in page.text
    row = await Citizen.get(phone_fingerprint__not_isnull=True)
    assert row.verified_at is not None
    assert (await desk.press("/console/people/register", **given)).status_code == 200
    assert await Citizen.all().count() == 1
    refused = await desk.press("/console/people/register", **{**given, "name": "不一致"})
    assert (refused.status_code, "姓名与证件号码不一致" in refused.text) == (409, True)


async def test_moving_and_cancelling(desk: Desk) -> None:
    number = id_number()
    citizen = await identity.citizen(number=number)
    first, second = await slots_of_one_day(2, of=(of := await a_type()))
    held, *_ = await a_held_place(slot=first, by=Actor.citizen(citizen.id))
    _, person = await found(desk, number)
    shown = await desk.press(
        "/console/people/slots", person=person, type_id=of.id, day=second.day.isoformat(), move=held.code
    )
    key = shown.text.partition('name="key" value="')[2].partition('"')[0]
    assert f'name="move" value="{held.code}"' in shown.text
    moved = await desk.press(
        "/console/people/book", person=person, type_id=of.id, slot_id=second.id, key=key, move=held.code
    )
    assert "改约成功" in moved.text
    (now,) = await booking.of(Actor.citizen(citizen.id), live=True)
    refused = await desk.press("/console/people/cancel", person=person, code=now.code, wish="citizen", why="")
    assert "请填写原因" in refused.text
    gone = await desk.press("/console/people/cancel", person=person, code=now.code, wish="citizen", why="来电取消")
    assert "已取消" in gone.text
    assert (await booking.by_id(now.id)).state == "cancelled"


async def test_numbers_are_in_no_address_and_every_look_is_kept(desk: Desk) -> None:
    number = id_number()
    citizen = await identity.citizen(number=number)
    _, person = await found(desk, number)
    await desk.press("/console/people/record", person=person, reason=WHY)
    assert (await desk.open(f"/console/people/find?number={number}")).status_code in (404, 405)
    (row,) = await audited("citizen.found")
    assert row["subject"] == f"citizen:{citizen.id}"
    (row,) = await audited("citizen.bookings_read")
    assert row["reason"] == WHY
    assert number not in str(await database.fetch("select * from audit_row"))


async def test_a_person_is_opened_by_who_found_them(desk: Desk, api: httpx.AsyncClient) -> None:
    citizen = await identity.citizen()
    other = StaffMember(10**6, "别人", ())
    tokens = [
        str(citizen.id),
        f"{citizen.id}.",
        f"{citizen.id}.{'0' * 24}",
        person_token.given(other, citizen.id),
        "x.y",
    ]
    for token in tokens:
        refused = await desk.press("/console/people/record", person=token, reason=WHY)
        assert (refused.status_code, "没有找到这位市民" in refused.text) == (404, True)
    assert await audited("citizen.bookings_read") == []


async def test_another_persons_booking_is_not_there(desk: Desk) -> None:
    number = id_number()
    await identity.citizen(number=number)
    held, *_ = await a_held_place()
    _, person = await found(desk, number)
    refused = await desk.press("/console/people/cancel", person=person, code=held.code, wish="office", why="停电")
    assert refused.status_code == 404


async def test_roles_and_halls(api: httpx.AsyncClient) -> None:
    here, there = await a_hall(), await a_hall()
    ours, theirs = await a_type(hall=here), await a_type(hall=there)
    (slot,) = await slots_of_one_day(1, of=theirs)
    await a_colleague(("window", here.path), username="window")
    await a_colleague(("editor", ""), username="editor")
    number = id_number()
    citizen = await identity.citizen(number=number)
    held, *_ = await a_held_place(slot=slot, by=Actor.citizen(citizen.id))
    desk = Desk(api)
    await desk.sign_in("editor")
    assert (await desk.open("/console/people")).status_code == 403
    assert (await desk.press("/console/people/find", id_type="id_card", number=number, reason=WHY)).status_code == 403
    await desk.sign_in("window")
    assert "代约与查询" in (await desk.open("/console/people?hall=9901")).text  # as the head of a page links to it
    _, person = await found(desk, number)
    record = (await desk.press("/console/people/record", person=person, reason=WHY)).text
    assert held.code not in record
    assert "在其他大厅还有 1 个" in record
    assert f'value="{ours.id}"' in record
    assert f'value="{theirs.id}"' not in record
    day = slot.day.isoformat()
    for address, fields in (
        ("slots", {"type_id": theirs.id, "day": day}),
        ("book", {"type_id": theirs.id, "slot_id": slot.id, "key": "12345678"}),
        ("cancel", {"code": held.code, "wish": "office", "why": "停电"}),
    ):
        assert (await desk.press(f"/console/people/{address}", person=person, **fields)).status_code == 403


async def test_without_script_a_whole_page_comes(desk: Desk) -> None:
    number = id_number()
    await identity.citizen(name="李四", number=number)
    answer = await desk.client.post(
        "/console/people/find",
        data={"id_type": "id_card", "number": number, "reason": WHY},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.text.startswith("<!doctype html>")
    assert "李*" in answer.text


async def test_what_is_typed_is_shown_as_text(desk: Desk) -> None:
    number = id_number()
    await identity.citizen(number=number)
    why = "\"'><script>alert(1)</script>"
    shown = await desk.press("/console/people/find", id_type="id_card", number=number, reason=why)
    assert "<script>" not in shown.text
    person = shown.text.partition('name="person" value="')[2].partition('"')[0]
    record = await desk.press("/console/people/record", person=person, reason=why)
    assert "<script>" not in record.text


async def test_those_no_message_reaches_are_called(desk: Desk) -> None:
    citizen = await identity.citizen(name="李四", number=id_number(), phone="13800000004")
    of = await a_type()
    (slot,) = await slots_of_one_day(1, of=of)
    held, *_ = await a_held_place(slot=slot, by=Actor.citizen(citizen.id))
    page = (await desk.open("/console/people/calls")).text
    assert held.code in page
    assert "13800000004" not in page
    person = page.partition('name="person" value="')[2].partition('"')[0]
    shown = await desk.press("/console/people/phone", person=person, code=held.code)
    assert "13800000004" in shown.text
    (row,) = await audited("citizen.phone_read")
    assert row["subject"] == f"citizen:{citizen.id}"
    assert "已记录" in (await desk.press("/console/people/called", person=person, code=held.code)).text
    assert held.code not in (await desk.open("/console/people/calls")).text


async def test_a_party_checks_in_at_the_desk_and_hears_all_its_numbers(api: httpx.AsyncClient) -> None:
    me = await a_citizen()
    _, slot = await a_family_slot()
    made = await together(slot, me, await a_child(me))
    await a_colleague(("window", ""), username="window")
    desk = Desk(api)
    await desk.sign_in("window")
    with on_the_day(made[0]):
        shown = await checkin.code_for(code=made[0].code, by=me)
        answer = await desk.press("/console/day/check-in", hall=made[0].hall_code, code=shown.text)
    assert "排队号 A001" in answer.text
    assert "同行 A002" in answer.text
