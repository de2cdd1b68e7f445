"""停办 at the console: from a ready form to the last telephone call; and who may not."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from api.app import create_app
from appointments import closure_notices, closure_work, record
from appointments.closure_models import Closure, ClosureNotice
from appointments.events import RebookOffered
from appointments.models import Slot
from catalogue.models import Hall
from foundation import clock, crypto, database
from foundation.actor import Actor
from foundation.models import AuditRow
from identity.models import Citizen
from notifications import closure_listeners, unreached
from tests.builders.appointments import a_hall, a_type, told
from tests.builders.closures import Shut, announced, booked, morning
from tests.builders.console import Desk, a_colleague
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield Desk(client)


async def sign_in(desk: Desk, path: str = "") -> None:
    await a_colleague(("hall_manager", path), username="wangwu", display_name="王五")
    await desk.sign_in("wangwu")


async def nobody_reached(people: int = 1, *, name: str = "张三", phone: str = "13800000000") -> Shut:
    """A closure whose people have no account anywhere."""
    shut = await announced(people=people, worked=True)
    for one in shut.people:
        sealed = {"phone_sealed": crypto.seal(phone), "phone_fingerprint": crypto.fingerprint(phone, purpose="phone")}
        await Citizen.filter(id=one.number).update(real_name_sealed=crypto.seal(name), **(sealed if phone else {}))
    for one in shut.bookings:
        event = RebookOffered(appointment_id=one.id, citizen_id=one.citizen_id)
        await closure_listeners.tell_closed(event)
    return shut


async def test_three_clicks_close_a_hall_and_rebook_everybody(desk: Desk) -> None:
    of = await a_type()
    _, held = await booked(of, 3, await morning(of, days=1))
    await morning(of, days=2, capacity=4)
    await sign_in(desk, of.hall.path)
    home = await desk.open("/console/day")
    assert f"/console/closure?hall={of.hall.code}" in home.text  # the first click
    page = await desk.open(f"/console/closure?hall={of.hall.code}")
    assert 'name="when" value="tomorrow"' in page.text  # the second
    form = {"hall": of.hall.code, "when": "tomorrow", "reason": "台风", "from_time": "", "until_time": "", "note": ""}
    seen = await desk.press("/console/closure/preview", **form)
    assert re.search(r"取消并改约</dt><dd>3", seen.text)
    assert held[0].code in seen.text
    assert "张*" in seen.text
    assert "张三" not in seen.text
    assert await Closure.all().count() == 0
    done = [await desk.press("/console/closure", **form) for _ in range(2)]  # the third, and an impatient fourth
    made = await Closure.get()
    assert {one.headers["hx-redirect"] for one in done} == {f"/console/closure/{made.id}"}
    progress = await desk.open(f"/console/closure/{made.id}")
    assert re.search(r"等待送达</dt><dd>3", progress.text)
    await closure_work.work_through(closure_id=made.id)
    progress = await desk.open(f"/console/closure/{made.id}/progress")
    assert re.search(r"待改约</dt><dd>3", progress.text)
    assert "王五</b> 停止办理" in progress.text
    assert "台风" in (await desk.open("/console/closure")).text
    assert len(await told("BookingCancelled")) == 3


async def test_a_part_of_a_day_and_a_reason_of_their_own(desk: Desk) -> None:
    of = await a_type()
    slots = await morning(of, days=2, number=3)
    await sign_in(desk)
    day = clock.today() + timedelta(days=2)
    form = {
        "hall": of.hall.code, "when": "span", "from_day": day, "from_time": "09:30", "until_day": day,
        "until_time": "10:00", "reason": "台风", "other": "<b>消防演练</b>", "type_id": of.id, "offer_days": 5,
    }  # fmt: skip
    made = await desk.press("/console/closure", **form)
    assert "hx-redirect" in made.headers, made.text
    assert [one.state for one in await Slot.filter(id__in=[one.id for one in slots]).order_by("starts_at")] == [
        "open", "suspended", "open"
    ]  # fmt: skip
    assert (await Closure.get()).offer_days == 5
    assert "&lt;b&gt;消防演练" in (await desk.open(made.headers["hx-redirect"])).text
    plain = await desk.client.post(
        "/console/closure", data={"hall": of.hall.code, "when": "today", "reason": "停电"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert plain.status_code == 303  # without a script the browser goes there itself


async def test_what_is_wrong_is_said_line_by_line(desk: Desk) -> None:
    of = await a_type()
    await sign_in(desk)
    form = {"hall": of.hall.code, "when": "span", "from_day": clock.today() + timedelta(days=3)}
    early = {"until_day": clock.today() + timedelta(days=1), "reason": "停电"}
    for more, said in (
        (early, "结束时间应晚于开始时间"),
        ({"reason": " "}, "请填写原因"),
        ({"from_time": "25:00", "reason": "停电"}, "开始时间"),
        ({"offer_days": 99, "reason": "停电"}, "优先改约天数"),
    ):
        refused = await desk.press("/console/closure", **form, **more)
        assert (refused.status_code, said in refused.text) == (422, True), refused.text
    assert await Closure.all().count() == 0


async def test_somebody_is_called_and_says_yes(desk: Desk) -> None:
    shut = await nobody_reached(people=2)
    await sign_in(desk, shut.of.hall.path)
    page = await desk.open(f"/console/closure/{shut.closure.id}")
    assert "没有绑定微信或支付宝" in page.text
    assert "13800000000" not in page.text
    first, second = await ClosureNotice.all().order_by("id")
    shown = await desk.press("/console/closure/phone", notice_id=first.id)
    assert "13800000000" in shown.text
    (looked,) = await AuditRow.filter(action="citizen.read")
    assert looked.subject == f"citizen:{shut.people[0].number}"
    accepted = await desk.press("/console/closure/accept", notice_id=first.id)
    assert "已为其改约到" in accepted.text
    called = [await desk.press("/console/closure/called", notice_id=second.id) for _ in range(2)]
    assert [one.status_code for one in called] == [200, 200]
    after = await desk.open(f"/console/closure/{shut.closure.id}/progress")
    assert re.search(r"已电话通知</dt><dd>2", after.text)
    assert re.search(r"已改约</dt><dd>1", after.text)
    assert "没有需要电话通知的人" in after.text
    assert "王五</b> 电话通知" in after.text
    assert await record.call_list(within=[shut.of.hall.path], by=Actor.staff(7)) == []  # the new booking neither


async def test_there_is_nobody_to_call_who_has_answered(desk: Desk) -> None:
    shut = await nobody_reached()
    await sign_in(desk)
    await ClosureNotice.all().update(state="told")
    (notice,) = await ClosureNotice.all()
    refused = await desk.press("/console/closure/called", notice_id=notice.id)
    assert (refused.status_code, "不需要电话通知" in refused.text) == (409, True)
    assert (await desk.open(f"/console/closure/{shut.closure.id + 1}")).status_code == 404


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1+1", "-1", "@SUM(A1)", "\t=1", " =1"])
async def test_the_call_list_is_no_formula(desk: Desk, name: str) -> None:
    shut = await nobody_reached(name=f'{name}"张\n三')
    await database.execute("update appointment_type set name = $1", name)
    await sign_in(desk)
    answer = await desk.open(f"/console/closure/{shut.closure.id}/unreached.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"closure-{shut.closure.id}-unreached.csv" in answer.headers["content-disposition"]
    (head, row) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:2] == ["姓名", "电话"]
    assert row[1] == "13800000000"
    assert row[3] == f"'{name}"
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t")) for cell in row)
    (looked,) = await AuditRow.filter(action="citizen.read")
    assert looked.actor.startswith("staff:")
    seen = await desk.open(f"/console/closure/{shut.closure.id}/progress")
    assert "下载电话通知名单" in seen.text


async def test_who_was_called_is_off_the_list_of_the_hotline_too(desk: Desk) -> None:
    shut = await nobody_reached()
    hotline, within = Actor.staff(7), [shut.of.hall.path]
    (notice,) = await ClosureNotice.all()
    assert len(await record.call_list(within=within, by=hotline)) == 1
    await closure_notices.mark_called(notice_id=notice.id, by=hotline)
    assert await record.call_list(within=within, by=hotline) == []


async def test_without_a_phone_it_says_so(desk: Desk) -> None:
    shut = await nobody_reached(phone="")
    await sign_in(desk)
    (notice,) = await ClosureNotice.filter(closure_id=shut.closure.id)
    assert "没有登记电话" in (await desk.press("/console/closure/phone", notice_id=notice.id)).text


async def test_the_typhoon_turns_away(desk: Desk) -> None:
    shut = await announced()
    await sign_in(desk, shut.of.hall.path)
    assert "撤回停办" in (await desk.open(f"/console/closure/{shut.closure.id}")).text
    done = await desk.press("/console/closure/withdraw", closure_id=shut.closure.id)
    assert "号段恢复预约" in done.text
    assert await Slot.filter(state="suspended").count() == 0
    after = await desk.open(f"/console/closure/{shut.closure.id}/progress")
    assert 'id="withdraw"' not in after.text


async def test_a_hall_of_others_is_neither_closed_nor_seen(desk: Desk) -> None:
    ours = await a_type(hall=await a_hall(code="A"))
    shut = await nobody_reached()
    (notice,) = await ClosureNotice.all()
    await sign_in(desk, ours.hall.path)
    foreign = shut.of.hall.code
    for address in (f"closure?hall={foreign}", f"closure/{shut.closure.id}", f"closure/{shut.closure.id}/progress",
                    f"closure/{shut.closure.id}/unreached.csv"):  # fmt: skip
        assert (await desk.open(f"/console/{address}")).status_code == 403, address
    form = {"hall": foreign, "when": "today", "reason": "停电"}
    for address, fields in (
        ("closure", form), ("closure/preview", form), ("closure/phone", {"notice_id": notice.id}),
        ("closure/called", {"notice_id": notice.id}), ("closure/accept", {"notice_id": notice.id}),
        ("closure/withdraw", {"closure_id": shut.closure.id}),
    ):  # fmt: skip
        assert (await desk.press(f"/console/{address}", **fields)).status_code == 403, address
    assert shut.closure.reason not in (await desk.open("/console/closure")).text
    assert await AuditRow.filter(action="citizen.read").count() == 0


async def test_the_hall_below_sees_its_own_people_and_calls_nothing_off(desk: Desk) -> None:
    top = await a_type()
    below = await Hall.create(
        code="LOW", name="街道大厅", level="town", path=f"{top.hall.path}LOW/", address="示例路 2 号"
    )
    lower = await a_type(hall=below)
    for of in (top, lower):
        await booked(of, 1 if of is top else 2, await morning(of, days=1))
    await a_colleague(("admin", ""), username="chief")
    await desk.sign_in("chief")
    form = {"hall": top.hall.code, "when": "tomorrow", "reason": "台风", "subtree": "1"}
    address = (await desk.press("/console/closure", **form)).headers["hx-redirect"]
    assert re.search(r"共</dt><dd>3", (await desk.open(address)).text)
    await sign_in(desk, below.path)
    seen = (await desk.open(address)).text
    assert re.search(r"共</dt><dd>2", seen)
    assert 'id="withdraw"' not in seen
    assert "台风" in (await desk.open("/console/closure")).text
    refused = await desk.press("/console/closure/withdraw", closure_id=address.rpartition("/")[2])
    assert refused.status_code == 403


async def test_a_window_clerk_closes_nothing(desk: Desk) -> None:
    of = await a_type()
    await a_colleague(("window", of.hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    assert "/console/closure" not in (await desk.open("/console/day")).text
    assert (await desk.open("/console/closure")).status_code == 403
    refused = await desk.press("/console/closure", hall=of.hall.code, when="today", reason="停电")
    assert refused.status_code == 403


async def test_whom_a_text_message_told_nobody_need_call(desk: Desk) -> None:
    shut = await nobody_reached()
    hotline, within = Actor.staff(7), [shut.of.hall.path]
    (notice,) = await ClosureNotice.all()
    await closure_notices.record(notice_id=notice.id, state="told")
    assert await record.call_list(within=within, by=hotline) == []


def test_why_nothing_arrived_is_said_in_words() -> None:
    assert set(unreached.PROBLEMS) - {""} - set(closure_notices.PROBLEMS) == set()
