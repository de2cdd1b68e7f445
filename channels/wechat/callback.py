"""Messages that WeChat pushes to us (消息推送): verified, opened, parsed, answered.

In plain mode (明文模式) the signature does not cover the body, so it is accepted only where the settings say so.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto

from channels.errors import ForgedNotice, StaleNotice, UnreadableNotice
from foundation import clock
from foundation.setting_groups import WeChat

FRESH_SECONDS = 300
ENCRYPTED = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([0-9A-Za-z+/=]+)(?:\]\]>)?</Encrypt>")


def confirm_address(settings: WeChat, query: Mapping[str, str]) -> str:
    """The `echostr` to answer when WeChat checks our address. Raises ForgedNotice, StaleNotice."""
    _check(settings, query, query.get("signature", ""))
    return query.get("echostr", "")


def read_message(settings: WeChat, query: Mapping[str, str], body: bytes) -> Any:
    """The wechatpy message or event. WeChat repeats an unanswered one with the same `id`.

    Raises ForgedNotice, StaleNotice; UnreadableNotice when it is genuine and our key does not open it.
    """
    if settings.message_mode == "plain" and not is_sealed(body):
        return _read_plain(settings, query, body)
    encrypted = _encrypted(body)
    _check(settings, query, query.get("msg_signature", ""), encrypted)
    try:
        text = _crypto(settings).decrypt_message(
            {"Encrypt": encrypted}, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        return parse_message(text)
    except Exception:
        # wechatpy lets escape whatever its decoding meets in a text that our key does not open
        raise UnreadableNotice from None


def is_sealed(body: bytes) -> bool:
    """Whether the message came encrypted, and is to be answered so."""
    return ENCRYPTED.search(body) is not None


def reply(settings: WeChat, message: Any, text: str, *, sealed: bool = True) -> str:
    """The answer to `message`, encrypted as it was; the plain word `success` when there is nothing to say."""
    if not text:
        return "success"
    # the end mark of CDATA in the text would end the text
    answer = create_reply(text.replace("]]>", "]]]]><![CDATA[>"), message)
    if not sealed:
        return str(answer.render())
    timestamp = str(int(clock.now().timestamp()))
    return str(_crypto(settings).encrypt_message(answer.render(), secrets.token_hex(8), timestamp))


def _read_plain(settings: WeChat, query: Mapping[str, str], body: bytes) -> Any:
    _check(settings, query, query.get("signature", ""))
    try:
        return parse_message(body.decode())
    except Exception:
        # wechatpy lets escape whatever its parser meets
        raise UnreadableNotice from None


def _check(settings: WeChat, query: Mapping[str, str], signature: str, *covered: str) -> None:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    signed = "".join(sorted([settings.message_token, timestamp, nonce, *covered]))
    expected = hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise ForgedNotice
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise ForgedNotice
    if abs(clock.now().timestamp() - int(timestamp)) >= FRESH_SECONDS:
        raise StaleNotice


def _encrypted(body: bytes) -> str:
    # no XML parser before the signature is verified
    found = ENCRYPTED.search(body)
    if not found:
        raise ForgedNotice
    return found[1].decode()


def _crypto(settings: WeChat) -> WeChatCrypto:
    return WeChatCrypto(settings.message_token, settings.message_aes_key, settings.app_id)
