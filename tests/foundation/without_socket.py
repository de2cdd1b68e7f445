"""A line to an application without a socket: whoever tests what comes in which piece decides it."""

import asyncio
from typing import Any

from sanic import Sanic
from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol


class Line(asyncio.Transport):
    """One connection without a socket: what comes in one piece is what is sent as one."""

    def __init__(self, app: Sanic[Any, Any]) -> None:
        super().__init__({"peername": ("203.0.113.7", 5)})
        self.written, self.ended = b"", False
        self.protocol = HttpProtocol(loop=asyncio.get_running_loop(), app=app)
        self.protocol.connection_made(self)  # type: ignore[no-untyped-call]

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.ended

    def close(self) -> None:
        self.ended = True

    abort = close

    def waits(self) -> bool:
        """Whether nothing is being read or answered."""
        http = self.protocol.http
        if http is None:
            return self.ended
        return http.stage is Stage.IDLE and getattr(http, "request", 1) is None and not self.protocol.recv_buffer

    async def sent(self, *pieces: bytes) -> bytes:
        """What is answered to a whole request, or several."""
        async with asyncio.timeout(20):
            while not self.waits():
                await asyncio.sleep(0)
            self.written = b""
            for piece in pieces:
                if not self.ended:
                    self.protocol.data_received(piece)  # type: ignore[no-untyped-call]
                for _ in range(5):
                    await asyncio.sleep(0)
        return await self.answers()

    async def answers(self) -> bytes:
        """What was written once all that came is answered."""
        async with asyncio.timeout(20):
            while not self.waits():
                await asyncio.sleep(0)
        return self.written

    async def hang_up(self) -> None:
        if self.protocol._task is not None:
            self.protocol._task.cancel()
        await asyncio.sleep(0)


def get(address: str = "/v1/page", method: str = "GET", **headers: str) -> bytes:
    told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in {"Host": "a", **headers}.items())
    return f"{method} {address} HTTP/1.1\r\n{told}\r\n".encode()
