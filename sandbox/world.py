"""One sandbox: its keys, its memory, its clock, what it has planned, and how fast its time passes."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import msgspec
from sanic import Request

from sandbox.agenda import Agenda
from sandbox.keyring import Keyring
from sandbox.memory import Memory

BEIJING = timezone(timedelta(hours=8))


class Dials(msgspec.Struct):
    """What a tester may turn: the clock's shift in seconds, the share of notifies signed in public-key mode."""

    shift: float = 0
    public_key_share: int = 50
    notifies_signed: int = 0


class World:
    """Handed to every handler; ``speed`` divides waiting times (retries, late payments), never lifetimes of codes."""

    def __init__(self, *, keys: Path, data: Path | None, speed: float) -> None:
        self.keys = Keyring.read(keys)
        self.memory = Memory(data)
        self.agenda = Agenda(self.memory)
        self.speed = speed
        self.http = httpx.AsyncClient(timeout=5, follow_redirects=False)
        self._dials = self.memory.shelf("dials", Dials)
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    @property
    def dials(self) -> Dials:
        return self._dials.get("dials") or Dials()

    def turn(self, dials: Dials) -> None:
        self._dials.put("dials", dials)

    def now(self) -> datetime:
        """The sandbox's time in Beijing. Signatures carry the true time; only lifetimes and bookkeeping follow this."""
        return datetime.now(BEIJING) + timedelta(seconds=self.dials.shift)

    def soon(self, seconds: float) -> float:
        """So many seconds of the vendor's time, as seconds of ours."""
        return seconds / self.speed

    def later(self, task: Callable[..., Awaitable[None]], *, after: float, **args: Any) -> None:
        """Run ``task(world, **args)`` after so many (true) seconds, through a restart if need be."""
        self.agenda.plan(_name(task), after=after, args=args)

    def learn(self, *tasks: Callable[..., Awaitable[None]]) -> None:
        """Make tasks known by name, so that one planned before a restart is found after it."""
        for task in tasks:
            self.agenda.learn(_name(task), partial(task, self))

    def too_often(self, key: str, *, limit: int, seconds: float) -> bool:
        """Count one call under ``key``; True when it exceeds ``limit`` in the last ``seconds``."""
        calls, now = self._calls[key], monotonic()
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= limit:
            return True
        calls.append(now)
        return False

    async def reset(self) -> None:
        """Forget everything that happened; keys and demo accounts stay."""
        await self.agenda.stop()
        self.memory.forget()
        self._calls.clear()

    async def close(self) -> None:
        await self.agenda.stop()
        await self.http.aclose()
        self.memory.close()


def _name(task: Callable[..., Awaitable[None]]) -> str:
    return f"{task.__module__}.{task.__qualname__}"


def world_of(request: Request) -> World:
    """The world this request came to."""
    world: World = request.app.ctx.world
    return world


def rfc3339(moment: datetime) -> str:
    """2026-11-20T10:30:00+08:00"""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def beijing(moment: datetime) -> str:
    """2026-11-20 10:30:00"""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
