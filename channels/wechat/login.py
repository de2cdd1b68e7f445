"""Who holds the phone, by WeChat's word."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from wechatpy.crypto import WeChatWxaCrypto
from wechatpy.exceptions import InvalidAppIdException

from channels.errors import CodeUnusable, ForgedAnswer
from channels.wechat.client import WeChatClient
from foundation import clock
from foundation.http import OutcomeUnknown

CODE = re.compile(r"[0-9A-Za-z_\-]{1,512}")
DATA_SECONDS = 300
HERE = "86"


@dataclass(frozen=True)
class WeChatSession:
    """`session_key` opens encrypted data and never leaves the server; empty for web authorisation."""

    openid: str
    unionid: str = ""
    session_key: str = field(default="", repr=False)


async def code_to_session(client: WeChatClient, code: str) -> WeChatSession:
    """The session behind a mini-program's single-use code. Raises CodeUnusable, RiskyAccount, SlowDown."""
    question = {
        "appid": client.settings.app_id,
        "secret": client.settings.app_secret,
        "js_code": _code(code),
        "grant_type": "authorization_code",
    }
    answer = await client.ask("/sns/jscode2session", question)
    return _session(answer)


async def oauth_openid(client: WeChatClient, code: str) -> WeChatSession:
    """The account behind a web authorisation's single-use code. Raises as `code_to_session`."""
    question = {
        "appid": client.settings.app_id,
        "secret": client.settings.app_secret,
        "code": _code(code),
        "grant_type": "authorization_code",
    }
    return _session(await client.ask("/sns/oauth2/access_token", question))


def authorize_address(client: WeChatClient, *, redirect: str, state: str) -> str:
    """Where a browser inside WeChat is sent to sign in silently; it comes back to `redirect` with `code`."""
    question = {
        "appid": client.settings.app_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{client.settings.open_url}/connect/oauth2/authorize?{urlencode(question)}#wechat_redirect"


async def phone_number(client: WeChatClient, code: str) -> str:
    """The phone number behind the single-use code of the phone button; of another country with its code before it."""
    answer = await client.post("/wxa/business/getuserphonenumber", {"code": _code(code)})
    try:
        info = answer["phone_info"]
        _check_watermark(info["watermark"], client.settings.app_id)
        number, country = str(info["purePhoneNumber"]), str(info.get("countryCode") or HERE)
        return number if country == HERE else f"+{country}{number}"
    except (KeyError, TypeError, ValueError):
        raise OutcomeUnknown(retry_after=5) from None


def open_data(client: WeChatClient, session: WeChatSession, *, encrypted: str, iv: str) -> dict[str, Any]:
    """What `wx.getUserInfo` and its like encrypted for us. Raises CodeUnusable when key, app or age do not fit."""
    try:
        data = WeChatWxaCrypto(session.session_key, iv, client.settings.app_id).decrypt_message(encrypted)
        _check_watermark(data["watermark"], client.settings.app_id)
    except (InvalidAppIdException, ForgedAnswer, ValueError, KeyError, TypeError, IndexError):
        raise CodeUnusable from None
    return dict(data)


def _check_watermark(watermark: dict[str, Any], app_id: str) -> None:
    age = clock.now().timestamp() - int(watermark["timestamp"])
    if watermark["appid"] != app_id or abs(age) > DATA_SECONDS:
        raise ForgedAnswer


def _code(code: str) -> str:
    # what cannot be a code is not worth a call
    if not CODE.fullmatch(code):
        raise CodeUnusable
    return code


def _session(answer: dict[str, Any]) -> WeChatSession:
    if not answer.get("openid"):
        raise OutcomeUnknown(retry_after=5)
    return WeChatSession(answer["openid"], answer.get("unionid") or "", answer.get("session_key") or "")
