"""Rating, asking people and reading what is public, at the citizen door; and a kiosk that takes a mark."""

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app as create_api
from appointments import kiosks
from appointments.models import Appointment
from feedback import answering, averages, public_answers, rectifying, subjects, words
from feedback.consultation_models import Consultation
from feedback.errors import PersonalTraces
from feedback.models import Rating, RatingWords, Rectification
from foundation import clock
from identity.models import Citizen
from tests.builders import opinions
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place
from tests.builders.doors import client_of, sign_in
from tests.builders.filing import picture
from tests.builders.opinions import a_closed_case, answered

ASKED = {"kind": "question", "title": "居住证续签要带什么", "text": "我的居住证快到期了，续签要带哪些材料？"}


async def headers_of(citizen_id: int) -> dict[str, str]:
    return await sign_in(await Citizen.get(id=citizen_id))


async def test_rated_badly_mended_confirmed_and_withdrawn(bff: httpx.AsyncClient) -> None:
    by, number = await a_closed_case()
    me = await headers_of(by.number)
    about = {"kind": "case", "number": number}

    async def send(path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        answer = await bff.post(path, json=body, headers=me)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else {}

    levels = (await bff.get("/v1/ratings/levels")).json()
    assert [one["level"] for one in levels] == [5, 4, 3, 2, 1]
    assert (await send("/v1/ratings", {**about, "level": 1, "tags": ["服务热情"]}, 422))["code"] == "TagUnknown"
    await send("/v1/ratings", {**about, "level": 1, "tags": ["等太久"], "text": "等了两小时"}, 201)
    assert (await send("/v1/ratings", {**about, "level": 5}, 409))["code"] == "RatedAlready"
    await send("/v1/ratings/again", {**about, "text": "第二次也等"}, 201)
    one, staff = await Rectification.get(), await opinions.staff(("hall_manager", ""))
    await rectifying.assign(rectification_id=one.id, owner_id=staff.number, by=staff)
    await rectifying.call_back(rectification_id=one.id, text="致歉", reached=True, by=staff)
    await rectifying.mend(rectification_id=one.id, remedy="加开窗口", by=staff)
    [mine] = (await bff.get("/v1/screens/ratings", headers=me)).json()["given"]
    assert (mine["number"], mine["texts"], mine["can_add"]) == (number, ["等了两小时", "第二次也等"], False)
    assert (mine["rectification"]["state"], mine["rectification"]["remedy"]) == ("mended", "加开窗口")
    await send(f"/v1/rectifications/{one.id}/verdict", {"satisfied": True}, 204)
    assert (await send(f"/v1/rectifications/{one.id}/verdict", {"satisfied": True}, 409))["code"] == "NotAtThisStage"
    await send("/v1/ratings/withdraw", {**about, "text": "已解决"}, 204)
    assert (await bff.get("/v1/screens/ratings", headers=me)).json()["given"][0]["withdrawn"] is True
    stranger = await headers_of((await a_citizen()).number)
    assert (await bff.get("/v1/screens/ratings", headers=stranger)).json() == {"waiting": [], "given": []}


async def test_a_visitor_asks_and_finds_the_answer_by_number_and_phone(bff: httpx.AsyncClient) -> None:
    assert (await bff.post("/v1/consultations", json=ASKED)).json()["code"] == "PhoneInvalid"
    filed = (await bff.post("/v1/consultations", json={**ASKED, "phone": opinions.PHONE})).json()
    repeated = (await bff.post("/v1/consultations", json={**ASKED, "phone": opinions.PHONE})).json()
    assert (repeated["code"], repeated["detail"]) == ("RepeatedIdentical", {"code": filed["code"]})
    proof = {"code": filed["code"], "last_four": "1234"}
    one, agent = await Consultation.get(), await opinions.staff()
    await answering.note(consultation_id=one.id, text="内部说明", by=agent)
    await answered(one, by=agent)
    wrong = [
        (await bff.post("/v1/consultations/look-up", json=body)).json()
        for body in ({**proof, "last_four": "0000"}, {**proof, "code": "NOSUCHCODE"}, {"code": filed["code"]})
    ]
    assert {one["code"] for one in wrong} == {"ConsultationNotFound"}
    assert len({one["message"] for one in wrong}) == 1
    seen = (await bff.post("/v1/consultations/look-up", json=proof)).json()
    assert [said["label"] for said in seen["said"]] == ["我的诉求", "答复"]
    assert "内部说明" not in str(seen)
    marked = (await bff.post("/v1/consultations/mark", json={**proof, "level": 5})).json()
    assert (marked["mark"], marked["can_mark"], marked["can_ask_again"]) == (5, False, True)
    again = (await bff.post("/v1/consultations/again", json={**proof, "text": "可以代办吗"})).json()
    assert (again["state"], again["can_withdraw"]) == ("open", True)
    gone = (await bff.post("/v1/consultations/withdraw", json=proof)).json()
    assert gone["state_label"] == "已撤回"
    assert (await bff.post("/v1/consultations/appeal", json={**proof, "text": "我要申诉呀"})).status_code == 409
    doors = (await bff.post("/v1/consultations/doors", json={"text": "公司拖欠工资"})).json()
    assert doors[0]["phone"] == "12333"


async def test_mine_are_mine_alone(bff: httpx.AsyncClient) -> None:
    me, other = await opinions.a_citizen(), await opinions.a_citizen()
    filed = await bff.post("/v1/consultations", json=ASKED, headers=await headers_of(me.number))
    code = filed.json()["code"]
    theirs = await headers_of(other.number)
    assert (await bff.get("/v1/consultations", headers=theirs)).json() == []
    looked = await bff.post("/v1/consultations/look-up", json={"code": code}, headers=theirs)
    assert looked.json()["code"] == "ConsultationNotFound"
    [mine] = (await bff.get("/v1/consultations", headers=await headers_of(me.number))).json()
    assert (mine["code"], mine["said"]) == (code, [])


PLANTED = ("王小明", "孙丽丽", "13812345678", "11010519900101123X", "解放路12号", "闽A12345", "wx_secret9")


async def test_planted_persons_never_show_on_public_pages(bff: httpx.AsyncClient) -> None:
    """Whoever writes them where: nothing public holds a name, a number, a home, or an hour."""
    hall, agent = await a_hall(code="9901", name="示例大厅"), await opinions.staff(name="孙丽丽")
    last_quarter = clock.today().replace(day=1) - timedelta(days=100)
    text = "我叫王小明，找孙丽丽办的，电话13812345678，证件11010519900101123X，住解放路12号，闽A12345，微信wx_secret9"
    citizens = [await opinions.a_citizen(name="王小明") for _ in range(2)]
    for n in range(12):
        rating = await Rating.create(
            subject_kind="visit", subject_id=n, citizen_id=citizens[0].number, level=1, hall=hall, department="公安局",
            place=hall.name, item_code="x", item_name="居住证", done_on=last_quarter, created_at=clock.now(),
        )  # fmt: skip
        kept = await RatingWords.create(rating=rating, which="first", text=text, written_at=clock.now())
        if n < 11:
            for shown in (text, text.replace("王小明", "*")):
                with pytest.raises(PersonalTraces):
                    await words.show(words_id=kept.id, shown=shown, by=agent)
    await words.show(words_id=kept.id, shown="等得久", by=agent)
    one = await answered(await opinions.asked(by=citizens[1], text=text), by=agent, text=text)
    for question, answer in ((text, "请到窗口"), ("居住证怎么续签？", text)):
        with pytest.raises(PersonalTraces):
            await public_answers.publish(consultation_id=one.id, question=question, answer=answer, by=agent)
    await public_answers.publish(consultation_id=one.id, question="居住证怎么续签？", answer="请到窗口", by=agent)
    quarter, pages = averages.quarter_of(last_quarter), []
    for path in (
        *(f"/v1/opinions/averages?by={by}&quarter={quarter}" for by in ("hall", "department", "item")),
        f"/v1/opinions/averages?hall=9901&quarter={quarter}", "/v1/answers", "/v1/answers?q=王小明居住证续签",
        "/v1/consultations/look-up",
    ):  # fmt: skip
        pages.append((await bff.get(path)).text)
    together = "\n".join(pages)
    assert "等得久" in together
    assert "请到窗口" in together
    assert [planted for planted in PLANTED if planted in together] == []
    assert f"{clock.shanghai(clock.now()):%H:%M}" not in together
    assert str(last_quarter) not in together


async def test_a_kiosk_takes_a_mark_and_the_window_s_code_finds_the_visit(
    bff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, by, _ = await a_held_place()
    day = clock.shanghai(held.starts_at).date()  # the day it is for: no midnight comes between
    monkeypatch.setattr(subjects.clock, "today", lambda: day)
    await Appointment.filter(id=held.id).update(state="finished")
    key = (await kiosks.set_up(hall_code=held.hall_code, name="东门", by=STAFF)).key
    here = await bff.get(f"/v1/ratings/here?hall={held.hall_code}&window=3", headers=await headers_of(by.number))
    assert [one["number"] for one in here.json()] == [held.code]
    async with client_of(create_api()) as api:
        path = f"/kiosk/{held.hall_code}/ratings"
        body = {"level": 2, "tags": ["等太久"], "code": held.code}
        assert (await api.post(path, json=body)).status_code == 401
        with_key = {"X-Kiosk-Key": key}
        assert (await api.post(path, json={"level": 5}, headers=with_key)).json()["code"] == "NothingToRate"
        assert (await api.post(path, json=body, headers=with_key)).json() == {"label": "不满意"}
        assert (await api.post(path, json=body, headers=with_key)).json()["code"] == "NothingToRate"
        assert (await api.get(f"/kiosk/{held.hall_code}/levels", headers=with_key)).json()[-1]["tags"]


async def test_a_picture_goes_with_a_question(bff: httpx.AsyncClient) -> None:
    me, data = await headers_of((await opinions.a_citizen()).number), picture()
    code = (await bff.post("/v1/consultations", json=ASKED, headers=me)).json()["code"]
    told = {
        "owner": "consultation", "owner_code": code, "key": "key-12345678", "material": "附件", "name": "门口.jpg",
        "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    paper = (await bff.post("/v1/papers", json=told, headers=me)).json()["code"]
    assert (await bff.put(f"/v1/papers/{paper}/parts/1", content=data, headers=me)).status_code == 200
    assert (await bff.post(f"/v1/papers/{paper}/finish", headers=me)).json()["state"] == "ready"
    seen = (await bff.post("/v1/consultations/look-up", json={"code": code}, headers=me)).json()
    assert (seen["can_attach"], [one["name"] for one in seen["attachments"]]) == (True, ["门口.jpg"])
    last_four = {"code": code, "last_four": opinions.PHONE[-4:]}
    assert (await bff.post("/v1/consultations/look-up", json=last_four)).json()["attachments"] == []
