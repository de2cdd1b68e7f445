"""Filing on line through the doors: a citizen's JSON, the reviewers' pages, a courier that pushes."""

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cases import delivering, filing_jobs, pledge, review
from cases.events import CaseClosed
from cases.filing_models import Delivery, Filing, Paper
from cases.models import Case
from cases.paper_limits import PART
from foundation import clock, database, settings, signed_requests
from foundation.actor import Actor
from tests.builders import cases as case_builder
from tests.builders import identity as people
from tests.builders.console import Desk, a_colleague
from tests.builders.doors import sign_in, signed
from tests.builders.filing import (
    ANSWERS,
    BOOKLET,
    CITY,
    HALL,
    OLD_CARD,
    PDF,
    REPORT,
    SLUG,
    a_draft,
    a_reviewer,
    accepted,
    an_applicant,
    in_review,
    online_city,
    picture,
    submitted,
)

HOME = {"recipient": "李四", "phone": "13800000002", "address": "示例市东岸区示范路 8 号 3 单元 502"}


@pytest.fixture(autouse=True)
async def _city(db: None) -> None:
    await online_city()


async def send(bff: httpx.AsyncClient, me: dict[str, str], code: str, material: str, data: bytes) -> dict[str, Any]:
    """As the citizen's app uploads."""
    asked = {
        "owner": "filing", "owner_code": code, "key": hashlib.md5(data).hexdigest(), "material": material,
        "name": "照片.jpg", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    paper = (await bff.post("/v1/papers", json=asked, headers=me)).json()
    for number in paper["missing"]:
        piece = data[(number - 1) * PART : number * PART]
        sent = await bff.put(f"/v1/papers/{paper['code']}/parts/{number}", content=piece, headers=me)
        assert sent.status_code == 200, sent.text
    done = await bff.post(f"/v1/papers/{paper['code']}/finish", headers=me)
    assert done.status_code == 200, done.text
    return dict(done.json())


async def test_from_the_guide_to_sending_in(bff: httpx.AsyncClient) -> None:
    citizen, _ = await an_applicant()
    me = await sign_in(citizen)
    assert (await bff.get(f"/v1/guides/{SLUG}")).json()["online_form"] is True
    made = await bff.post("/v1/filings", json={"item": SLUG}, headers=me)
    assert made.status_code == 201
    code, path = made.json()["code"], f"/v1/filings/{made.json()['code']}"
    kept = await bff.put(path, json={"answers": ANSWERS, "promised": [REPORT], "hall_code": HALL}, headers=me)
    assert kept.json()["answers"] == ANSWERS
    refused = await bff.post(f"{path}/submit", json={"pledge_version": pledge.CURRENT}, headers=me)
    assert (refused.status_code, refused.json()["code"]) == (422, "MaterialsMissing")
    big = picture("x" * 40_000)
    for material in (OLD_CARD, BOOKLET):
        shown = await send(bff, me, code, material, big if material == OLD_CARD else picture())
    assert shown["state"] == "ready"
    chosen = await bff.put(f"{path}/delivery", json={"way": "courier", "address": HOME}, headers=me)
    assert chosen.json()["delivery"]["recipient"] == "李*"
    for _ in range(2):
        sent = await bff.post(f"{path}/submit", json={"pledge_version": pledge.CURRENT}, headers=me)
        assert (sent.status_code, sent.json()["state"]) == (200, "submitted")
    (line,) = (await bff.get("/v1/filings", headers=me)).json()
    assert (line["code"], line["state_label"]) == (code, "已提交，等待预审")
    paper = (await bff.get(path, headers=me)).json()["materials"][0]["papers"][0]
    got = await bff.get(f"/v1/papers/{paper['code']}/file", headers=me)
    assert (got.content, got.headers["content-type"]) == (big, "image/jpeg")
    assert got.headers["content-disposition"].startswith("attachment")
    other = await sign_in((await an_applicant())[0])
    assert (await bff.get(f"/v1/papers/{paper['code']}/file", headers=other)).status_code == 404
    assert (await bff.get(path, headers=other)).status_code == 404
    assert (await bff.get(path)).status_code == 401


async def test_who_asks_together_with_the_applicant_sees_nothing_of_theirs(bff: httpx.AsyncClient) -> None:
    citizen, by = await an_applicant()
    code, case_no = await accepted(by, await a_reviewer())
    me, other = await sign_in(citizen), await sign_in((await an_applicant())[0])
    addresses = [f"/v1/filings/{code}", f"/v1/cases/{case_no}/result", f"/v1/cases/{case_no}/supplements"]
    asked = [(address, headers) for address in addresses * 4 for headers in (me, other)]
    answers = await asyncio.gather(*(bff.get(address, headers=headers) for address, headers in asked))
    assert [one.status_code for one in answers] == [200, 404] * len(answers[::2])
    assert {one.json()["code"] for one in answers[1::2]} == {"FilingNotFound", "CaseNotFound"}
    mine, theirs = await asyncio.gather(*(bff.get("/v1/filings", headers=one) for one in (me, other)))
    assert ([one["code"] for one in mine.json()], theirs.json()) == ([code], [])


async def test_faults_name_their_fields(bff: httpx.AsyncClient) -> None:
    citizen, by = await an_applicant()
    me = await sign_in(citizen)
    code = await a_draft(by, phone="12", copies="many")
    said = await bff.post(f"/v1/filings/{code}/submit", json={"pledge_version": pledge.CURRENT}, headers=me)
    assert [one["field"] for one in said.json()["detail"]] == ["phone", "copies"]
    gone = await bff.post(f"/v1/filings/{code}/withdraw", headers=me)
    assert (gone.json()["state"], gone.json()["answers"]) == ("withdrawn", {})


async def test_a_supplement_reaches_the_hall_and_the_department(bff: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    number = people.id_number()
    citizen, _ = await an_applicant(number=number)
    me = await sign_in(citizen)
    kind = case_builder.Kind
    identity = case_builder.Identity.of("id_card", number)
    case_no = case_builder.case_number()
    about = replace(case_builder.registration(applicant=identity), item_code="11990100DEMA0001133990100001000")
    for minutes, one in enumerate((kind.RECEIVED, kind.ACCEPTED, kind.NOTICE_ONCE)):
        at = clock.now() - timedelta(minutes=10 - minutes)
        await case_builder.push(case_no, one, at=at, registration=about, by=Actor.department("demo-hall"))
    case = await Case.get(case_no=case_no)
    begun = (await bff.post(f"/v1/cases/{case.case_no}/supplement", headers=me)).json()
    data = picture()
    asked = {
        "owner": "supplement", "owner_code": begun["code"], "key": "supplement-1", "material": "补正材料",
        "name": "a.jpg", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    paper = (await bff.post("/v1/papers", json=asked, headers=me)).json()
    await bff.put(f"/v1/papers/{paper['code']}/parts/1", content=data, headers=me)
    await bff.post(f"/v1/papers/{paper['code']}/finish", headers=me)
    sent = await bff.post(f"/v1/supplements/{begun['code']}/send", headers=me)
    assert sent.json()["state"] == "sent"
    assert (await bff.get(f"/v1/cases/{case.case_no}", headers=me)).json()["stage"] == "supplemented"
    desk = await desk_of(api, ("window", "9901/"), username="zhengjiu")
    address = f"/console/supplements/{begun['code']}"
    assert address in (await desk.open("/console/supplements")).text
    assert paper["code"] in (await desk.open(address)).text
    assert (await desk.open(f"{address}/papers/{paper['code']}")).content == data
    told = await desk.press(f"{address}/ask-again", key="again-0001", material="补正材料", why="看不清")
    assert "补齐之前不计入办理时限" in told.text
    assert "需重新提交" in (await desk.open(address)).text
    (piece,) = (await bff.get(f"/v1/cases/{case_no}/supplements", headers=me)).json()[0]["wanted"]
    assert piece["state"] == "again"
    shown = await bff.get(f"/v1/papers/{paper['code']}/file", headers=me)
    assert (shown.content, shown.headers["cache-control"]) == (data, "no-store")
    stranger = await sign_in((await an_applicant())[0])
    for theirs in (f"/v1/cases/{case_no}/supplements", f"/v1/papers/{paper['code']}/file"):
        assert (await bff.get(theirs, headers=stranger)).status_code == 404
    away = await desk_of(api, ("window", "9902/"), username="wushi")
    for hidden in (address, f"{address}/papers/{paper['code']}"):
        assert (await away.open(hidden)).status_code == 404
    path = f"/departments/v1/cases/{case_no}/supplements"
    (row,) = (await api.get(path, headers=signed("GET", path, b""))).json()
    assert [one["code"] for one in row["papers"]] == [paper["code"]]
    file = f"{path}/{paper['code']}"
    assert (await api.get(file, headers=signed("GET", file, b""))).content == data
    others = (await case_builder.a_case()).case_no
    not_theirs = f"/departments/v1/cases/{others}/supplements"
    assert (await api.get(not_theirs, headers=signed("GET", not_theirs, b""))).status_code == 404


async def desk_of(api: httpx.AsyncClient, *roles: tuple[str, str], username: str) -> Desk:
    await a_colleague(*roles, username=username)
    desk = Desk(api)
    await desk.sign_in(username)
    return desk


async def test_the_result_of_a_departments_case_is_sent_to_the_address_that_was_chosen(
    bff: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    number = people.id_number()
    citizen, by = await an_applicant(number=number)
    kind, case_no = case_builder.Kind, case_builder.case_number()
    about = replace(
        case_builder.registration(applicant=case_builder.Identity.of("id_card", number)),
        item_code="11990100DEMA0001133990100001000",
    )
    await case_builder.push(case_no, kind.RECEIVED, registration=about, by=Actor.department("demo-hall"))
    await delivering.choose_for_case(
        case_no=case_no, choice=delivering.Choice(way="courier", address=delivering.Address(**HOME)), by=by
    )
    case = await Case.get(case_no=case_no)
    address, parcel = f"/console/cases/{case.id}", {"carrier": "示例速递", "tracking_no": "SF1000777"}
    desk = await desk_of(api, ("window", ""), username="sunqi")
    assert HOME["address"] in (await desk.open(address)).text
    early = await desk.press(f"{address}/send", **parcel)
    assert (early.status_code, (await Delivery.get()).state) == (409, "chosen")
    await case_builder.push(case_no, kind.CLOSED, at=clock.now(), by=Actor.department("demo-hall"))
    await filing_jobs.result_is_made(CaseClosed(case_id=case.id, citizen_id=citizen.id))
    assert (await Delivery.get()).state == "ready"
    assert "已登记寄出" in (await desk.press(f"{address}/send", **parcel)).text
    said = (await bff.get(f"/v1/cases/{case_no}/result", headers=await sign_in(citizen))).json()["delivery"]
    assert (said["state"], said["tracking_no"]) == ("sent", "SF1000777")
    admin = await desk_of(api, ("admin", ""), username="zhouba")
    assert HOME["address"] not in (await admin.open(address)).text
    assert (await admin.press(f"{address}/send", **parcel)).status_code == 403


async def test_reviewers_see_form_and_papers_side_by_side_and_decide(api: httpx.AsyncClient) -> None:
    _, me = await an_applicant(name="李四")
    code = await submitted(me)
    desk = await desk_of(api, ("window", "9901/"), username="wangwu")
    assert f"/console/filings/{code}" in (await desk.open("/console/filings")).text
    address = f"/console/filings/{code}"
    shown = (await desk.open(address)).text
    for said in ("李四", "13800000001", "领取并预审", OLD_CARD, REPORT):
        assert said in shown
    paper = await Paper.filter(filing__code=code).first()
    assert paper is not None
    picture_shown = await desk.open(f"{address}/papers/{paper.code}")
    assert picture_shown.headers["content-disposition"].startswith("inline")
    assert "sandbox" in picture_shown.headers["content-security-policy"]
    early = await desk.press(f"{address}/accept", free_why="")
    assert "请先领取" in early.text
    await desk.press(f"{address}/claim")
    empty = await desk.press(f"{address}/send-back", material=[OLD_CARD, BOOKLET], why=["", ""])
    assert "一次告知全部内容" in empty.text
    await desk.press(f"{address}/send-back", material=[OLD_CARD, BOOKLET], why=["看不清", ""])
    assert (await Filing.get(code=code)).missing == [{"material": OLD_CARD, "why": "看不清"}]
    assert "已一次性告知" in (await desk.open(address)).text
    assert await database.fetchval("select count(*) from audit_row where action = 'citizen.read'") > 0


async def test_who_may_not_review_sees_nothing(api: httpx.AsyncClient) -> None:
    _, me = await an_applicant()
    code = await submitted(me)
    paper = await Paper.filter(filing__code=code).first()
    assert paper is not None
    for username, role in (("admin1", ("admin", "")), ("editor1", ("editor", "")), ("away1", ("window", "9902/"))):
        desk = await desk_of(api, role, username=username)
        for address in (f"/console/filings/{code}", f"/console/filings/{code}/papers/{paper.code}"):
            assert (await desk.open(address)).status_code == 403
    assert f"/console/filings/{code}" not in (await desk.open("/console/filings")).text


async def test_result_parcel_and_courier(api: httpx.AsyncClient) -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code, case_no = await accepted(me, reviewer)
    await delivering.choose_for_case(
        case_no=case_no, choice=delivering.Choice(way="courier", address=delivering.Address(**HOME)), by=me
    )
    desk = await desk_of(api, ("window", "9901/"), username="zhaoliu")
    address, form = f"/console/filings/{code}", {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    await api.post(f"{address}/results", files={"file": ("身份证.pdf", PDF)}, headers=form)
    await desk.press(f"{address}/close", note="")
    assert HOME["address"] in (await desk.open(address)).text
    await desk.press(f"{address}/send", carrier="示例速递", tracking_no="SF1000001")
    assert (await Delivery.get()).state == "sent"
    track = {"carrier": "示例速递", "tracking_no": "SF1000001", "state": "delivered", "at": clock.now().isoformat()}
    rows = {"tracks": [track, track, {**track, "tracking_no": "SF9999999"}]}
    told = (await push_tracks(api, rows)).json()
    assert [one["outcome"] for one in told["rows"]] == ["moved", "repeated", "refused"]
    assert (await Delivery.get()).state == "delivered"
    unsigned = await api.post("/couriers/v1/tracks", json=rows)
    assert unsigned.status_code == 401


async def push_tracks(api: httpx.AsyncClient, rows: dict[str, Any]) -> httpx.Response:
    key_id, _, secret = settings.current().couriers.keys.partition(":")
    body, path, timestamp = json.dumps(rows).encode(), "/couriers/v1/tracks", str(int(clock.now().timestamp()))
    signature = signed_requests.sign(
        secret=secret, method="POST", path=path, timestamp=timestamp, nonce="courier-nonce-1", body=body
    )
    headers = {"X-Key-Id": key_id, "X-Timestamp": timestamp, "X-Nonce": "courier-nonce-1", "X-Signature": signature}
    return await api.post(path, content=body, headers={**headers, "Content-Type": "application/json"})


async def test_fetched_at_the_hall_and_the_result_page(api: httpx.AsyncClient, bff: httpx.AsyncClient) -> None:
    citizen, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    desk = await desk_of(api, ("hall_manager", ""), username="sunqi")
    refused = await desk.press(f"/console/filings/{code}/refuse", reason="不符合条件")
    assert "其他工作人员领取" in refused.text
    number = await review.accept(code=code, within=CITY, by=reviewer)
    await desk.press(f"/console/filings/{code}/close", note="已制证")
    await desk.press(f"/console/filings/{code}/hand-over")
    headers = await sign_in(citizen)
    shown = (await bff.get(f"/v1/cases/{number}/result", headers=headers)).json()
    assert (shown["offered"], shown["delivery"]["state"]) == (["pick_up", "courier"], "delivered")
    late = await bff.put(f"/v1/cases/{number}/delivery", json={"way": "pick_up", "hall_code": HALL}, headers=headers)
    assert late.json()["code"] == "DeliveryUnderway"
    assert (await Case.get(case_no=number)).stage == "closed"


async def test_forms_are_seen_as_they_will_be(api: httpx.AsyncClient) -> None:
    desk = await desk_of(api, ("editor", ""), username="zhouba")
    assert "居民身份证换领" in (await desk.open("/console/online-forms")).text
    shown = (await desk.open(f"/console/online-forms/{SLUG}")).text
    for said in ("换领原因", "选择“换领原因”为其他时出现", "可容缺后补", "网上填报代替", "本人承诺"):
        assert said in shown
