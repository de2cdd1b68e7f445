"""Requests to Alipay's gateway: signed on the way out, verified over the raw bytes on the way back."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from channels.alipay import requests, signing
from channels.alipay.certificates import AlipayKeys
from channels.alipay.refusals import refusal
from channels.bill_files import CHUNK
from channels.errors import BillDamaged, ForgedAnswer
from foundation import clock, metrics
from foundation.http import OutcomeUnknown, Outside
from foundation.settings import Settings

# how the gateway says that it could not even tell who asks; it cannot sign for nobody
UNSIGNED_CODES = {"20000", "40001", "40002", "40006"}
IN_THE_BODY = {"biz_content", "code", "grant_type", "refresh_token"}
OK = "10000"


class AlipayClient:
    """One app's line to the gateway."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.alipay
        self.keys = AlipayKeys(settings.alipay)
        self._outside = Outside(name="alipay", base_url=self.settings.gateway_url)

    async def ask(
        self,
        name: str,
        content: dict[str, Any] | None = None,
        *,
        notify_url: str = "",
        safe_to_repeat: bool = False,
        **fields: str,
    ) -> dict[str, Any]:
        """The verified answer to request `name`. Raises a ChannelRefused, OutcomeUnknown, OutsideUnavailable."""
        parameters = self._signed(requests.parameters(name, content, notify_url=notify_url, **fields))
        body = {name: parameters.pop(name) for name in IN_THE_BODY & parameters.keys()}
        response = await self._outside.request(
            "POST",
            f"?{urlencode(parameters)}",
            data=body,
            headers={"Accept": "application/json"},
            safe_to_repeat=safe_to_repeat,
        )
        if response.status_code != 200:
            raise OutcomeUnknown(retry_after=5)
        answer = self.read(response.content, method=parameters["method"])
        if answer.get("code", OK) != OK:
            raise refusal(answer)
        return answer

    @asynccontextmanager
    async def file(self, address: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes behind an address that the gateway gave, as they come. Raises BillDamaged, and as `ask` does."""
        async with self._outside.stream("GET", address) as response:
            if response.status_code != 200:
                raise BillDamaged
            yield response.aiter_raw(CHUNK)

    def read(self, content: bytes, *, method: str) -> dict[str, Any]:
        """The answer inside the gateway's envelope, its signature verified. Raises ForgedAnswer."""
        try:
            members = signing.raw_members(content.decode())
            raw = members.get(method.replace(".", "_") + "_response") or members["error_response"]
            answer = json.loads(raw)
            sign, cert_sn = (json.loads(members.get(one, '""')) for one in ("sign", "alipay_cert_sn"))
            believed = self.keys.verified(raw.encode(), sign, cert_sn) if sign else answer["code"] in UNSIGNED_CODES
        except (ValueError, KeyError, TypeError, AttributeError):
            believed = False
        if not believed:
            metrics.count("channel_answers_forged_total", channel="alipay")
            raise ForgedAnswer(retry_after=5)
        return dict(answer)

    async def aclose(self) -> None:
        await self._outside.aclose()

    def _signed(self, request: dict[str, str]) -> dict[str, str]:
        parameters = {
            **request,
            **self.keys.parameters(),
            "app_id": self.settings.app_id,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": signing.SIGN_TYPE,
            # the gateway reads Beijing time, wherever the host stands
            "timestamp": clock.shanghai(clock.now()).strftime("%Y-%m-%d %H:%M:%S"),
        }
        return parameters | {"sign": signing.signature(parameters, self.keys.own)}
