"""The WeChat platform API: errcodes as classes, one new token and one repeat, logins, messages, text checks."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels import errors
from channels.messages import Outcome
from channels.wechat import login, messages, security
from channels.wechat.client import WeChatClient
from channels.wechat.login import WeChatSession
from foundation import clock
from foundation.errors import NotSignedIn
from tests.builders.channels import Answer, Call, Vendor, jsoned
from tests.channels import published
from tests.channels.conftest import KeyFolder


@pytest.fixture
async def client(keys: KeyFolder, redis_db: Any) -> AsyncIterator[WeChatClient]:
    line = WeChatClient(keys.settings())
    yield line
    await line.aclose()


def answering(answer: Any) -> Callable[[Call], Answer]:
    """Tokens on request, and `answer` to everything else."""

    def reply(call: Call) -> Answer:
        if call.path == "/cgi-bin/stable_token":
            return jsoned({"access_token": "token-1", "expires_in": 7200})
        return jsoned(answer(call) if callable(answer) else answer)

    return reply


def paths(vendor: Vendor) -> list[str]:
    return [call.path.partition("?")[0] for call in vendor.calls]


async def test_a_code_becomes_a_session(client: WeChatClient, vendor: Vendor) -> None:
    vendor.answer = answering({"openid": "o-1", "unionid": "u-1", "session_key": "a2V5"})
    session = await login.code_to_session(client, "code-1")
    assert (session.openid, session.unionid, session.session_key) == ("o-1", "u-1", "a2V5")
    assert "a2V5" not in repr(session)
    assert paths(vendor) == ["/sns/jscode2session"]  # no access token is needed or fetched
    assert vendor.calls[0].query == {
        "appid": "wx0000000000000001",
        "secret": "demo-secret",
        "js_code": "code-1",
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize("code", ["", "a b", "x" * 513, "码", "a&appid=1", "a\n"])
async def test_a_code_that_cannot_be_one_is_not_sent(client: WeChatClient, vendor: Vendor, code: str) -> None:
    with pytest.raises(errors.CodeUnusable):
        await login.code_to_session(client, code)
    assert vendor.calls == []


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [
        (-1, errors.SystemError),
        (40029, errors.CodeUnusable),
        (40163, errors.CodeUnusable),
        (45011, errors.SlowDown),
        (40226, errors.RiskyAccount),
        (40013, errors.ChannelRefused),
    ],
)
async def test_login_errors(client: WeChatClient, vendor: Vendor, errcode: int, kind: type[Exception]) -> None:
    vendor.answer = answering({"errcode": errcode, "errmsg": "no"})
    with pytest.raises(kind) as raised:
        await login.code_to_session(client, "code-1")
    assert type(raised.value) is kind
    assert len(vendor.calls) == 1  # a code is good for one call


def test_a_used_code_is_not_signed_in() -> None:
    assert issubclass(errors.CodeUnusable, NotSignedIn)
    assert errors.CodeUnusable("40163").as_dict()["message"].endswith("请重新进入后再试。")


@pytest.mark.parametrize("answer", [(502, {}, b"<html>"), (200, {}, b"<html>"), (200, {}, b"[]"), (200, {}, b"{}")])
async def test_an_unreadable_answer_is_unknown(client: WeChatClient, vendor: Vendor, answer: Answer) -> None:
    vendor.answer = lambda call: answer
    with pytest.raises(errors.OutcomeUnknown):
        await login.code_to_session(client, "code-1")


async def test_web_authorisation(client: WeChatClient, vendor: Vendor) -> None:
    vendor.answer = answering({"openid": "o-1", "access_token": "a", "scope": "snsapi_base"})
    assert (await login.oauth_openid(client, "code-1")).openid == "o-1"
    assert paths(vendor) == ["/sns/oauth2/access_token"]
    address = login.authorize_address(client, redirect="https://h5.test/login?a=1", state="s 1")
    assert address == (
        f"{vendor.url}/connect/oauth2/authorize?appid=wx0000000000000001"
        "&redirect_uri=https%3A%2F%2Fh5.test%2Flogin%3Fa%3D1&response_type=code&scope=snsapi_base&state=s+1"
        "#wechat_redirect"
    )


TOKEN, CHECK = "/cgi-bin/stable_token", "/wxa/msg_sec_check"
TWO_TRIES = [TOKEN, CHECK, TOKEN, TOKEN, CHECK]  # the same token again, so a forced one


async def test_an_invalid_token_is_replaced_once_and_the_call_repeated_once(
    client: WeChatClient, vendor: Vendor
) -> None:
    def reply(call: Call) -> Answer:
        if call.path == "/cgi-bin/stable_token":
            forced = json.loads(call.body)["force_refresh"]
            return jsoned({"access_token": "token-2" if forced else "token-1", "expires_in": 7200})
        good = call.query["access_token"] == "token-2"
        return jsoned({"errcode": 0, "result": {"suggest": "pass", "label": 100}} if good else {"errcode": 42001})

    vendor.answer = reply
    verdict = await security.check_text(client, openid="o-1", text="很好")
    assert verdict.suggestion is security.Suggestion.PASS
    assert paths(vendor) == TWO_TRIES


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_token_that_stays_invalid_does_not_loop(client: WeChatClient, vendor: Vendor, errcode: int) -> None:
    vendor.answer = answering({"errcode": errcode})
    with pytest.raises(errors.ChannelRefused):
        await security.check_text(client, openid="o-1", text="很好")
    assert paths(vendor) == TWO_TRIES


async def test_a_hundred_calls_with_a_bad_token_force_once(client: WeChatClient, vendor: Vendor) -> None:
    vendor.answer = answering({"errcode": 40001})
    calls = (security.check_text(client, openid="o-1", text="很好") for _ in range(100))
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(one, errors.ChannelRefused) for one in ended)
    asked = [json.loads(call.body)["force_refresh"] for call in vendor.calls if call.path == TOKEN]
    assert asked == [False, False, True]


async def test_messages_go_out_in_chinese_and_cut_to_size(client: WeChatClient, vendor: Vendor) -> None:
    vendor.answer = answering({"errcode": 0, "msgid": 1})
    ended = await messages.send_subscription(
        client,
        openid="o-1",
        template_id="tpl",
        fields={"thing1": "不动产首次登记（含抵押权首次登记一并申请）", "time2": "2026年11月23日 09:00"},
        page="pages/mine",
    )
    assert ended.outcome is Outcome.SENT
    body = vendor.calls[-1].body.decode()
    assert "不动产首次登记" in body
    assert len(json.loads(body)["data"]["thing1"]["value"]) == 20
    assert json.loads(body)["data"]["time2"]["value"] == "2026年11月23日 09:00"


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [
        (43101, Outcome.REFUSED),
        (40003, Outcome.REFUSED),
        (40037, Outcome.REFUSED),
        (41030, Outcome.REFUSED),
        (47003, Outcome.REFUSED),
        (-1, Outcome.TRY_AGAIN),
        (45009, Outcome.LIMITED),
        (40001, Outcome.TRY_AGAIN),
    ],
)
async def test_messages_end_in_one_of_three_ways(
    client: WeChatClient, vendor: Vendor, errcode: int, outcome: Outcome
) -> None:
    vendor.answer = answering({"errcode": errcode, "errmsg": "no"})
    ended = await messages.send_subscription(client, openid="o-1", template_id="tpl", fields={}, page="p")
    assert ended.outcome is outcome


async def test_a_vendor_that_is_away_means_try_again(keys: KeyFolder) -> None:
    away = WeChatClient(keys.settings(WECHAT_API_URL="http://127.0.0.1:9"))
    ended = await messages.send_subscription(away, openid="o-1", template_id="tpl", fields={}, page="p")
    assert ended.outcome is Outcome.TRY_AGAIN
    await away.aclose()


async def test_a_long_text_is_checked_in_parts_and_the_worst_counts(client: WeChatClient, vendor: Vendor) -> None:
    def verdict(call: Call) -> dict[str, Any]:
        asked = json.loads(call.body)
        assert (asked["version"], asked["scene"]) == (2, 2)
        assert len(asked["content"]) <= 2500
        suggest = "risky" if "坏" in asked["content"] else "pass"
        return {"errcode": 0, "result": {"suggest": suggest, "label": 20001 if suggest == "risky" else 100}}

    vendor.answer = answering(verdict)
    found = await security.check_text(client, openid="o-1", text="好" * 2600 + "坏" + "好" * 3000)
    assert (found.suggestion, found.label) == (security.Suggestion.RISKY, 20001)


def phone(app_id: str = "wx0000000000000001", age: int = 0) -> dict[str, Any]:
    watermark = {"appid": app_id, "timestamp": int(clock.now().timestamp()) - age}
    return {"errcode": 0, "phone_info": {"purePhoneNumber": "13800000000", "countryCode": "86", "watermark": watermark}}


async def test_a_phone_number_must_be_ours_and_fresh(client: WeChatClient, vendor: Vendor) -> None:
    vendor.answer = answering(lambda call: phone())
    assert await login.phone_number(client, "code-1") == "13800000000"
    for answer in (phone(app_id="wx-other"), phone(age=301)):
        vendor.answer = answering(answer)
        with pytest.raises(errors.ForgedAnswer):
            await login.phone_number(client, "code-1")


def encrypted(data: dict[str, Any], key: bytes, iv: bytes) -> str:
    plain = json.dumps(data).encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


async def test_the_published_encrypted_data_opens(keys: KeyFolder) -> None:
    client = WeChatClient(keys.settings(WECHAT_APP_ID=published.WECHAT_DATA_APP_ID))
    session = WeChatSession("o-1", session_key=published.WECHAT_DATA_KEY)
    with clock.frozen(datetime.fromtimestamp(published.WECHAT_DATA_SENT_AT, UTC)):
        data = login.open_data(client, session, encrypted=published.WECHAT_DATA, iv=published.WECHAT_DATA_IV)
    assert data["nickName"] == "Band"
    with pytest.raises(errors.CodeUnusable):  # years old by now
        login.open_data(client, session, encrypted=published.WECHAT_DATA, iv=published.WECHAT_DATA_IV)
    await client.aclose()


async def test_encrypted_data_of_another_app_key_or_shape_is_refused(client: WeChatClient) -> None:
    key, iv = b"k" * 16, b"i" * 16
    session = WeChatSession("o-1", session_key=b64encode(key).decode())
    fresh = {"appid": "wx0000000000000001", "timestamp": int(clock.now().timestamp())}

    def opened(text: str, vector: bytes = iv) -> dict[str, Any]:
        return login.open_data(client, session, encrypted=text, iv=b64encode(vector).decode())

    assert opened(encrypted({"watermark": fresh, "openGId": "g"}, key, iv))["openGId"] == "g"
    for bad in (
        encrypted({"watermark": fresh | {"appid": "wx-other"}}, key, iv),
        encrypted({"watermark": fresh}, b"x" * 16, iv),
        encrypted({"x": 1}, key, iv),
        "",
        "AAAA",
        "***",
    ):
        with pytest.raises(errors.CodeUnusable):
            opened(bad)
    with pytest.raises(errors.CodeUnusable):
        opened(encrypted({"watermark": fresh}, key, iv), b"short")
