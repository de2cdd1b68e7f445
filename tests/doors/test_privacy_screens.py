"""我的信息: who looked, what is agreed to, a copy of everything, closing the account; another's is not there."""

import io
import json
import zipfile
from datetime import timedelta

import httpx
import pytest

from foundation import clock, database
from foundation.actor import Actor
from identity import access, exports, leaving, phones, policy, privacy
from identity.models import Citizen
from identity.privacy_models import DataExport, Leaving
from tests.builders import appointments as booking
from tests.builders import identity
from tests.builders.people import mandate
from tests.doors.test_own_screens import Caller, caller


@pytest.fixture
async def me(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


async def made() -> None:
    """What the worker does with the copies that were asked for."""
    for row in await DataExport.filter(state="waiting"):
        await exports.make(row.id)


async def test_who_looked_is_told_by_role_and_place_not_by_name(me: Caller, bff: httpx.AsyncClient) -> None:
    hall = await booking.a_hall(code="9901")
    window = await identity.staff(("window", hall.path), display_name="王五")
    await access.profile(me.citizen.id, seen_by=Actor.staff(window), why="核实预约情况")
    (seen,) = await me.get("/v1/me/looks")
    assert (seen["role"], seen["place"], seen["why"]) == ("窗口", hall.name, "核实预约情况")
    file = await me("GET", "/v1/me/looks.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert "核实预约情况" in file.text
    assert "王五" not in file.text + json.dumps(seen, ensure_ascii=False)
    assert await (await caller(bff)).get("/v1/me/looks") == []


async def test_a_copy_is_made_by_a_job_and_fetched_once(me: Caller, bff: httpx.AsyncClient) -> None:
    await booking.a_held_place(by=Actor.citizen(me.citizen.id))
    (asked,) = (await me("POST", "/v1/me/exports")).json()
    assert asked["state"] == "waiting"
    assert await me.refused("POST", "/v1/me/exports") == (409, "ExportUnderWay")
    path = f"/v1/me/exports/{asked['code']}/file"
    assert await me.refused("POST", path) == (404, "ExportNotFound")
    assert await me.refused("POST", f"/v1/me/exports/{'A' * 29}/file") == (404, "ExportNotFound")
    await made()
    assert (await me.get("/v1/me/exports"))[0]["state"] == "ready"
    assert await (await caller(bff)).refused("POST", path) == (404, "ExportNotFound")
    got = await me("POST", path)
    assert got.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        held = json.loads(archive.read("我的信息.json"))
        page = archive.read("我的信息.html").decode()
    assert len(held["appointments"]) == 1
    assert held["identity"]["id_number"] == me.papers.number
    assert "预约与候补" in page
    assert me.papers.number in page
    assert await me.refused("POST", path) == (404, "ExportNotFound")
    assert (await DataExport.get()).content_sealed == ""


async def test_a_copy_nobody_fetches_is_gone_in_its_time(me: Caller) -> None:
    (asked,) = (await me("POST", "/v1/me/exports")).json()
    await made()
    held = await database.fetchval("select content_sealed from data_export")
    assert me.papers.number not in held  # sealed as it lies there
    with clock.shifted(timedelta(hours=73)):
        assert (await me.get("/v1/me/exports"))[0]["state"] == "expired"
        assert await me.refused("POST", f"/v1/me/exports/{asked['code']}/file") == (404, "ExportNotFound")
        await exports.expire()
    assert (await DataExport.get()).content_sealed == ""


async def test_leaving_is_thought_over_and_taken_back_or_carried_out(me: Caller) -> None:
    page = await me.get("/v1/me/forget")
    assert page["due_at"] is None
    assert "30 年" in next(one["why"] for one in page["kept"] if one["title"] == "缴款通知书")
    assert await me.refused("POST", "/v1/me/forget", {"confirm": "是"}) == (422, "NotConfirmed")
    assert await me.refused("DELETE", "/v1/me/forget") == (404, "NotLeaving")
    assert (await me("POST", "/v1/me/forget", {"confirm": "注销"})).json()["due_at"]
    assert await me.refused("POST", "/v1/me/forget", {"confirm": "注销"}) == (409, "AlreadyLeaving")
    await leaving.carry_out()
    assert (await me("DELETE", "/v1/me/forget")).status_code == 204
    with clock.shifted(timedelta(days=8)):
        await leaving.carry_out()
        assert (await me("GET", "/v1/me")).status_code == 200
        await me("POST", "/v1/me/forget", {"confirm": "注销"})
    with clock.shifted(timedelta(days=16)):
        await leaving.carry_out()
    row = await Citizen.get(id=me.citizen.id)
    assert (row.state, row.real_name_sealed, row.id_number_sealed) == ("deleted", "", "")
    assert await Leaving.filter(state="done").count() == 1


async def test_what_stands_in_the_way_refuses_at_once_and_puts_a_due_leave_off(
    me: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from payments.errors import MoneyUnderWay

    before, busy = privacy.let_go, True

    async def hindered(citizen_id: int, **given: object) -> None:
        if busy:
            raise MoneyUnderWay
        await before(citizen_id, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(privacy, "let_go", hindered)
    assert await me.refused("POST", "/v1/me/forget", {"confirm": "注销"}) == (409, "MoneyUnderWay")
    assert await Leaving.all().count() == 0
    busy = False
    await me("POST", "/v1/me/forget", {"confirm": "注销"})
    busy = True
    with clock.shifted(timedelta(days=8)):
        await leaving.carry_out()
        assert (await me.get("/v1/me/forget"))["hindered"]
        busy = False
        await leaving.carry_out()
        assert (await Citizen.get(id=me.citizen.id)).state == "active"  # not before a day has gone
    with clock.shifted(timedelta(days=9, hours=1)):
        await leaving.carry_out()
    assert (await Citizen.get(id=me.citizen.id)).state == "deleted"


async def test_a_new_version_must_be_agreed_to_anew(me: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = policy.Policy("2099-01-01", "# 新版")
    monkeypatch.setattr(policy, "current", lambda: newer)
    answer = await me("GET", "/v1/bookings")
    assert (answer.status_code, answer.json()["code"]) == (403, "PolicyNotAgreed")
    assert answer.json()["detail"] == {"version": "2099-01-01"}
    assert not (await me.get("/v1/me"))["policy_agreed"]
    assert (await me("GET", "/v1/home")).json()["todo"] is None
    assert await me.refused("POST", "/v1/me/policy", {"version": "2026-01-01"}) == (409, "PolicyChanged")
    assert (await me("POST", "/v1/me/policy", {"version": "2099-01-01"})).status_code == 204
    assert await me.get("/v1/bookings") == []
    mine = await me.get("/v1/me/policy")
    assert (mine["agreed"], [one["version"] for one in mine["history"]]) == (True, ["2099-01-01"])


async def test_who_takes_consent_back_keeps_a_minimal_account(me: Caller) -> None:
    by, friend = Actor.citizen(me.citizen.id), await booking.a_citizen(name="李四")
    await phones.keep(citizen_id=me.citizen.id, phone="13800000001", by=by)
    await mandate(by, friend)
    assert (await me("DELETE", "/v1/me/policy")).status_code == 204
    assert await me.refused("GET", "/v1/family") == (403, "PolicyNotAgreed")
    assert await me.refused("POST", "/v1/me/real-name", {"name": "张三", "id_number": "1" * 18}) == (
        403,
        "PolicyNotAgreed",
    )
    shown = await me.get("/v1/me")
    assert (shown["phone"], shown["policy_agreed"]) == ("", False)
    assert (await me("POST", "/v1/me/exports")).status_code == 201
    assert (await me.get("/v1/me/forget"))["due_at"] is None
    version = (await me.get("/v1/me/policy"))["current"]
    await me("POST", "/v1/me/policy", {"version": version})
    assert (await me.get("/v1/family"))["agents"] == []
