"""A house whose processes and servers a test may take away and bring back.

The processes are those of Procfile.dev, started one by one, for the launcher ends all when one ends. Database and Redis
are reached through wires that can be cut.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import ports
from deploy.local.environment import Address, environment
from deploy.local.processes import procfile, words
from tests.foundation.wire import Wire, wire_to
from tests.launched import NEVER, ROOT, Launched
from tests.servers import Addresses
from tests.storage import migrated

KEYS, DEMO = "python -m sandbox.keys $VAR/keys", "python -m deploy.local.demo"
READY = {"sandbox": "/", "web": "/readyz", "bff": "/readyz"}


class FrailHouse(Launched):
    """`kill`, `start_again` by the names of Procfile.dev; `database_wire`, `redis_wire` to cut and mend."""

    database_wire: Wire
    redis_wire: Wire

    def __init__(self, var: Path, *, database_url: str) -> None:
        super().__init__(checkout=ROOT, var=var)
        var.mkdir()
        self.environment["DATABASE_URL"] = database_url  # not through the wire: for those who look from outside
        self.doors = {name: Address("127.0.0.1", ports.free()) for name in READY}
        self.commands = procfile(ROOT / "Procfile.dev")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.env: dict[str, str] = {}

    def prepare(self, *, database_url: str, redis_url: str) -> None:
        """Keys and the demo city."""
        self.make_keys(database_url=database_url, redis_url=redis_url)
        run(DEMO, self.env)

    def make_keys(self, *, database_url: str, redis_url: str) -> None:
        run(KEYS, os.environ | {"VAR": str(self.var)})
        self.env = environment(var=self.var, database_url=database_url, redis_url=redis_url, doors=self.doors)
        self.env["MESSAGES_QUIET_HOURS"] = NEVER

    def begin(self, name: str) -> None:
        """Start a process; `wait_for` it."""
        own = {"HOST": "127.0.0.1", "PORT": str(self.doors[name].port)} if name in self.doors else {}
        env = self.env | own
        with (self.var / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                words(self.commands[name], env), cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )

    def wait_for(self, name: str) -> None:
        if name in READY:
            self.wait_until_it_answers(name, READY[name])

    def wait_until_it_answers(self, name: str, path: str) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"{self.doors[name]}{path}", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, self.log(name)
            assert self.processes[name].poll() is None, self.log(name)
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """kill -9, children and all."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_again(self, name: str) -> None:
        self.begin(name)
        self.wait_for(name)

    def log(self, name: str) -> str:
        return (self.var / f"{name}.log").read_text()

    def _address(self, name: str) -> str:
        return str(self.doors[name])


def run(command: str, env: dict[str, str]) -> str:
    """Run to the end; what it printed."""
    done = subprocess.run(words(command, env), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
async def frail_house(servers: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Up once per session, on a database and a Redis of its own. Whoever takes something away brings it back."""
    database_url = await migrated(servers, f"frail_{servers.worker}")
    house = FrailHouse(tmp_path_factory.mktemp("frail") / "var", database_url=database_url)
    async with AsyncExitStack() as wires:
        house.database_wire, through = await wires.enter_async_context(wire_to(database_url))
        house.redis_wire, redis_through = await wires.enter_async_context(
            wire_to(f"{servers.redis}/{48 + servers.worker}")
        )
        house.prepare(database_url=database_url, redis_url=f"{servers.redis}/{48 + servers.worker}")
        house.env |= {"DATABASE_URL": through, "REDIS_URL": redis_through}
        for name in house.commands:
            house.begin(name)
        for name in house.commands:
            await asyncio.to_thread(house.wait_for, name)
        try:
            yield house
        finally:
            for name in list(house.processes):
                house.kill(name)
