"""Requests to WeChat Pay v3: signed on the way out, verified over the raw bytes on the way back."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from cryptography import x509

from channels.bill_files import CHUNK
from channels.errors import ForgedAnswer, ForgedNotice, UnreadableNotice
from channels.key_files import KeyFile, certificate, private_key, verified
from channels.wechat.pay_errors import refusal
from channels.wechat.pay_keys import PayKeys, certificate_key
from channels.wechat.pay_sealing import unseal
from channels.wechat.pay_signing import authorization, client_parameters, read_signature
from foundation import clock, metrics
from foundation.http import Outside
from foundation.settings import Settings


class PayGateway:
    """One merchant's line to WeChat Pay."""

    def __init__(self, settings: Settings) -> None:
        self._pay = settings.wechat_pay
        self._app_id = settings.wechat.app_id
        self._outside = Outside(name="wechat_pay", base_url=self._pay.url)
        self._merchant_key = KeyFile(self._pay.merchant_key_file, private_key)
        self.keys = PayKeys(self._pay, self._download_certificates)

    async def ask(self, method: str, path_and_query: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The verified answer ({} for 204). Raises a ChannelRefused, OutcomeUnknown, OutsideUnavailable."""
        response = await self._send(method, path_and_query, body)
        await self._verify(response)
        if response.status_code not in (200, 204):
            raise refusal(response.status_code, response.content)
        return _read(response.content) if response.content else {}

    @asynccontextmanager
    async def file(self, path_and_query: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of a file, as they come; unsigned, so the caller checks their hash. Raises as `ask` does."""
        headers = self._headers("GET", path_and_query, b"") | {"Accept": "*/*"}
        async with self._outside.stream("GET", path_and_query, headers=headers) as response:
            if response.status_code != 200:
                raise refusal(response.status_code, await response.aread())
            yield response.aiter_raw(CHUNK)

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        return client_parameters(key=self._merchant_key.get(), app_id=self._app_id, prepay_id=prepay_id)

    async def aclose(self) -> None:
        await self._outside.aclose()

    async def _send(self, method: str, path_and_query: str, body: dict[str, Any] | None) -> httpx.Response:
        # compact and once: the bytes that are signed are the bytes that are sent
        content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = self._headers(method, path_and_query, content)
        return await self._outside.request(
            method, path_and_query, content=content or None, headers=headers, safe_to_repeat=method == "GET"
        )

    def _headers(self, method: str, path_and_query: str, content: bytes) -> dict[str, str]:
        headers = {
            "Authorization": authorization(
                key=self._merchant_key.get(),
                merchant_id=self._pay.merchant_id,
                serial=self._pay.merchant_serial,
                method=method,
                path_and_query=path_and_query,
                body=content,
            ),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        if self.keys.public_key_id:
            headers["Wechatpay-Serial"] = self.keys.public_key_id
        return headers

    async def _verify(self, response: httpx.Response) -> None:
        if response.status_code >= 300 and "wechatpay-signature" not in response.headers:
            return  # refusals may come unsigned; they never settle anything
        try:
            signed = read_signature(response.headers)
            if not self.keys.knows(signed.serial):
                await self.keys.keep_fresh()
            self.keys.verify(signed, response.content)
        except ForgedNotice:
            metrics.count("channel_answers_forged_total", channel="wechat")
            raise ForgedAnswer(retry_after=5) from None

    async def _download_certificates(self) -> list[x509.Certificate]:
        response = await self._send("GET", "/v3/certificates", None)
        if response.status_code != 200:
            raise refusal(response.status_code, response.content)
        found = [self._open_certificate(one) for one in _read(response.content).get("data", [])]
        _check_certificates_answer(response, found)
        now = clock.now()
        return [one for one in found if one.not_valid_after_utc > now]

    def _open_certificate(self, one: dict[str, Any]) -> x509.Certificate:
        try:
            return certificate(unseal(one["encrypt_certificate"], self._pay.api_v3_key))
        except (KeyError, TypeError, ValueError):
            raise UnreadableNotice from None


def _check_certificates_answer(response: httpx.Response, found: list[x509.Certificate]) -> None:
    """The answer proves itself: the APIv3 key opened the certificates, and one of them signed the whole."""
    try:
        signed = read_signature(response.headers)
    except ForgedNotice:
        raise ForgedAnswer(retry_after=5) from None
    key = certificate_key(signed.serial, found)
    if key is None or not verified(key, signed.text(response.content), signed.signature):
        raise ForgedAnswer(retry_after=5)


def _read(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ForgedAnswer(retry_after=5)
    return answer
