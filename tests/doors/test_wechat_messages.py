"""The official account through HTTP: the guide bot answers a genuine message, and says nothing to a forged one."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from api.callbacks import official_account
from assistant import knowledge
from assistant.handover_models import Follower
from assistant.models import Turn
from foundation import settings
from foundation.errors import Unavailable
from tests.builders.assistant import publish
from tests.channels.test_wechat_callback import OURS, crypto, greeting, pushed
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

ADDRESS = "/callbacks/wechat/messages"


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


@pytest.fixture
async def channel(settings_env: settings.Settings) -> AsyncIterator[httpx.AsyncClient]:
    settings.use(replace(settings_env, wechat=OURS))
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield client


async def said(channel: httpx.AsyncClient, query: dict[str, str], body: bytes) -> str:
    """What the person reads, or the bare body when nothing is said."""
    answer = await channel.post(ADDRESS, params=query, content=body)
    assert answer.status_code == 200
    if answer.text == "success":
        return ""
    signature, stamp, nonce = (
        re.findall(rf"<{name}>(?:<!\[CDATA\[)?([^\]<]+)", answer.text)[0]
        for name in ("MsgSignature", "TimeStamp", "Nonce")
    )
    plain = crypto().decrypt_message(answer.text, signature, stamp, nonce)
    return re.findall(r"<Content><!\[CDATA\[(.*)]]></Content>", plain, re.DOTALL)[0]


def message(said: str, *, number: int, by: str = "o-1") -> tuple[dict[str, str], bytes]:
    inner = f"<MsgType>text</MsgType><Content><![CDATA[{said}]]></Content><MsgId>{number}</MsgId>"
    return pushed(inner=inner, follower=by)


def event(kind: str, key: str = "") -> tuple[dict[str, str], bytes]:
    return pushed(inner=f"<MsgType>event</MsgType><Event>{kind}</Event><EventKey><![CDATA[{key}]]></EventKey>")


async def test_a_question_is_answered_with_a_way_on(channel: httpx.AsyncClient) -> None:
    text = await said(channel, *pushed("怎么给火箭上牌照"))
    answer, _, link = text.rpartition("\n\n")
    assert answer
    assert link == '<a href="http://bff.test/h5/#/ask">查看指南、预约办理、找人工</a>'


async def test_a_follower_is_remembered_and_told_apart(channel: httpx.AsyncClient) -> None:
    guide = await publish("居住证申领", "办居住证", materials="请带身份证原件。", fees="不收费。")
    first = await said(channel, *message("办居住证要什么材料", number=1))
    assert "请带身份证原件。" in first
    into = (
        f'data-miniprogram-appid="{OURS.app_id}" data-miniprogram-path="pages/open/open?to=guide%2F{guide.item_code}"'
    )
    assert f'<a {into} href="http://bff.test/h5/#/guide/{guide.item_code}">《居住证申领》办事指南</a>' in first
    assert "不收费。" in await said(channel, *message("多少钱", number=2))
    assert "不收费。" not in await said(channel, *message("多少钱", number=3, by="o-2"))
    assert await Follower.all().count() == 2


async def test_a_message_sent_again_is_answered_once_and_alike(channel: httpx.AsyncClient) -> None:
    answers = [await said(channel, *message("明天会下雨吗", number=9)) for _ in range(2)]
    answers += await asyncio.gather(*(said(channel, *message("股票行情", number=10)) for _ in range(3)))
    assert len(set(answers[:2])) == len(set(answers[2:])) == 1
    assert await Turn.all().count() == 2


async def test_what_is_slow_or_broken_leads_to_the_page(
    channel: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(**_: object) -> None:
        await asyncio.Event().wait()

    async def gone(**_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(official_account, "PATIENCE", 0.05)
    for broken in (never, gone):
        monkeypatch.setattr(official_account.asking, "ask", broken)
        assert (await said(channel, *pushed("办居住证"))).startswith(official_account.SLOW)


async def test_a_menu_key_is_a_question_or_a_link(channel: httpx.AsyncClient) -> None:
    assert (await said(channel, *event("CLICK", "明天会下雨吗"))).startswith("抱歉，没有找到")
    assert '<a href="https://city.test/?a=1&amp;b=2">打开</a>' in await said(
        channel, *event("CLICK", "https://city.test/?a=1&b=2")
    )
    assert await said(channel, *event("VIEW", "https://city.test/")) == ""


async def test_voice_is_heard_by_its_transcript(channel: httpx.AsyncClient) -> None:
    voice = (
        "<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format><Recognition>{}</Recognition><MsgId>5</MsgId>"
    )
    assert (await said(channel, *pushed(inner=voice.format("明天会下雨吗")))).startswith("抱歉，没有找到")
    assert (await said(channel, *pushed(inner=voice.format("")))).startswith(official_account.UNHEARD)
    picture = "<MsgType>image</MsgType><PicUrl>u</PicUrl><MediaId>m</MediaId><MsgId>6</MsgId>"
    assert (await said(channel, *pushed(inner=picture))).startswith(official_account.ONLY_WORDS)


async def test_plain_mode_is_answered_in_plain_words_where_it_is_allowed(
    channel: httpx.AsyncClient, settings_env: settings.Settings
) -> None:
    body = (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o-1</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>text</MsgType><Content>明天会下雨吗</Content><MsgId>8</MsgId></xml>"
    ).encode()
    signed = greeting()
    assert (await channel.post(ADDRESS, params=signed, content=body)).status_code == 403
    settings.use(replace(settings_env, wechat=replace(OURS, message_mode="plain")))
    answer = await channel.post(ADDRESS, params=signed, content=body)
    assert "<Content><![CDATA[抱歉，没有找到" in answer.text
    assert (await channel.post(ADDRESS, params=greeting(signature="0" * 40), content=body)).status_code == 403
    assert (await said(channel, *pushed("明天会下雨吗"))).startswith("抱歉，没有找到")


async def test_who_follows_is_greeted(channel: httpx.AsyncClient) -> None:
    event = "<MsgType>event</MsgType><Event>subscribe</Event>"
    assert (await said(channel, *pushed(inner=event))).startswith("您好，欢迎关注示例市指尖办")
    scanned = f"{event}<EventKey>qrscene_1</EventKey><Ticket>t</Ticket>"
    assert (await said(channel, *pushed(inner=scanned))).startswith("您好")


@pytest.mark.parametrize("kind", ["unsubscribe", "CLICK", "subscribe_msg_popup_event"])
async def test_other_events_want_no_answer(channel: httpx.AsyncClient, kind: str) -> None:
    assert await said(channel, *pushed(inner=f"<MsgType>event</MsgType><Event>{kind}</Event>")) == ""


async def test_a_forged_message_is_not_heard(channel: httpx.AsyncClient) -> None:
    query, body = pushed("怎么办护照")
    refused = await channel.post(ADDRESS, params=query | {"msg_signature": "0" * 40}, content=body)
    assert (refused.status_code, refused.text) == (403, "")
