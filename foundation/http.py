"""One way out: time-outs, metrics and log for every call to the outside.

A call that was never sent raises OutsideUnavailable; one that was sent and not answered raises OutcomeUnknown, for then
nobody knows what happened over there and the caller must ask with the same number.
"""

import functools
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from foundation import logs, metrics
from foundation.breaker import Attempt, Breaker, OutsideUnavailable
from foundation.errors import Unavailable

__all__ = ["OutcomeUnknown", "Outside", "OutsideUnavailable"]

log = logs.logger(__name__)

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NEVER = sys.maxsize
NOBODY_BEHIND = (502, 503, 504)  # a proxy's word; 500 is an answer


@functools.cache
def _tls() -> ssl.SSLContext:
    # reading the authorities takes 60 ms; every Outside shares them
    return httpx.create_ssl_context(trust_env=False)


class OutcomeUnknown(Unavailable):
    """合作平台没有及时答复，结果正在确认中，请勿重复操作，稍后查看结果。"""


class Outside:
    """An HTTP client for one outside system."""

    def __init__(
        self, *, name: str, base_url: str, connect: float = 3, read: float = 10, breaker: Breaker | None = None
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        # without one of its own it is asked every time, however often it did not answer
        self._breaker = breaker or Breaker(name, failures=NEVER)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(read, connect=connect),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
            headers={"User-Agent": "zhijianban"},
            trust_env=False,
            verify=_tls(),
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: Any = None,
        data: dict[str, str] | None = None,
        content: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        safe_to_repeat: bool = False,
    ) -> httpx.Response:
        """Send once (twice when `safe_to_repeat` and it failed). Raises OutsideUnavailable, OutcomeUnknown."""
        url = path if path.startswith("http") else self.base_url + path
        sending = {"params": params, "json": json, "data": data, "content": content, "headers": headers}
        try:
            return await self._once(method, url, sending)
        except (OutsideUnavailable, OutcomeUnknown) as first:
            if not safe_to_repeat:
                raise
            return await self._again(first, method, url, sending)

    async def _again(self, first: Unavailable, method: str, url: str, sending: dict[str, Any]) -> httpx.Response:
        try:
            return await self._once(method, url, sending)
        except OutsideUnavailable:
            raise first from None  # what could not be sent now does not unsay what was sent before

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, *, headers: dict[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Send once, and read the answer as it comes. Raises as `request` does, in the block too."""
        url = path if path.startswith("http") else self.base_url + path
        # as it is, for who streams a file keeps it as it was sent
        headers = {"Accept-Encoding": "identity", **(headers or {})}
        with self._called(method, url) as call:
            async with self._client.stream(method, url, headers=headers) as response:
                yield call.answered(response)

    async def _once(self, method: str, url: str, sending: dict[str, Any]) -> httpx.Response:
        with self._called(method, url) as call:
            return call.answered(await self._client.request(method, url, **sending))

    @contextmanager
    def _called(self, method: str, url: str) -> Iterator["_Call"]:
        """What every call has: its faults named, its time measured, a line in the log."""
        with self._breaker.attempt() as attempt:
            call = _Call(attempt)
            try:
                yield call
            except httpx.HTTPError as error:
                raise call.failed(error) from error
            finally:
                metrics.observe("outside_call_seconds", call.seconds(), outside=self.name, outcome=call.outcome)
                # the path alone: queries carry codes and secrets
                path = httpx.URL(url).path
                log.info("outside_called", outside=self.name, method=method, path=path, outcome=call.outcome)

    async def aclose(self) -> None:
        await self._client.aclose()


class _Call:
    """One call on its way."""

    def __init__(self, attempt: Attempt) -> None:
        self.outcome = "unknown"
        self._attempt = attempt
        self._began = time.perf_counter()

    def answered(self, response: httpx.Response) -> httpx.Response:
        self.outcome = str(response.status_code)
        if response.status_code in NOBODY_BEHIND:
            self._attempt.failed()
        else:
            self._attempt.answered()
        return response

    def failed(self, error: httpx.HTTPError) -> Unavailable:
        sent = not isinstance(error, NOT_SENT)
        self.outcome = "unknown" if sent else "not_sent"
        if not isinstance(error, httpx.PoolTimeout):  # that one waited for us, not for them
            self._attempt.failed()
        return OutcomeUnknown(retry_after=5) if sent else OutsideUnavailable(retry_after=5)

    def seconds(self) -> float:
        return time.perf_counter() - self._began
