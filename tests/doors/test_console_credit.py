"""Rules, sanctions and appeals at the console: who may do what for which halls, and that it is done."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from appointments import appeals, credit, rules
from appointments.rule_models import BookingRule, PapersMissing
from foundation import clock, crypto
from foundation.actor import Actor
from foundation.models import AuditRow
from identity.models import Citizen
from tests.builders.appointments import a_citizen, a_hall, a_slot, a_type
from tests.builders.console import Desk, a_colleague
from tests.builders.identity import id_number
from tests.builders.rules import NO_SHOWS, a_rule, an_event, barred, no_shows
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield Desk(client)


async def seated(desk: Desk, role: str, path: str) -> None:
    await a_colleague((role, path), username="wangwu", display_name="王五")
    await desk.sign_in("wangwu")


def a_form(**said: Any) -> dict[str, Any]:
    return {
        "code": "weekly", "effective_from": clock.today(), "subject": "person", "event": "booked", "period": "week",
        "threshold": 2, "sanction": "refuse", **said,
    }  # fmt: skip


async def test_a_rule_from_the_form_to_its_end(desk: Desk) -> None:
    await seated(desk, "hall_manager", "")
    made = await desk.press("/console/rules", **a_form())
    assert "已保存规则“同一证件每周最多 2 个预约”第 1 版，即刻生效" in made.text
    assert "规则编号已存在" in (await desk.press("/console/rules", **a_form())).text
    tomorrow = clock.today() + timedelta(days=1)
    changed = await desk.press("/console/rules", **a_form(known="true", threshold=3, effective_from=tomorrow))
    assert f"第 2 版，自 {tomorrow} 起生效" in changed.text
    page = await desk.open("/console/rules?code=weekly")
    assert re.search("王五</b> 保存预约规则", page.text)
    assert [one.rule.threshold for one in await rules.versions("weekly")] == [3, 2]
    refused = await desk.press("/console/rules/retire", code="weekly", reason="")
    assert refused.status_code == 422
    assert "已停用" in (await desk.press("/console/rules/retire", code="weekly", reason="不再需要")).text
    assert "weekly" not in (await desk.open("/console/rules/lists")).text


async def test_a_rule_needs_no_code_and_no_city_that_is_not_ours(desk: Desk) -> None:
    hall = await a_hall(code="A")
    await seated(desk, "hall_manager", hall.path)
    for _ in range(2):
        assert "已保存" in (await desk.press("/console/rules", **a_form(code="", place=f"hall:{hall.path}"))).text
    assert [one.code for one in await BookingRule.all().order_by("id")] == ["booked-week", "booked-week-2"]
    assert (await desk.press("/console/rules", **a_form(code="", known="true"))).status_code in (403, 404)
    assert '<option value="">全市</option>' not in (await desk.open("/console/rules")).text


async def test_every_fault_of_a_rule_at_once(desk: Desk) -> None:
    await seated(desk, "admin", "")
    form = a_form(event="no_show", period="live", threshold=0, sanction="days", sanction_days=0)
    refused = await desk.press("/console/rules", **form)
    assert refused.status_code == 422
    for part in ("次数应为", "限制天数应为", "任何时候"):
        assert part in refused.text
    unread = await desk.press("/console/rules", **a_form(place="elsewhere", threshold="two"))
    assert unread.status_code == 422
    assert "适用范围：" in unread.text
    assert "次数：" in unread.text
    assert not await BookingRule.exists()


async def test_rules_of_a_hall_are_made_by_its_managers_alone(desk: Desk) -> None:
    ours, theirs = await a_hall(code="A"), await a_hall(code="B", name="另一个政务服务中心")
    mine, foreign = await a_type(hall=ours), await a_type(hall=theirs)
    await seated(desk, "hall_manager", ours.path)
    for place in (f"hall:{ours.path}", f"type:{mine.id}"):
        code = f"rule-{place[0]}"
        assert "已保存" in (await desk.press("/console/rules", **a_form(code=code, place=place))).text
    for place in ("", f"hall:{theirs.path}", f"type:{foreign.id}"):
        refused = await desk.press("/console/rules", **a_form(place=place))
        assert refused.status_code == 403, place
    await a_rule("city")
    taken_over = a_form(code="city", known="true", place=f"hall:{ours.path}")
    assert (await desk.press("/console/rules", **taken_over)).status_code == 403
    assert (await desk.press("/console/rules/retire", code="city", reason="不要")).status_code == 403
    assert "只能查看" in (await desk.open("/console/rules?code=city")).text
    page = await desk.open("/console/rules")
    assert f"hall:{ours.path}" in page.text
    assert f"hall:{theirs.path}" not in page.text


async def test_a_window_clerk_neither_rules_nor_lifts(desk: Desk) -> None:
    await a_rule(**NO_SHOWS)
    hall = await a_hall()
    of, citizen = await a_type(hall=hall), await a_citizen()
    await no_shows(citizen, of=of)
    (held,) = await credit.of(citizen)
    await seated(desk, "window", hall.path)
    for address in ("/console/rules", "/console/rules/lists", "/console/credit"):
        assert (await desk.open(address)).status_code == 403, address
    deeds: list[tuple[str, dict[str, Any]]] = [
        ("rules", a_form()),
        ("credit/lists", {"search": ""}),
        ("credit/lift", {"code": held.code, "reason": "熟人"}),
        ("credit/exempt", {"code": held.causes[0].code, "reason": "熟人"}),
    ]
    for address, form in deeds:
        assert (await desk.press(f"/console/{address}", **form)).status_code == 403, address
    came = await an_event(citizen, "finished", of=of)
    noted = await desk.press("/console/credit/papers", code=came.code, what="缺户口簿")
    assert "已为预约" in noted.text
    assert (await PapersMissing.get()).what == "缺户口簿"


async def a_blocked_citizen(**said: Any) -> tuple[Actor, credit.Held]:
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen(name="李四")
    await no_shows(citizen, **said)
    (held,) = await credit.of(citizen)
    return citizen, held


async def test_an_appeal_is_decided_and_a_sanction_lifted(desk: Desk) -> None:
    citizen, held = await a_blocked_citizen()
    await seated(desk, "hall_manager", "")
    await appeals.file(code=held.code, text="当天住院，<b>有证明</b>", by=citizen)
    page = await desk.open("/console/credit")
    assert "待处理的申诉" in page.text
    assert "李*" in page.text
    assert "李四" not in page.text
    assert "<b>有证明</b>" not in page.text
    (appeal_id,) = re.findall(r'name="appeal_id" value="(\d+)"', page.text)
    refused = await desk.press("/console/credit/decide", appeal_id=appeal_id, accept="true", reason="")
    assert refused.status_code == 422
    done = await desk.press("/console/credit/decide", appeal_id=appeal_id, accept="true", reason="证明属实")
    assert "申诉已通过" in done.text
    assert await barred(await a_slot(), citizen) == {}
    after = await desk.press("/console/credit/lists", search="")
    assert "待处理的申诉" not in after.text
    for deed in ("本人</b> 提出申诉", "王五</b> 通过申诉", "王五</b> 解除限制"):
        assert deed in after.text, deed
    gone = await desk.press("/console/credit/lift", code=held.code, reason="再来")
    assert (gone.status_code, "已到期或已解除" in gone.text) == (409, True)
    assert (await desk.press("/console/credit/decide", appeal_id=10**6, accept="true", reason="无")).status_code == 404


async def test_a_person_is_found_by_number_without_its_being_in_an_address(desk: Desk) -> None:
    citizen, held = await a_blocked_citizen()
    _, other = await a_blocked_other()
    number = id_number(77)
    await Citizen.filter(id=citizen.number).update(
        id_fingerprint=crypto.fingerprint(number, purpose="id_number"), id_number_sealed=crypto.seal(number)
    )
    await seated(desk, "hall_manager", "")
    for search in (number, held.code, held.causes[0].code.lower()):
        found = await desk.press("/console/credit/lists", search=search)
        assert held.code in found.text, search
        assert other.code not in found.text
        assert number not in found.text
    assert "没有找到" in (await desk.press("/console/credit/lists", search="NOTHING")).text
    assert await AuditRow.filter(action="citizen.read").exists()
    plain = await desk.client.post(
        "/console/credit/lists", data={"search": held.code}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert plain.text.startswith("<!doctype html>")


async def a_blocked_other() -> tuple[Actor, credit.Held]:
    citizen = await a_citizen(name="赵六")
    await no_shows(citizen)
    (held,) = await credit.of(citizen)
    return citizen, held


async def test_what_happened_in_other_halls_is_not_theirs_to_undo(desk: Desk) -> None:
    ours, theirs = await a_hall(code="A"), await a_hall(code="B", name="另一个政务服务中心")
    _, mine = await a_blocked_citizen(of=await a_type(hall=ours))
    citizen = await a_citizen()
    await no_shows(citizen, of=await a_type(hall=theirs))
    (foreign,) = await credit.of(citizen)
    filed = await appeals.file(code=foreign.code, text="当天住院，有证明", by=citizen)
    await seated(desk, "hall_manager", ours.path)
    page = await desk.open("/console/credit")
    assert mine.code in page.text
    assert foreign.code not in page.text
    for address, form in (
        ("lift", {"code": foreign.code, "reason": "不是我的"}),
        ("decide", {"appeal_id": filed.appeal_id, "accept": "true", "reason": "不是我的"}),
        ("exempt", {"code": foreign.causes[0].code, "reason": "不是我的"}),
    ):
        assert (await desk.press(f"/console/credit/{address}", **form)).status_code == 403, address
    exempted = await desk.press("/console/credit/exempt", code=mine.causes[0].code, reason="大厅停电")
    assert "不再计入任何规则" in exempted.text
    assert (await credit.by_id(mine.id)).state == "lifted"
