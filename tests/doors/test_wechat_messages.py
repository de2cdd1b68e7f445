"""The official account through HTTP: the guide bot answers a genuine message, and says nothing to a forged one."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from api.callbacks import wechat
from foundation import settings
from tests.channels.test_wechat_callback import OURS, crypto, pushed
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

ADDRESS = "/callbacks/wechat/messages"


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


async def test_a_question_is_answered_with_a_way_on(channel: httpx.AsyncClient) -> None:
    text = await said(channel, *pushed("怎么给火箭上牌照"))
    answer, _, link = text.rpartition("\n\n")
    assert answer
    assert link == "查看指南、预约办理：http://bff.test"


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


def test_a_long_answer_is_cut() -> None:
    assert wechat._cut("长" * 600) == "长" * 600
    assert wechat._cut("长" * 601) == "长" * 599 + "…"
