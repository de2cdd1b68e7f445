"""The citizens' door with a task that ticks and tells how late it was: so long nobody else got an answer.

A busy machine makes every clock late, so beside the wait stands how much of it this process itself was computing.
"""

import asyncio
import time
from typing import Any

from sanic import HTTPResponse, Request, Sanic, json

from miniprogram_bff import app as bff

EVERY = 0.002
"""Seconds between two ticks, as far as the loop lets them come."""


class _Seen:
    """Milliseconds since they were last told: each wait beyond the tick, and the processor's share of it."""

    waits: "list[float]" = []
    computed: "list[float]" = []


def create_app(args: object = None) -> Sanic[Any, Any]:
    app = bff.create_app()
    app.add_route(_told, "/ticks", methods=["GET"], name="ticks")
    app.register_listener(_begin, "after_server_start")
    return app


async def _begin(app: Any) -> None:
    app.add_task(_tick())


async def _tick() -> None:
    while True:
        began, computed = time.perf_counter(), time.thread_time()
        await asyncio.sleep(EVERY)
        _Seen.waits.append((time.perf_counter() - began - EVERY) * 1000)
        _Seen.computed.append((time.thread_time() - computed) * 1000)


async def _told(_: Request) -> HTTPResponse:
    waits, computed = _Seen.waits, _Seen.computed
    _Seen.waits, _Seen.computed = [], []
    return json({"waits": waits, "computed": computed})
