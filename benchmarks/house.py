"""The house under measurement: throwaway servers that wait for the disk, the demo city, one process of each door.

The worker is left out: what it does later is not what a citizen waits for, and it would share our cores.
"""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

import rooms
from benchmarks.load import Plan, Saw, drive
from benchmarks.measuring import CheckFailed, Sample, Scale, percentile
from benchmarks.wire import get
from deploy.local import ports
from deploy.local.environment import Address, environment
from deploy.local.processes import words
from deploy.local.server import leashed
from deploy.local.servers import throwaway
from foundation import database, redis, settings

KEYS = "python -m sandbox.keys $VAR/keys"
PREPARATION = ("python -m migrations.apply", "python -m deploy.local.demo")
SERVED = "sanic {app}:create_app --factory --single-process --host $HOST --port $PORT --no-motd"
APPS = {"bff": "miniprogram_bff.app", "api": "api.app", "bare": "benchmarks.bare"}
ONE_MORE = {"ticking": "benchmarks.ticking_door"}
PREFIX = "zhijianban-benchmark-"
READY = {"bare": "/"}
READY_WITHIN = 60.0
LONGEST_ROUND = 60.0
POOL = 16
MEGABYTE = 1_000_000


class NotUp(Exception):
    """A process did not come up; the text names its log."""


@dataclass(frozen=True)
class House:
    """Everything up. `bff`, `api` and `bare` are where the doors listen; `keys` the folder of the channels' keys."""

    scale: Scale
    bff: Address
    api: Address
    bare: Address
    keys: Path
    processes: tuple[tuple[int, Address], ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    async def asked(self, door: Address, requests: Sequence[bytes], *, expect: str) -> Sample:
        """One round of `requests` over and over. Raises CheckFailed unless every answer is `expect`."""
        return await self._round(door, requests, expect=expect, seconds=self.scale.seconds, repeat=True)

    @asynccontextmanager
    async def another(self, name: str, **decided: str) -> AsyncIterator[Address]:
        """One more door while the block lasts, with some settings `decided` otherwise."""
        at, folder = Address("127.0.0.1", ports.free()), self.keys.parent
        with serving(name, at, {**self.env, **decided}, folder=folder) as process:
            await until_ready(name, at, process, log=folder / f"{name}.log")
            yield at

    async def done(
        self, door: Address, requests: Sequence[bytes], *, expect: str, connections: int | None = None
    ) -> Sample:
        """One round in which each of `requests` is sent once. Raises CheckFailed unless every answer is `expect`."""
        return await self._round(
            door, requests, expect=expect, seconds=LONGEST_ROUND, repeat=False, connections=connections
        )

    async def rushed(self, door: Address, requests: Sequence[bytes], *, connections: int) -> Saw:
        """Each of `requests` once, from so many connections; whatever was answered."""
        plan = Plan(
            host=door.host, port=door.port, requests=list(requests), connections=connections, seconds=LONGEST_ROUND,
            repeat=False,
        )  # fmt: skip
        return await drive(plan)

    def memory(self, door: Address) -> float:
        """Megabytes that a door's process holds with its children (resident set)."""
        (top,) = (psutil.Process(pid) for pid, at in self.processes if at == door)
        return sum(one.memory_info().rss for one in (top, *top.children(recursive=True))) / MEGABYTE

    async def yardstick(self) -> Sample:
        """One round of the bare application."""
        return await self.asked(self.bare, [get("/")], expect="200")

    async def _round(
        self,
        door: Address,
        requests: Sequence[bytes],
        *,
        expect: str,
        seconds: float,
        repeat: bool,
        connections: int | None = None,
    ) -> Sample:
        saw = await drive(
            Plan(
                host=door.host,
                port=door.port,
                requests=list(requests),
                connections=connections or self.scale.connections,
                seconds=seconds,
                repeat=repeat,
            )
        )
        _must_be(saw, expect=expect, number=None if repeat else len(requests))
        milliseconds = [one * 1000 for one in saw.latencies]
        return Sample(
            rate=len(saw.latencies) / saw.seconds, p50=percentile(milliseconds, 50), p99=percentile(milliseconds, 99)
        )


def _must_be(saw: Saw, *, expect: str, number: int | None) -> None:
    answered = saw.answers.get(expect, 0)
    if saw.lost or set(saw.answers) != {expect} or (number is not None and answered != number):
        raise CheckFailed(f"wanted {number or 'only'} × {expect}, saw {saw.answers}, lost {saw.lost} {saw.odd}")


@asynccontextmanager
async def only_the_yardstick(scale: Scale) -> AsyncIterator[House]:
    """The bare application alone, for who wants to know no more: up in a moment."""
    with ExitStack() as until_the_end:
        var = Path(until_the_end.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX)))
        bare = Address("127.0.0.1", ports.free())
        process = until_the_end.enter_context(serving("bare", bare, dict(os.environ), folder=var))
        await until_ready("bare", bare, process, log=var / "bare.log")
        yield House(scale, bare, bare, bare, var)


@asynccontextmanager
async def opened(scale: Scale, *, durable: bool = True) -> AsyncIterator[House]:
    """Start everything; this process is connected too, to prepare and to check. All of it ends with the block."""
    with ExitStack() as until_the_end:
        servers = until_the_end.enter_context(throwaway(durable=durable))
        var = Path(until_the_end.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX)))
        _run(KEYS, os.environ | {"VAR": str(var)}, log=var / "keys.log")
        doors = {name: Address("127.0.0.1", ports.free()) for name in (*APPS, "sandbox")}
        env = _environment(var, servers.database_url, servers.redis_url, doors)
        for command in PREPARATION:
            _run(command, env, log=var / "preparation.log")
        started = {name: until_the_end.enter_context(serving(name, doors[name], env, folder=var)) for name in APPS}
        for name, process in started.items():
            await until_ready(name, doors[name], process, log=var / f"{name}.log")
        ours = settings.load(env)
        settings.use(ours)
        await database.start(ours.database_url, models=rooms.MODELS, pool=POOL)
        await redis.start(ours.redis_url)
        try:
            processes = tuple((process.pid, doors[name]) for name, process in started.items())
            yield House(scale, doors["bff"], doors["api"], doors["bare"], var / "keys", processes, env)
        finally:
            await redis.stop()
            await database.stop()


def _environment(var: Path, database_url: str, redis_url: str, doors: dict[str, Address]) -> dict[str, str]:
    """As `make run` has it, but for what a benchmark must decide itself."""
    usual = environment(var=var, database_url=database_url, redis_url=redis_url, doors={**doors, "web": doors["api"]})
    decided = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "LOG_FORMAT": "json",
        # The client says for whom it asks, as a proxy would: else one address would run into its rate limit.
        "TRUSTED_PROXIES": "1",
    }
    return usual | decided


def _run(command: str, env: dict[str, str], *, log: Path) -> None:
    with log.open("ab") as said:
        done = subprocess.run(words(command, env), env=env, stdout=said, stderr=said, timeout=120, check=False)
    if done.returncode:
        raise NotUp(f"{command}:\n{_end_of(log)}")


@contextmanager
def serving(name: str, at: Address, env: dict[str, str], *, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A door in a process of its own; what it says goes to a file in `folder`."""
    own = env | {"HOST": at.host, "PORT": str(at.port)}
    command = leashed(words(SERVED.format(app=(APPS | ONE_MORE)[name]), own), ends_by=signal.SIGTERM)
    with (folder / f"{name}.log").open("ab") as said:
        process = subprocess.Popen(command, env=own, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def until_ready(name: str, at: Address, process: subprocess.Popen[bytes], *, log: Path) -> None:
    """Wait until the door says that all it needs is there. Raises NotUp."""
    deadline = time.monotonic() + READY_WITHIN
    async with httpx.AsyncClient(base_url=str(at), timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if (await client.get(READY.get(name, "/readyz"))).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise NotUp(f"{name}:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
