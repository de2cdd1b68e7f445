"""Messages that WeChat pushes: genuine, fresh, encrypted for our app."""

import hashlib
import re
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest
from wechatpy.crypto import WeChatCrypto

from channels.errors import ForgedNotice, StaleNotice, UnreadableNotice
from channels.wechat import callback
from foundation import clock
from foundation.setting_groups import WeChat

OURS = WeChat(
    app_id="wx0000000000000001",
    message_token="demo-token",
    message_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)


def crypto(ours: WeChat = OURS) -> WeChatCrypto:
    return WeChatCrypto(ours.message_token, ours.message_aes_key, ours.app_id)


def pushed(
    text: str = "你好", *, inner: str = "", by: WeChat = OURS, follower: str = "o-1"
) -> tuple[dict[str, str], bytes]:
    """Query and body as WeChat sends them."""
    content = inner or f"<MsgType>text</MsgType><Content>{escape(text)}</Content><MsgId>77</MsgId>"
    head = f"<ToUserName>gh_1</ToUserName><FromUserName>{follower}</FromUserName><CreateTime>1</CreateTime>"
    plain = f"<xml>{head}{content}</xml>"
    timestamp, nonce = str(int(clock.now().timestamp())), "nonce-1"
    sealed = crypto(by).encrypt_message(plain, nonce, timestamp)
    cipher, signature = (re.search(rf"<{name}><!\[CDATA\[(.+?)]]>", sealed) for name in ("Encrypt", "MsgSignature"))
    assert cipher
    assert signature
    query = {"timestamp": timestamp, "nonce": nonce, "msg_signature": signature[1], "encrypt_type": "aes"}
    return query, f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{cipher[1]}]]></Encrypt></xml>".encode()


def test_a_message_is_read() -> None:
    message = callback.read_message(OURS, *pushed("怎么办护照"))
    assert (message.type, message.source, message.content, message.id) == ("text", "o-1", "怎么办护照", 77)


def test_events_wechatpy_does_not_know_are_read_too() -> None:
    inner = "<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event>"
    assert callback.read_message(OURS, *pushed(inner=inner)).source == "o-1"


@pytest.mark.parametrize(
    "other", [{"msg_signature": "0" * 40}, {"msg_signature": ""}, {"nonce": "x"}, {"timestamp": "1"}]
)
def test_a_changed_query_is_forged(other: dict[str, str]) -> None:
    query, body = pushed()
    with pytest.raises(ForgedNotice) as raised:
        callback.read_message(OURS, query | other, body)
    assert type(raised.value) is ForgedNotice


@pytest.mark.parametrize(
    "body", [b"", b"<xml/>", b"<xml><Content>plain</Content></xml>", b"<Encrypt>AAAA</Encrypt>", b"\xff"]
)
def test_a_plain_or_changed_body_is_forged(body: bytes) -> None:
    query, _ = pushed()
    with pytest.raises(ForgedNotice):
        callback.read_message(OURS, query, body)


def test_a_replay_after_five_minutes_is_stale() -> None:
    query, body = pushed()
    with clock.shifted(timedelta(seconds=301)), pytest.raises(StaleNotice):
        callback.read_message(OURS, query, body)


def test_a_message_for_another_app_is_unreadable() -> None:
    other = WeChat(app_id="wx-other", message_token=OURS.message_token, message_aes_key=OURS.message_aes_key)
    with pytest.raises(UnreadableNotice):
        callback.read_message(OURS, *pushed(by=other))


def test_another_aes_key_is_unreadable() -> None:
    other = WeChat(app_id=OURS.app_id, message_token=OURS.message_token, message_aes_key="z" * 42 + "8")
    with pytest.raises(UnreadableNotice):
        callback.read_message(OURS, *pushed(by=other))


def test_entities_are_not_expanded() -> None:
    inner = "<MsgType>text</MsgType><Content>&lol;</Content><MsgId>1</MsgId>"
    query, body = pushed(inner=inner)
    with pytest.raises(UnreadableNotice):
        callback.read_message(OURS, query, body)


def opened(reply: str) -> Any:
    found = {
        name: re.search(rf"<{name}>(?:<!\[CDATA\[)?(.+?)(?:]]>)?</{name}>", reply)
        for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
    }
    values = {name: match[1] for name, match in found.items() if match}
    return crypto().decrypt_message(
        {"Encrypt": values["Encrypt"]}, values["MsgSignature"], values["TimeStamp"], values["Nonce"]
    )


def test_a_reply_is_encrypted_and_its_text_stays_inside() -> None:
    message = callback.read_message(OURS, *pushed())
    text = "请带身份证]]></Content><Injected>1</Injected>"
    plain = opened(callback.reply(OURS, message, text))
    import xmltodict

    answer = xmltodict.parse(plain)["xml"]
    assert answer["Content"] == text
    assert "Injected" not in answer
    assert (answer["ToUserName"], answer["FromUserName"]) == ("o-1", "gh_1")


def test_nothing_to_say_is_success() -> None:
    assert callback.reply(OURS, callback.read_message(OURS, *pushed()), "") == "success"


def greeting(**other: str) -> dict[str, str]:
    timestamp = str(int(clock.now().timestamp()))
    signature = hashlib.sha1("".join(sorted(["demo-token", timestamp, "n"])).encode()).hexdigest()
    return {"timestamp": timestamp, "nonce": "n", "signature": signature, "echostr": "echo-1"} | other


def test_the_address_is_confirmed_only_to_wechat() -> None:
    assert callback.confirm_address(OURS, greeting()) == "echo-1"
    for bad in (greeting(signature="0" * 40), greeting(signature="签名"), greeting(nonce="m"), {}):
        with pytest.raises(ForgedNotice):
            callback.confirm_address(OURS, bad)
    query = greeting()
    with clock.shifted(timedelta(minutes=6)), pytest.raises(StaleNotice):
        callback.confirm_address(OURS, query)
