"""Logins, messages, text checks and the official account against the sandbox over loopback."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from redis.asyncio import Redis

from channels import errors
from channels.alipay import codes as alipay_codes
from channels.alipay import login as alipay_login
from channels.alipay import messages as alipay_messages
from channels.alipay.client import AlipayClient
from channels.messages import Outcome
from channels.wechat import callback, codes, login, messages, security
from channels.wechat.client import WeChatClient
from foundation import settings
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.sandbox_process import Sandbox

pytestmark = pytest.mark.slow

ZHANGSAN, ZHAOLIU = "oDEMO-zhangsan-000000000001", "oDEMO-zhaoliu-0000000000004"
ALIPAY_ZHANGSAN = "0demo-zhangsan-0000000000000000000000000000001"
ALIPAY_ZHAOLIU = "0demo-zhaoliu-000000000000000000000000000004"


@pytest.fixture
async def wechat(sandbox: Sandbox, redis_db: Redis) -> AsyncIterator[WeChatClient]:
    client = WeChatClient(settings.load(sandbox.env))
    yield client
    await client.aclose()


@pytest.fixture(params=["certificate", "key"])
async def alipay(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[AlipayClient]:
    without = (
        ["ALIPAY_PUBLIC_KEY_FILE"]
        if request.param == "certificate"
        else ["ALIPAY_APP_CERT_FILE", "ALIPAY_ROOT_CERT_FILE", "ALIPAY_CERT_FILE"]
    )
    client = AlipayClient(settings.load(sandbox.env | dict.fromkeys(without, "")))
    yield client
    await client.aclose()


async def code(sandbox: Sandbox, kind: str, account: str) -> str:
    return str((await sandbox.pull(f"{kind}/code", openid=account))["code"])


async def test_a_wechat_code_signs_in_once(sandbox: Sandbox, wechat: WeChatClient) -> None:
    given = await code(sandbox, "wechat", ZHANGSAN)
    session = await login.code_to_session(wechat, given)
    assert session.openid == ZHANGSAN
    assert session.unionid
    assert session.session_key
    with pytest.raises(errors.CodeUnusable) as used:
        await login.code_to_session(wechat, given)
    assert used.value.vendor_code == "40163"
    with pytest.raises(errors.CodeUnusable) as unknown:
        await login.code_to_session(wechat, "never-given")
    assert unknown.value.vendor_code == "40029"


async def test_an_account_at_risk_does_not_sign_in(sandbox: Sandbox, wechat: WeChatClient) -> None:
    with pytest.raises(errors.RiskyAccount):
        await login.code_to_session(wechat, await code(sandbox, "wechat", "o-someone_risky"))


async def test_a_browser_in_wechat_signs_in(sandbox: Sandbox, wechat: WeChatClient) -> None:
    address = login.authorize_address(wechat, redirect="http://h5.test/login?next=mine", state="s-1")
    chosen = await sandbox.http.get(address.partition("#")[0] + f"&auto={ZHANGSAN}")
    back = parse_qs(urlsplit(chosen.headers["location"]).query)
    assert (back["state"], back["next"]) == (["s-1"], ["mine"])
    assert (await login.oauth_openid(wechat, back["code"][0])).openid == ZHANGSAN


async def test_a_phone_number_is_given_once(sandbox: Sandbox, wechat: WeChatClient) -> None:
    given = await code(sandbox, "phone", ZHANGSAN)
    assert await login.phone_number(wechat, given) == "13800000001"
    with pytest.raises(errors.CodeUnusable):
        await login.phone_number(wechat, given)


async def test_messages_reach_who_wants_them(sandbox: Sandbox, wechat: WeChatClient) -> None:
    fields = {"thing1": "不动产首次登记", "time2": "2026年11月23日 09:00"}

    async def send(openid: str, template: str = "tpl-booking") -> tuple[Outcome, str]:
        ended = await messages.send_subscription(
            wechat, openid=openid, template_id=template, fields=fields, page="pages/mine"
        )
        return ended.outcome, ended.vendor_code

    assert await send(ZHANGSAN) == (Outcome.SENT, "")
    assert await send(ZHAOLIU) == (Outcome.REFUSED, "43101")
    await sandbox.pull("consent", openid=ZHAOLIU, template_id="tpl-booking")
    assert await send(ZHAOLIU) == (Outcome.SENT, "")
    assert await send(ZHAOLIU) == (Outcome.REFUSED, "43101")  # one accept, one message
    assert await send(ZHANGSAN, "tpl_unknown") == (Outcome.REFUSED, "40037")
    await sandbox.pull("trouble", service="wechat", kind="system_error", times=1)
    assert (await send(ZHANGSAN))[0] is Outcome.TRY_AGAIN
    arrived = await sandbox.look("messages", openid=ZHANGSAN)
    assert [one["data"] for one in arrived] == [fields]


async def test_tokens_ended_by_another_system_are_replaced_unnoticed(sandbox: Sandbox, wechat: WeChatClient) -> None:
    async def send() -> Outcome:
        ended = await messages.send_subscription(
            wechat, openid=ZHANGSAN, template_id="t", fields={"thing1": "办结"}, page="pages/mine"
        )
        return ended.outcome

    assert await send() is Outcome.SENT
    await sandbox.pull("wechat/revoke_tokens")
    assert set(await asyncio.gather(*(send() for _ in range(20)))) == {Outcome.SENT}


async def test_texts_are_judged(sandbox: Sandbox, wechat: WeChatClient) -> None:
    await login.code_to_session(wechat, await code(sandbox, "wechat", ZHANGSAN))
    verdicts = [
        (await security.check_text(wechat, openid=ZHANGSAN, text=text)).suggestion
        for text in ("窗口人员很耐心", "请加微信联系", "赌博")
    ]
    assert verdicts == [security.Suggestion.PASS, security.Suggestion.REVIEW, security.Suggestion.RISKY]


async def test_a_hall_has_a_code_in_wechat(sandbox: Sandbox, wechat: WeChatClient) -> None:
    await sandbox.pull("wechat/revoke_tokens")  # a code is worth a new token too
    picture = await codes.mini_program_code(wechat, page="pages/hall/hall", scene="hall=9901")
    assert picture.startswith(b"\x89PNG")
    for wrong in ({"scene": "大厅"}, {"scene": "x" * 33}, {"page": "/pages/hall/hall"}, {"width": 100}):
        with pytest.raises(errors.RequestWrong):
            await codes.mini_program_code(wechat, **{"page": "pages/hall/hall", "scene": "hall=9901", **wrong})
    with pytest.raises(errors.RequestWrong):  # what the platform itself says no to
        await codes.mini_program_code(wechat, page="pages/hall?a=1", scene="hall=9901")


async def test_a_hall_has_a_code_in_alipay(sandbox: Sandbox, alipay: AlipayClient) -> None:
    address = await alipay_codes.mini_program_code(
        alipay, page="pages/hall/hall", query="hall=9901", describe="示例市政务服务中心"
    )
    assert (await sandbox.http.get(address)).content.startswith(b"\x89PNG")


async def test_the_official_account_is_answered(sandbox: Sandbox, vendor: Vendor) -> None:
    ours = settings.load(sandbox.env).wechat
    heard = []

    def take_in(call: Call) -> Answer:
        if call.method == "GET":
            return 200, {}, callback.confirm_address(ours, call.query).encode()
        message = callback.read_message(ours, call.query, call.body)
        heard.append((message.source, message.content))
        return 200, {}, callback.reply(ours, message, f"您问的是：{message.content}").encode()

    vendor.answer = take_in
    url = f"{vendor.url}/callbacks/wechat"
    assert (await sandbox.pull("official/message", url=url))["echoed"]
    told = await sandbox.pull("official/message", url=url, openid=ZHANGSAN, text="护照怎么办？]]>")
    assert heard == [(ZHANGSAN, "护照怎么办？]]>")]
    assert "您问的是：护照怎么办？" in told["reply"]


async def test_an_alipay_code_signs_in_once(sandbox: Sandbox, alipay: AlipayClient) -> None:
    given = await code(sandbox, "alipay", ALIPAY_ZHANGSAN)
    account = await alipay_login.code_to_account(alipay, given)
    assert account.openid == ALIPAY_ZHANGSAN
    with pytest.raises(errors.CodeUnusable):
        await alipay_login.code_to_account(alipay, given)


async def test_a_browser_signs_in_at_alipay(sandbox: Sandbox, alipay: AlipayClient) -> None:
    address = alipay_login.authorize_address(alipay, redirect="http://h5.test/login", state="s-1")
    chosen = await sandbox.http.get(f"{address}&auto={ALIPAY_ZHANGSAN}")
    back = parse_qs(urlsplit(chosen.headers["location"]).query)
    assert back["state"] == ["s-1"]
    assert (await alipay_login.code_to_account(alipay, back["auth_code"][0])).openid == ALIPAY_ZHANGSAN


async def test_alipay_messages_reach_who_wants_them(sandbox: Sandbox, alipay: AlipayClient) -> None:
    async def send(openid: str) -> tuple[Outcome, str]:
        ended = await alipay_messages.send_template(
            alipay, openid=openid, template_id="t", fields={"keyword1": "预约成功"}, page="pages/mine"
        )
        return ended.outcome, ended.vendor_code

    assert await send(ALIPAY_ZHANGSAN) == (Outcome.SENT, "")
    assert await send(ALIPAY_ZHAOLIU) == (Outcome.REFUSED, "USER_REFUSE_RECEIVE")
    await sandbox.pull("trouble", service="alipay", kind="down", times=1)
    assert (await send(ALIPAY_ZHANGSAN))[0] is Outcome.UNKNOWN
