"""One way out: time-outs, metrics and log for every call to the outside.

A call that was never sent raises OutsideUnavailable; one that was sent and not answered raises OutcomeUnknown, for then
nobody knows what happened over there and the caller must ask with the same number.
"""

import functools
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from foundation import logs, metrics
from foundation.errors import Unavailable

log = logs.logger(__name__)

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@functools.cache
def _tls() -> ssl.SSLContext:
    # reading the authorities takes 60 ms; every Outside shares them
    return httpx.create_ssl_context(trust_env=False)


class OutsideUnavailable(Unavailable):
    """合作平台暂时无法连接，请稍后重试。"""


class OutcomeUnknown(Unavailable):
    """合作平台没有及时答复，结果正在确认中，请勿重复操作，稍后查看结果。"""


class Outside:
    """An HTTP client for one outside system."""

    def __init__(self, *, name: str, base_url: str, connect: float = 3, read: float = 10) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
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
        except (OutsideUnavailable, OutcomeUnknown):
            if not safe_to_repeat:
                raise
            return await self._once(method, url, sending)

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
        call = _Call()
        try:
            yield call
        except NOT_SENT as error:
            call.outcome = "not_sent"
            raise OutsideUnavailable(retry_after=5) from error
        except httpx.HTTPError as error:
            call.outcome = "unknown"
            raise OutcomeUnknown(retry_after=5) from error
        finally:
            metrics.observe("outside_call_seconds", call.seconds(), outside=self.name, outcome=call.outcome)
            # the path alone: queries carry codes and secrets
            log.info("outside_called", outside=self.name, method=method, path=httpx.URL(url).path, outcome=call.outcome)

    async def aclose(self) -> None:
        await self._client.aclose()


class _Call:
    """One call on its way."""

    def __init__(self) -> None:
        self.outcome = "unknown"
        self._began = time.perf_counter()

    def answered(self, response: httpx.Response) -> httpx.Response:
        self.outcome = str(response.status_code)
        return response

    def seconds(self) -> float:
        return time.perf_counter() - self._began
