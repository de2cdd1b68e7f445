"""The client: N kept-alive connections in a closed loop, in a process of its own so that it slows nobody down.

`python -m benchmarks.load` reads a Plan from standard input and writes what it Saw to standard output, in MessagePack.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import cast

import msgspec
import uvloop

PATIENCE = 10.0
"""Seconds to wait for the last answers once no more requests are sent."""


class Plan(msgspec.Struct, frozen=True):
    """What to send: whole requests as bytes, each once, or all of them over and over until `seconds` have passed."""

    host: str
    port: int
    requests: list[bytes]
    connections: int
    seconds: float
    repeat: bool


class Saw(msgspec.Struct, frozen=True):
    """`answers` counts by ``"201"`` or ``"409 SlotFull"``; `latencies` are seconds; `lost` requests got no answer."""

    seconds: float
    answers: dict[str, int]
    latencies: list[float]
    lost: int
    odd: str


async def drive(plan: Plan) -> Saw:
    """Run `plan` in another process. Raises RuntimeError when that fails."""
    words = [sys.executable, "-m", "benchmarks.load"]
    told, patience = msgspec.msgpack.encode(plan), plan.seconds + PATIENCE * 3
    done = await asyncio.to_thread(
        subprocess.run, words, input=told, stdout=subprocess.PIPE, timeout=patience, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the load generator failed with exit code {done.returncode}")
    return msgspec.msgpack.decode(done.stdout, type=Saw)


class Crowd:
    """Every connection's share of the work, and what they saw together."""

    def __init__(self, plan: Plan) -> None:
        self.waiting: Iterator[bytes] = iter(cycle(plan.requests) if plan.repeat else plan.requests)
        self.deadline = float("inf")
        self.answers: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.lost = 0
        self.odd = ""

    def next(self) -> bytes | None:
        return next(self.waiting, None) if time.perf_counter() < self.deadline else None

    def take(self, head: bytes, body: bytes, seconds: float) -> None:
        status = head[9:12].decode()
        if status >= "400":
            status += f" {code_in(body)}"
            self.odd = self.odd or body[:300].decode(errors="replace")
        self.answers[status] += 1
        self.latencies.append(seconds)


def code_in(body: bytes) -> str:
    """The stable code of a refusal."""
    return body.partition(b'"code":"')[2].partition(b'"')[0].decode()


class Line(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends again."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.done = asyncio.get_running_loop().create_future()
        self.sent_at: float | None = None
        self.heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def send(self) -> None:
        request = self.crowd.next()
        if request is None:
            self.sent_at = None
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, end, body = self.heard.partition(b"\r\n\r\n")
        if not end or len(body) < length_in(head):
            return
        assert self.sent_at is not None
        self.crowd.take(head, body, time.perf_counter() - self.sent_at)
        self.heard = b""
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if self.sent_at is not None:
            self.crowd.lost += 1
        if not self.done.done():
            self.done.set_result(None)


def length_in(head: bytes) -> int:
    """Bytes of the body. Raises ValueError for an answer that does not say (our doors always do)."""
    named = head.lower().partition(b"\r\ncontent-length:")[2]
    if not named and head[9:12] not in (b"204", b"304"):
        raise ValueError("an answer without Content-Length")
    return int(named.partition(b"\r\n")[0] or 0)


async def work(plan: Plan) -> Saw:
    """All connections are there before the clock starts."""
    loop, crowd = asyncio.get_running_loop(), Crowd(plan)
    opened = [await loop.create_connection(lambda: Line(crowd), plan.host, plan.port) for _ in range(plan.connections)]
    lines = [line for _, line in opened]
    began = time.perf_counter()
    crowd.deadline = began + plan.seconds
    for line in lines:
        line.send()
    finished, late = await asyncio.wait([line.done for line in lines], timeout=plan.seconds + PATIENCE)
    return Saw(time.perf_counter() - began, crowd.answers, crowd.latencies, crowd.lost + len(late), crowd.odd)


if __name__ == "__main__":
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Plan)
    # Under PYTHONUNBUFFERED sys.stdout may write less than it was given, and only says so.
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(msgspec.msgpack.encode(uvloop.run(work(asked))))
