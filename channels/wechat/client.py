"""Requests to the WeChat platform API. Errors come as `errcode` with HTTP 200."""

import json
from typing import Any

import httpx

from channels.errors import (
    ChannelRefused,
    CodeUnusable,
    OutcomeUnknown,
    PayerMismatch,
    RequestWrong,
    RiskyAccount,
    SlowDown,
    SystemError,
)
from channels.wechat.token import AccessToken
from foundation.http import Outside
from foundation.settings import Settings

TOKEN_INVALID = {40001, 40014, 42001}
BUSY = {-1, 43108}
NOBODY_BEHIND = (502, 503)  # their gateway's word that nothing took the request
REFUSALS: dict[int, type[ChannelRefused]] = {
    40003: PayerMismatch,
    40029: CodeUnusable,
    40163: CodeUnusable,
    40226: RiskyAccount,
    45009: SlowDown,
    45011: SlowDown,
    40037: RequestWrong,
    41030: RequestWrong,
    47001: RequestWrong,
    47003: RequestWrong,
}


class NobodyBehind(OutcomeUnknown):
    """合作平台暂时无人应答，请稍后重试。"""


class WeChatClient:
    """One app at the platform."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.wechat
        self._outside = Outside(name="wechat", base_url=self.settings.api_url)
        self.token = AccessToken(self.settings.app_id, self._fetch_token)

    async def ask(self, path: str, params: dict[str, str], *, safe_to_repeat: bool = False) -> dict[str, Any]:
        """GET without access token. Raises a ChannelRefused, OutcomeUnknown, OutsideUnavailable."""
        response = await self._outside.request("GET", path, params=params, safe_to_repeat=safe_to_repeat)
        return _accepted(_read(response))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST with access token; an invalid one is replaced once. Raises as `ask` does."""
        return _accepted(_read(await self._posted(path, body)))

    async def picture(self, path: str, body: dict[str, Any]) -> bytes:
        """As `post`, where the answer is a picture. Raises as `ask` does."""
        response = await self._posted(path, body)
        if response.status_code == 200 and response.headers.get("content-type", "").startswith("image/"):
            return response.content
        _accepted(_read(response))
        raise OutcomeUnknown(retry_after=5)

    async def aclose(self) -> None:
        await self._outside.aclose()

    async def _posted(self, path: str, body: dict[str, Any]) -> httpx.Response:
        token = await self.token.get()
        response = await self._post(path, body, token)
        if _errcode(response) in TOKEN_INVALID:
            response = await self._post(path, body, await self.token.get(instead_of=token))
        return response

    async def _post(self, path: str, body: dict[str, Any], token: str) -> httpx.Response:
        # the platform stores \\u escapes as they come, so Chinese must go out as Chinese
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        return await self._outside.request(
            "POST", path, params={"access_token": token}, content=content, headers=headers
        )

    async def _fetch_token(self, force: bool) -> tuple[str, int]:
        asked = {
            "grant_type": "client_credential",
            "appid": self.settings.app_id,
            "secret": self.settings.app_secret,
            "force_refresh": force,
        }
        response = await self._outside.request("POST", "/cgi-bin/stable_token", json=asked, safe_to_repeat=not force)
        answer = _accepted(_read(response))
        try:
            return str(answer["access_token"]), int(answer["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise OutcomeUnknown(retry_after=5) from None


def _read(response: httpx.Response) -> dict[str, Any]:
    if response.status_code in NOBODY_BEHIND:
        raise NobodyBehind(retry_after=5)
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if response.status_code != 200 or not isinstance(answer, dict):
        raise OutcomeUnknown(retry_after=5)
    return answer


def _errcode(response: httpx.Response) -> Any:
    """What the platform complains of; None when it answers with a picture."""
    return None if response.headers.get("content-type", "").startswith("image/") else _read(response).get("errcode")


def _accepted(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer when its errcode is 0 or absent; else the error it stands for."""
    code = answer.get("errcode", 0)
    if code == 0:
        return answer
    if code in BUSY:
        raise SystemError(retry_after=5)
    raise REFUSALS.get(code, ChannelRefused)(str(code))
