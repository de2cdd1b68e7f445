"""摇号 as a citizen's phone and the console see it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from appointments import draw_results
from appointments.draw_models import Draw
from appointments.models import AppointmentType
from appointments.redraw.__main__ import main
from foundation.actor import Actor
from identity.models import Citizen
from miniprogram_bff.screens import draw as screen
from tests.builders.appointments import a_citizen, a_type
from tests.builders.console import Desk, a_colleague
from tests.builders.doors import sign_in
from tests.builders.draws import a_draw, held, registered, registration_ends
from tests.serving import serving


async def signed_in() -> tuple[Actor, dict[str, str]]:
    citizen = await a_citizen()
    return citizen, await sign_in(await Citizen.get(id=citizen.number))


@pytest.fixture
async def house(db: None, redis_db: object) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base, timeout=10) as client:
        yield client


async def test_from_the_business_to_the_published_result(bff: httpx.AsyncClient, tmp_path: Path) -> None:
    one, (slot, _) = await a_draw(slots=2)
    of = await AppointmentType.get(id=one.type_id)  # type: ignore[attr-defined]
    _, me = await signed_in()
    business = (await bff.get(f"/v1/types/{of.code}")).json()
    assert [(row["code"], row["label"], row["may_register"]) for row in business["draws"]] == [
        (one.code, "登记中", True)
    ]
    assert business["dates"][0]["label"] == "摇号"
    assert business["release_note"].endswith("先登记、后摇号")
    page = (await bff.get(f"/v1/draws/{one.code}")).json()
    assert (page["seed_hash"], page["seed"], len(page["slots"])) == (one.seed_hash, "", 2)
    path = f"/v1/draws/{one.code}/entry"
    assert (await bff.get(path, headers=me)).json()["code"] == "DrawEntryNotFound"
    screen_of_mine = f"/v1/screens/draw/{one.code}"
    assert (await bff.get(screen_of_mine, headers=me)).json() == {"entry": None, "acting_for": ""}
    entered = await bff.post(path, json={"wishes": [slot.id], "any": True}, headers=me)
    assert (entered.status_code, entered.json()["label"], entered.json()["rank"]) == (201, "已登记", None)
    assert (await bff.get(screen_of_mine, headers=me)).json()["entry"] == entered.json()
    _, strangers = await signed_in()
    assert (await bff.get(screen_of_mine, headers=strangers)).json()["entry"] is None
    again = await bff.post(path, json={"any": True}, headers=me)
    assert (again.json()["number"], again.json()["wishes"]) == (entered.json()["number"], [])
    await registered(one, 4)
    early = await bff.get(f"/v1/draws/{one.code}/result")
    assert (early.status_code, early.json()["code"]) == (409, "DrawNotDone")

    await held(one)
    mine = (await bff.get(path, headers=me)).json()
    assert 1 <= mine["rank"] <= mine["entries"] == 5
    assert (mine["outcome"] == "won") == (mine["booking_code"] is not None) == (mine["rank"] <= 2)
    (listed,) = (await bff.get("/v1/draw-entries", headers=me)).json()
    assert listed == mine
    late = await bff.post(path, json={"any": True}, headers=me)
    assert (late.status_code, late.json()["code"]) == (409, "DrawOver")
    result = await bff.get(f"/v1/draws/{one.code}/result")
    assert result.headers["cache-control"] == "public, max-age=3600"
    (tmp_path / "result.json").write_text(result.text)
    assert main([str(tmp_path / "result.json"), "--seed-hash", page["seed_hash"]]) == 0


async def test_a_result_holds_no_person(bff: httpx.AsyncClient) -> None:
    one, _ = await a_draw()
    citizen, me = await signed_in()
    await bff.post(f"/v1/draws/{one.code}/entry", json={"any": True}, headers=me)
    await held(one)
    result = (await bff.get(f"/v1/draws/{one.code}/result")).json()
    (entry,) = result["entries"]
    assert set(entry) == {"number", "wishes", "any", "rank", "outcome", "slot", "passed"}
    told = json.dumps(result, ensure_ascii=False)
    assert "张三" not in told
    assert "citizen" not in told
    assert not {"appointment", "booking_code"} & set(entry)


async def test_a_result_is_read_once_and_few_are_kept(bff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "KEPT", 1)
    codes = [(await held((await a_draw())[0])).code for _ in range(2)]
    told = [(await bff.get(f"/v1/draws/{code}/result")).json() for code in codes]
    asked: list[str] = []
    real = draw_results.published

    async def counted(*, code: str) -> dict[str, Any]:
        asked.append(code)
        return await real(code=code)

    monkeypatch.setattr(draw_results, "published", counted)
    again = [(await bff.get(f"/v1/draws/{code}/result")).json() for code in reversed(codes)]
    assert again == told[::-1]
    assert asked == [codes[0]]


async def test_stepping_back_and_wrong_wishes(bff: httpx.AsyncClient) -> None:
    one, _ = await a_draw()
    _, me = await signed_in()
    path = f"/v1/draws/{one.code}/entry"
    assert (await bff.post(path, json={}, headers=me)).json()["code"] == "WishesInvalid"
    assert (await bff.post(path, json={"wishes": [1] * 11}, headers=me)).json()["code"] == "InvalidFields"
    await bff.post(path, json={"any": True}, headers=me)
    assert (await bff.post(f"{path}/withdraw", headers=me)).json()["outcome"] == "withdrawn"
    assert (await bff.get("/v1/draws/NOSUCHDRAW")).json()["code"] == "DrawNotFound"


async def a_desk(house: httpx.AsyncClient, path: str) -> Desk:
    await a_colleague(("hall_manager", path), username="wangwu")
    await Desk(house).sign_in("wangwu")
    return Desk(house)


async def test_the_console_shows_the_proof_and_calls_off(house: httpx.AsyncClient) -> None:
    one, _ = await a_draw()
    hall = await (await AppointmentType.get(id=one.type_id)).hall  # type: ignore[attr-defined]
    await registered(one, 3)
    desk = await a_desk(house, hall.path)
    seen = (await desk.open(f"/console/draws?hall={hall.code}")).text
    assert one.seed_hash in seen
    assert "登记中" in seen
    refused = await desk.press("/console/draws/cancel", hall=hall.code, code=one.code, reason=" ")
    assert refused.status_code == 422
    done = await desk.press("/console/draws/cancel", hall=hall.code, code=one.code, reason="设备检修")
    assert "摇号已取消" in done.text
    seen = (await desk.open(f"/console/draws/lists?hall={hall.code}")).text
    assert "设备检修" in seen
    assert "王五 取消摇号" in seen


async def test_the_console_shows_a_result_once_it_is_there(house: httpx.AsyncClient) -> None:
    one, _ = await a_draw()
    hall = await (await AppointmentType.get(id=one.type_id)).hall  # type: ignore[attr-defined]
    await registered(one, 2)
    desk = await a_desk(house, hall.path)
    await registration_ends(one)
    assert "/result" not in (await desk.open(f"/console/draws?hall={hall.code}")).text
    late = await desk.press("/console/draws/cancel", hall=hall.code, code=one.code, reason="来不及")
    assert (late.status_code, "登记截止以后不能取消" in late.text) == (409, True)
    two, _ = await a_draw(of=await a_type(hall=hall, release_mode="draw"))
    await registered(two, 1)
    await held(two)
    seen = (await desk.open(f"/console/draws?hall={hall.code}")).text
    assert f"http://bff.test/v1/draws/{two.code}/result" in seen
    assert two.seed in seen


async def test_rules_are_set_and_ended_at_the_console(house: httpx.AsyncClient) -> None:
    of = await a_type()
    hall = await of.hall
    desk = await a_desk(house, hall.path)
    rule = {"type_id": of.id, "register_hours": 48, "settle_minutes": 60}
    assert "先登记、后摇号" in (await desk.press("/console/draws/rule", **rule)).text
    seen = (await desk.open(f"/console/draws/lists?hall={hall.code}")).text
    assert "48 小时后截止" in seen
    assert "王五 设置摇号规则" in seen
    assert "不再安排" in (await desk.press("/console/draws/stop", type_id=of.id, reason="号源充足")).text
    await of.refresh_from_db()
    assert of.release_mode == "fixed"
    short = await a_type(hall=hall, release_workdays=1)
    refused = await desk.press("/console/draws/rule", **{**rule, "type_id": short.id})
    assert (refused.status_code, "至少 2 个工作日" in refused.text) == (422, True)


async def test_draws_of_another_hall_are_not_theirs(house: httpx.AsyncClient) -> None:
    one, _ = await a_draw()
    theirs = await (await a_type()).hall
    other = await (await AppointmentType.get(id=one.type_id)).hall  # type: ignore[attr-defined]
    desk = await a_desk(house, theirs.path)
    for hall, status in ((theirs.code, 404), (other.code, 403)):
        answer = await desk.press("/console/draws/cancel", hall=hall, code=one.code, reason="不归我管")
        assert answer.status_code == status
    rule = {"type_id": one.type_id, "register_hours": 1, "settle_minutes": 60}  # type: ignore[attr-defined]
    assert (await desk.press("/console/draws/rule", **rule)).status_code == 403
    assert (await Draw.get(id=one.id)).state == "open"
