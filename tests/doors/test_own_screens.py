"""The screens of one's own: bookings, bills, cases, ratings, account. What is another's is not there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from appointments import fees
from appointments.fees import Fee
from cases.timeline import Kind
from foundation import settings
from foundation.actor import Actor
from identity import platforms, verifier
from identity.idnumber import Identity
from identity.models import Citizen
from identity.platforms import Holder
from notifications import delivery, templates
from payments import gateway
from tests.builders import appointments as booking
from tests.builders import cases, identity, payments
from tests.builders.doors import sign_in
from tests.builders.identity import CodesOf, id_number
from tests.builders.payments import Till


@dataclass
class Caller:
    """A citizen at the door."""

    door: httpx.AsyncClient
    citizen: Citizen
    headers: dict[str, str]
    papers: Identity

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.door.request(method, path, json=body, headers={**self.headers, **headers})

    async def get(self, path: str) -> Any:
        answer = await self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        answer = await self(method, path, body, **headers)
        return answer.status_code, answer.json()["code"]


async def caller(door: httpx.AsyncClient, *, verified: bool = True, platform: str = "wechat") -> Caller:
    number = id_number()
    citizen = await identity.citizen(number=number, verified=verified)
    headers = await sign_in(citizen, platform=platform)
    return Caller(door, citizen, headers, Identity.of("id_card", number))


@pytest.fixture
async def me(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


@pytest.fixture
async def stranger(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


@pytest.fixture
def till() -> AsyncIterator[Till]:
    """Both channels, played by hand."""
    made = Till("wechat")
    gateway.use({"wechat": made, "alipay": Till("alipay")})
    yield made
    gateway.use({})


async def test_a_booking_from_the_slot_to_its_end(me: Caller) -> None:
    slot = await booking.a_slot(capacity=2)
    made = await me("POST", "/v1/bookings", {"slot_id": slot.id}, **{"Idempotency-Key": "my-intent-1"})
    assert made.status_code == 201
    mine = made.json()
    assert (mine["state"], mine["can_cancel"]) == ("booked", True)
    assert [one["code"] for one in await me.get("/v1/bookings")] == [mine["code"]]
    assert (await me.get(f"/v1/bookings/{mine['code']}"))["hall_name"] == "示例市政务服务中心"
    code = await me.get(f"/v1/bookings/{mine['code']}/check-in-code")
    assert code["code"]
    assert code["qr_svg"].startswith("<svg")
    assert "viewBox" in code["qr_svg"]  # without it a page cannot show it at a size of its own
    assert (await me.get("/v1/home"))["todo"]["next_booking"]["code"] == mine["code"]
    gone = await me("POST", f"/v1/bookings/{mine['code']}/cancel")
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    assert await booking.booked_and_live(slot) == (0, 0)


async def test_one_intent_is_one_booking(me: Caller) -> None:
    slot = await booking.a_slot(capacity=2)
    other = await booking.a_slot(capacity=2)
    key = {"Idempotency-Key": "my-intent-2"}
    first = await me("POST", "/v1/bookings", {"slot_id": slot.id}, **key)
    again = await me("POST", "/v1/bookings", {"slot_id": slot.id}, **key)
    assert first.json()["code"] == again.json()["code"]
    assert await me.refused("POST", "/v1/bookings", {"slot_id": other.id}, **key) == (422, "KeyReused")
    assert await me.refused("POST", "/v1/bookings", {"slot_id": slot.id}) == (422, "KeyNeeded")
    for wrong in ("short", "x" * 81, "with space in it", "semi;colon;key"):
        bad = {"Idempotency-Key": wrong}
        assert await me.refused("POST", "/v1/bookings", {"slot_id": slot.id}, **bad) == (422, "KeyNeeded")


async def test_why_a_place_is_refused(bff: httpx.AsyncClient, me: Caller, stranger: Caller) -> None:
    key = {"Idempotency-Key": "my-intent-3"}
    full = await booking.a_slot(capacity=1)
    await stranger("POST", "/v1/bookings", {"slot_id": full.id}, **key)
    assert await me.refused("POST", "/v1/bookings", {"slot_id": full.id}, **key) == (409, "SlotFull")
    shut = await booking.a_slot(state="suspended")
    assert await me.refused("POST", "/v1/bookings", {"slot_id": shut.id}, **key) == (409, "SlotSuspended")
    assert await me.refused("POST", "/v1/bookings", {"slot_id": 2**62}, **key) == (404, "SlotNotFound")
    nobody = await caller(bff, verified=False)
    free = await booking.a_slot()
    assert await nobody.refused("POST", "/v1/bookings", {"slot_id": free.id}, **key) == (403, "RealNameNeeded")


async def test_what_is_anothers_is_not_there(me: Caller, stranger: Caller) -> None:
    held, _, _ = await booking.a_held_place(by=Actor.citizen(me.citizen.id))
    bill = await payments.a_bill(payer=me.papers)
    case = await cases.a_case(applicant=me.papers)
    for path in (f"/v1/bookings/{held.code}", f"/v1/bills/{bill.pay_code}", f"/v1/cases/{case.case_no}"):
        await me.get(path)
    for method, path, code in (
        ("GET", f"/v1/bookings/{held.code}", "BookingNotFound"),
        ("GET", f"/v1/bookings/{held.code}/check-in-code", "BookingNotFound"),
        ("POST", f"/v1/bookings/{held.code}/cancel", "BookingNotFound"),
        ("GET", f"/v1/bills/{bill.pay_code}", "BillNotFound"),
        ("GET", f"/v1/bills/{bill.pay_code}/result", "BillNotFound"),
        ("GET", f"/v1/cases/{case.case_no}", "CaseNotFound"),
    ):
        assert await stranger.refused(method, path) == (404, code), path
    paying = {"channel": "wechat"}
    assert await stranger.refused("POST", f"/v1/bills/{bill.pay_code}/checkout", paying) == (404, "BillNotFound")
    rating = {"kind": "case", "number": case.case_no, "level": 5}
    assert await stranger.refused("POST", "/v1/ratings", rating) == (404, "NothingToRate")
    assert await me.get("/v1/bookings") != []
    assert [await stranger.get(path) for path in ("/v1/bookings", "/v1/bills", "/v1/cases")] == [[], [], []]


async def test_a_bill_is_begun_and_waits_for_the_truth(me: Caller, till: Till) -> None:
    bill = await payments.a_bill(payer=me.papers, fen=1234)
    assert [(one["pay_code"], one["total_fen"]) for one in await me.get("/v1/bills")] == [(bill.pay_code, 1234)]
    assert (await me.get("/v1/home"))["todo"]["unpaid_fen"] == 1234
    assert (await me.get(f"/v1/bills/{bill.pay_code}/result"))["state"] == "unpaid"
    begun = await me("POST", f"/v1/bills/{bill.pay_code}/checkout", {"channel": "wechat"})
    assert (begun.status_code, begun.json()["amount_fen"]) == (200, 1234)
    again = await me("POST", f"/v1/bills/{bill.pay_code}/checkout", {"channel": "wechat"})
    assert again.json()["out_trade_no"] == begun.json()["out_trade_no"]
    till.pay(begun.json()["out_trade_no"])
    assert (await me.get(f"/v1/bills/{bill.pay_code}/result"))["state"] == "settled"
    body = {"channel": "wechat"}
    assert await me.refused("POST", f"/v1/bills/{bill.pay_code}/checkout", body) == (409, "BillAlreadySettled")


async def test_paying_needs_an_account_of_that_platform(me: Caller, till: Till) -> None:
    bill = await payments.a_bill(payer=me.papers)
    refused = await me.refused("POST", f"/v1/bills/{bill.pay_code}/checkout", {"channel": "alipay"})
    assert refused == (403, "AccountNeeded")


async def test_a_bill_or_a_case_by_number_and_a_second_factor(bff: httpx.AsyncClient, me: Caller) -> None:
    bill, case = await payments.a_bill(payer=me.papers), await cases.a_case(applicant=me.papers)
    last_four = me.papers.number[-4:]
    for path, field, number in (("bills", "pay_code", bill.pay_code), ("cases", "case_no", case.case_no)):
        found = await bff.post(f"/v1/{path}/look-up", json={field: number, "last_four": last_four})
        assert found.json()[field] == number
        wrong = await bff.post(f"/v1/{path}/look-up", json={field: number, "last_four": "0000"})
        nowhere = await bff.post(f"/v1/{path}/look-up", json={field: "99999999999999", "last_four": last_four})
        assert (wrong.status_code, wrong.json()["code"]) == (nowhere.status_code, nowhere.json()["code"])
        assert wrong.json()["message"] == nowhere.json()["message"]
        assert wrong.status_code == 404


async def test_guessing_a_second_factor_ends_soon(bff: httpx.AsyncClient, me: Caller) -> None:
    case = await cases.a_case(applicant=me.papers)
    body = {"case_no": case.case_no, "last_four": "0000"}
    tried = [await bff.post("/v1/cases/look-up", json=body) for _ in range(15)]
    assert tried[-1].status_code == 429
    assert int(tried[-1].headers["retry-after"]) > 0


async def test_a_closed_case_is_rated_once(me: Caller) -> None:
    case = await cases.a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.DECIDED, Kind.CLOSED, applicant=me.papers)
    assert [one["number"] for one in await me.get("/v1/ratings/waiting")] == [case.case_no]
    bad = {"kind": "case", "number": case.case_no, "level": 1}
    assert await me.refused("POST", "/v1/ratings", bad) == (422, "ReasonNeeded")
    given = await me("POST", "/v1/ratings", {**bad, "level": 5, "text": "很快"})
    assert (given.status_code, given.json()) == (201, {"level": 5, "label": "非常满意"})
    assert await me.refused("POST", "/v1/ratings", {**bad, "level": 5}) == (409, "RatedAlready")
    assert await me.get("/v1/ratings/waiting") == []


async def test_signing_in_and_out(bff: httpx.AsyncClient) -> None:
    platforms.use("wechat", CodesOf({"code-1": Holder("app", "o1")}))
    version = (await bff.get("/v1/policy")).json()["version"]
    body = {"platform": "wechat", "code": "code-1", "policy": version}
    done = await bff.post("/v1/login", json=body)
    assert done.status_code == 201
    assert done.json()["first_time"]
    once = await bff.post("/v1/login", json=body)
    assert (once.status_code, once.json()["code"]) == (401, "CodeUnusable")
    bearer = {"Authorization": f"Bearer {done.json()['token']}"}
    assert not (await bff.get("/v1/me", headers=bearer)).json()["real_name_done"]
    assert (await bff.post("/v1/sign-out", headers=bearer)).status_code == 204
    assert (await bff.get("/v1/me", headers=bearer)).json()["code"] == "SessionOver"


async def test_sign_in_comes_back_to_our_own_pages_only(bff: httpx.AsyncClient) -> None:
    platforms.use("wechat", CodesOf({"code-1": Holder("app", "o1")}))
    platforms.use("alipay", CodesOf({"code-1": Holder("app", "o1")}))
    ours = settings.current().processes.public_bff_url
    for redirect in ("/h5/", "https://evil.test/", "//evil.test/", "\\\\evil.test", "@evil.test/"):
        ways = (await bff.get("/v1/login/options", params={"redirect": redirect, "state": "s-1"})).json()
        assert ways["wechat"].startswith(f"{ours}/"), redirect


async def test_becoming_somebody(bff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    new = await caller(bff, verified=False)
    number = id_number()
    body = {"name": "张三", "id_number": number}

    async def knows(*, name: str, identity: Identity) -> bool:
        return (name, identity.number) == ("张三", number)

    monkeypatch.setattr(verifier, "ask", knows)
    assert await new.refused("POST", "/v1/me/real-name", {**body, "name": "李四"}) == (409, "NameMismatch")
    wrong = {**body, "id_number": number[:-1] + ("0" if number[-1] != "0" else "1")}
    assert await new.refused("POST", "/v1/me/real-name", wrong) == (422, "WrongCheckDigit")
    done = (await new("POST", "/v1/me/real-name", body)).json()
    assert (done["real_name_done"], "*" in done["name"]) == (True, True)
    assert number not in str(done)


async def test_a_phone_number_by_the_platforms_button(me: Caller) -> None:
    platforms.use("wechat", CodesOf({}, {"phone-code": "13800000001"}))
    bound = await me("POST", "/v1/me/phone", {"code": "phone-code"})
    assert bound.json() == {"phone": "138****0001"}
    assert (await me.get("/v1/me"))["phone"] == "138****0001"


async def test_sessions_are_listed_and_ended(me: Caller) -> None:
    tablet = await sign_in(me.citizen, device="平板")
    listed = {one["device"]: one for one in await me.get("/v1/me/sessions")}
    assert (listed["手机"]["this_one"], listed["平板"]["this_one"]) == (True, False)
    assert (await me("DELETE", f"/v1/me/sessions/{listed['平板']['id']}")).status_code == 204
    assert (await me.door.get("/v1/me", headers=tablet)).json()["code"] == "SessionOver"
    assert await me.refused("DELETE", "/v1/me/sessions/not-mine") == (404, "NoSuchSession")
    assert (await me("POST", "/v1/me/sign-out-everywhere")).json() == {"ended": 1}


async def test_messages_are_read(me: Caller) -> None:
    await delivery.announce(
        citizen_id=me.citizen.id,
        occasion="bill_settled:1",
        template=templates.BILL_SETTLED,
        values={"title": "工本费", "yuan": "20.00"},
        page="pages/bill/1",
    )
    assert [one["read"] for one in await me.get("/v1/me/messages")] == [False]
    assert (await me.get("/v1/home"))["todo"]["unread"] == 1
    assert (await me("POST", "/v1/me/messages/read")).status_code == 204
    assert [one["read"] for one in await me.get("/v1/me/messages")] == [True]


async def test_consent_to_a_message(me: Caller) -> None:
    known = settings.current().wechat.template_booking
    assert (await me("POST", "/v1/me/consents", {"templates": [known]})).status_code == 204
    assert await me.refused("POST", "/v1/me/consents", {"templates": ["another"]}) == (422, "TemplateUnknown")


async def test_a_booking_says_what_it_costs_and_where_to_pay(me: Caller) -> None:
    kind = await booking.a_type()
    await fees.change(type_id=kind.id, fee=Fee("126001", "应急管理局", "126011", "考试费", 8000), by=booking.STAFF)
    held, *_ = await booking.a_held_place(slot=await booking.a_slot(of=kind), by=Actor.citizen(me.citizen.id))
    assert (await me.get(f"/v1/types/{kind.code}"))["fee_fen"] == 8000
    assert (await me.get(f"/v1/bookings/{held.code}"))["fee"] is None  # the bill is on its way
    await fees.ask(held.id)
    fee = (await me.get(f"/v1/bookings/{held.code}"))["fee"]
    assert (fee["total_fen"], fee["state"]) == (8000, "unpaid")
    assert (await me.get(f"/v1/bills/{fee['pay_code']}"))["total_fen"] == 8000
