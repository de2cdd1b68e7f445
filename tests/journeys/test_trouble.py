"""Bad input and bad luck: each a named refusal, no 500, nothing lost."""

import asyncio
import json
import time
from typing import Any

import pytest

from tests.journeys.walkers import Bureau, Citizen, Records, Sandbox, bill_of, body, client, code
from tests.launched import Launched

pytestmark = pytest.mark.slow
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "raw", "headers", "status", "named"),
    [
        ("/v1/login", b'{"platform": ', JSON, 400, "Malformed"),
        ("/v1/login", b"\xff\xfe", JSON, 400, "Malformed"),
        ("/v1/login", b"[" * 5000, JSON, 400, "Malformed"),
        ("/v1/login", b"{}", {"Content-Type": "text/plain"}, 415, "NotJson"),
        ("/v1/login", b'{"platform": "wechat", "code": 5}', JSON, 422, "InvalidFields"),
        ("/v1/login", b'{"platform": "qq", "code": "c"}', JSON, 422, "InvalidFields"),
        ("/v1/login", b'{"platform": "wechat", "code": "c", "admin": true}', JSON, 422, "InvalidFields"),
        ("/v1/login", b'{"platform": "wechat", "code": "%s"}' % (b"c" * 600), JSON, 422, "InvalidFields"),
        ("/v1/login", b'{"platform": "wechat", "code": "a\\u0000b"}', JSON, 422, "InvalidFields"),
        ("/v1/login", b'{"platform": "wechat", "code": "made-up"}', JSON, 401, "CodeUnusable"),
        ("/v1/ask", b'{"question": "%s"}' % (b"x" * 6000), JSON, 422, "InvalidFields"),
        ("/v1/ask", b'"%s"' % (b"x" * 990_000), JSON, 413, "TooLarge"),
        ("/v1/bills/look-up", b'{"pay_code": "12345678", "last_four": "12"}', JSON, 422, "InvalidFields"),
        ("/v1/ratings", b"{}", JSON, 401, "NotSignedIn"),
        ("/v1/nowhere", b"{}", JSON, 404, "NotFound"),
    ],
)
async def test_what_cannot_be_read(
    whole_house: Launched, path: str, raw: bytes, headers: dict[str, str], status: int, named: str
):
    answer = await Citizen(whole_house).http.post(path, content=raw, headers=headers)
    assert code(answer, status) == named


async def test_a_session_that_is_none_or_over(whole_house: Launched):
    citizen = Citizen(whole_house)
    assert code(await citizen.http.get("/v1/me"), 401) == "NotSignedIn"
    citizen.http.headers["Authorization"] = "Bearer made-up"
    assert code(await citizen.http.get("/v1/me"), 401) == "SessionOver"
    await citizen.sign_in()
    assert await citizen.get("/v1/me")
    assert (await citizen.http.post("/v1/sign-out")).status_code == 204
    assert code(await citizen.http.get("/v1/me"), 401) == "SessionOver"


@pytest.mark.parametrize("platform", ["wechat", "alipay"])
async def test_a_code_is_good_for_one_sign_in(whole_house: Launched, platform: str):
    citizen = Citizen(whole_house)
    asked = {"platform": platform, "code": await citizen.code(platform)}
    answers = await asyncio.gather(*(citizen.http.post("/v1/login", json=asked) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 401, 401, 401]
    assert {code(one, 401) for one in answers if one.status_code == 401} == {"CodeUnusable"}


async def test_what_belongs_to_others_is_not_there(whole_house: Launched):
    owner, stranger = await Citizen(whole_house).arrive(), await Citizen(whole_house).arrive()
    bureau = Bureau(whole_house)
    booking, pay_code = await owner.book(), await bureau.bill(owner)
    case_no = await bureau.case(owner, "received", "closed")
    (session,) = await owner.get("/v1/me/sessions")

    async def tried(method: str, path: str, asked: Any = None) -> str:
        return code(await stranger.http.request(method, path, json=asked), 404)

    assert await tried("GET", f"/v1/bookings/{booking['code']}") == "BookingNotFound"
    assert await tried("POST", f"/v1/bookings/{booking['code']}/cancel") == "BookingNotFound"
    assert await tried("GET", f"/v1/bookings/{booking['code']}/check-in-code") == "BookingNotFound"
    assert await tried("GET", f"/v1/bills/{pay_code}") == "BillNotFound"
    assert await tried("POST", f"/v1/bills/{pay_code}/checkout", {"channel": "wechat"}) == "BillNotFound"
    assert await tried("GET", f"/v1/bills/{pay_code}/result") == "BillNotFound"
    assert await tried("GET", f"/v1/cases/{case_no}") == "CaseNotFound"
    assert await tried("POST", "/v1/ratings", {"kind": "case", "number": case_no, "level": 5}) == "NothingToRate"
    assert await tried("DELETE", f"/v1/me/sessions/{session['id']}") == "NoSuchSession"
    for path in ("/v1/bookings", "/v1/bills", "/v1/cases", "/v1/ratings/waiting"):
        assert await stranger.get(path) == []


async def test_a_booking_without_a_key_or_a_slot(whole_house: Launched):
    citizen = await Citizen(whole_house).arrive()
    assert code(await citizen.http.post("/v1/bookings", json={"slot_id": 1}), 422) == "KeyNeeded"
    assert code(await citizen.reserve(2**60, key="some-key-1"), 404) == "SlotNotFound"
    assert code(await citizen.reserve(2**70, key="some-key-2"), 422) == "InvalidFields"


async def test_guessing_is_slowed_down(whole_house: Launched):
    guesses = [
        await Citizen(whole_house).http.post(
            "/v1/cases/look-up", json={"case_no": "990100209900000000", "last_four": f"{n:04d}"}
        )
        for n in range(11)
    ]
    assert {code(one, 404) for one in guesses[:10]} == {"CaseNotFound"}
    assert code(guesses[10], 429) == "TooManyRequests"


async def test_requests_that_a_department_did_not_make(whole_house: Launched):
    bureau, path = Bureau(whole_house), "/departments/v1/bills"
    raw = json.dumps({"bills": [bill_of(Citizen(whole_house), 100)]}).encode()
    genuine = bureau.signed(path, raw)

    async def push(headers: dict[str, str], content: bytes = raw) -> Any:
        return await bureau.http.post(path, content=content, headers=headers)

    assert body(await push(genuine))["received"] == 1
    assert code(await push(genuine), 401) == "RequestReplayed"
    assert code(await push(JSON), 401) == "SignatureMissing"
    assert code(await push(bureau.signed(path, raw), raw.replace(b"100", b"900")), 401) == "SignatureWrong"
    assert code(await push(bureau.signed(path, raw) | {"X-Key-Id": "nobody"}), 401) == "SignatureWrong"
    assert code(await push(bureau.signed("/departments/v1/cases/events", raw)), 401) == "SignatureWrong"
    stale = str(int(time.time()) - 400)
    assert code(await push(bureau.signed(path, raw, timestamp=stale)), 401) == "SignatureStale"


async def test_one_bad_row_does_not_spoil_the_batch(whole_house: Launched):
    bureau, payer = Bureau(whole_house), Citizen(whole_house)
    good, wrong_sum, wrong_number = bill_of(payer, 100), bill_of(payer, 100), bill_of(payer, 100)
    wrong_sum["total_fen"] = 99
    wrong_number["payer"] = {"name": "张三", "id_number": "110105198001010017"}
    said = body(await bureau.push("/departments/v1/bills", {"bills": [wrong_sum, good, wrong_number]}))
    assert [row.get("code", "") for row in said["rows"]] == ["TotalDoesNotAddUp", "", "WrongCheckDigit"]
    assert (said["received"], said["refused"]) == (1, 2)
    assert "110105198001010017" not in json.dumps(said)
    ancient = {"event_id": "e1", "case_no": "3507", "kind": "received", "happened_at": "0001-01-01T00:00:00+08:00"}
    said = body(await bureau.push("/departments/v1/cases/events", {"events": [ancient]}))
    assert said["rows"][0]["code"] == "EventTooOld"


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
async def test_forged_and_changed_notices(whole_house: Launched, channel: str):
    citizen, sandbox, records = await Citizen(whole_house).arrive(channel), Sandbox(whole_house), Records(whole_house)
    pay_code = await Bureau(whole_house).bill(citizen)
    order = await citizen.checkout(pay_code, channel)
    await sandbox.pay(order, "lose_notify")
    (notice,) = await sandbox.notices(order["out_trade_no"])
    for forge in ("signature", "body"):
        tried = await sandbox.pull("notify/resend", id=notice["id"], forge=forge)
        assert tried["attempts"][-1]["status"] == 403
    facts = {"amount": {"total": 1}} if channel == "wechat" else {"total_amount": "0.01"}
    tried = await sandbox.pull("notify/resend", id=notice["id"], facts=facts)  # genuine, and not what we asked for
    assert tried["attempts"][-1]["status"] == 200
    rows = await records.rows(
        "select outcome, problem from channel_event where out_trade_no = $1", order["out_trade_no"]
    )
    assert [tuple(row) for row in rows] == [("quarantined", "amount")]
    await citizen.settled(pay_code)  # by asking the platform
    await records.settled_once(pay_code)


async def test_notices_out_of_nowhere(whole_house: Launched):
    systems = client(whole_house.api)
    signed = {
        "Wechatpay-Timestamp": str(int(time.time()) - 600),
        "Wechatpay-Nonce": "n",
        "Wechatpay-Serial": "not hex",
        "Wechatpay-Signature": "WECHATPAY/SIGNTEST/xyz",
    }
    for headers in ({}, signed, signed | {"Wechatpay-Timestamp": "soon"}):
        answer = await systems.post("/callbacks/wechat/pay", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "FAIL")
    for raw in (b"", b"sign=x", b"\xff\xff", b"sign=x&sign_type=RSA&charset=klingon"):
        answer = await systems.post("/callbacks/alipay/pay", content=raw)
        assert (answer.status_code, answer.text) == (403, "failure")
    probed = await Sandbox(whole_house).pull("wechat_pay/probe", url=f"{whole_house.api}/callbacks/wechat/pay")
    assert probed["status"] == 403


@pytest.mark.parametrize(("channel", "service"), [("wechat", "wechat_pay"), ("alipay", "alipay")])
async def test_a_platform_that_answers_wrongly_or_not(whole_house: Launched, channel: str, service: str):
    citizen, sandbox, records = await Citizen(whole_house).arrive(channel), Sandbox(whole_house), Records(whole_house)
    for kind in ("down", "drop", "drop_after_accept", "system_error", "bad_signature"):
        pay_code = await Bureau(whole_house).bill(citizen)
        await sandbox.pull("trouble", service=service, kind=kind, seconds=20)
        try:
            answer = await citizen.http.post(f"/v1/bills/{pay_code}/checkout", json={"channel": channel})
            assert code(answer, 503) in {"OutcomeUnknown", "SystemError", "ForgedAnswer"}, kind
            assert await citizen.result(pay_code) == "waiting"
        finally:
            await sandbox.pull("trouble", service=service, kind="none")
        await sandbox.pay(await citizen.checkout(pay_code, channel))
        await citizen.settled(pay_code)
        orders = await records.rows(
            "select 1 from payment_order o join bill b on b.id = o.bill_id where b.pay_code = $1", pay_code
        )
        assert len(orders) == 1, kind  # tried again with the same number
    await records.balanced()


async def test_a_platform_that_is_too_slow(whole_house: Launched):
    """All at once, for each waits its ten seconds."""
    payer, sandbox = await Citizen(whole_house).arrive(), Sandbox(whole_house)
    pay_code = await Bureau(whole_house).bill(payer)
    newcomer, unverified = Citizen(whole_house), Citizen(whole_house)
    await unverified.sign_in()
    asked = {"platform": "alipay", "code": await newcomer.code("alipay")}
    for service in ("wechat_pay", "alipay", "realname"):
        await sandbox.pull("trouble", service=service, kind="slow", seconds=14, delay=13)
    checkout, login, realname = await asyncio.gather(
        payer.http.post(f"/v1/bills/{pay_code}/checkout", json={"channel": "wechat"}),
        newcomer.http.post("/v1/login", json=asked),
        unverified.http.post("/v1/me/real-name", json={"name": "张三", "id_number": unverified.number}),
    )
    for service in ("wechat_pay", "alipay", "realname"):
        await sandbox.pull("trouble", service=service, kind="none")
    assert code(checkout, 503) == "OutcomeUnknown"
    assert code(login, 503) == "OutcomeUnknown"
    assert code(realname, 503) == "VerifierUnavailable"
    await unverified.verify()
    await sandbox.pay(await payer.checkout(pay_code))
    await payer.settled(pay_code)
