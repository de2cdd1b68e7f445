"""A house on PostgreSQL and Valkey of its own, each of whose processes and servers may be killed at any moment."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local import ports
from deploy.local.servers import Embedded, Server, throwaway
from tests.journeys.frail_house import FrailHouse, run
from tests.servers import Addresses
from tests.storage import migrated

PROCESSES, SERVERS = ("bff", "web", "worker"), ("postgres", "valkey")

# A dead worker's jobs are taken up when it was silent for half a minute; here sooner. One that lives beats every five
# seconds: taken for dead on a slow machine, it would let go of all its work and need half a minute to begin again.
SILENT = """
update procrastinate_workers set last_heartbeat = now() - interval '1 minute'
 where last_heartbeat < now() - interval '12 seconds'
"""


class StormyHouse(FrailHouse):
    """`kill_hard` and `bring_back` by the names in PROCESSES and SERVERS. `slots` are those of `little_hall`."""

    slots: list[list[int]]

    def __init__(self, var: Path, *, database_url: str, servers: Embedded, hand: ThreadPoolExecutor) -> None:
        super().__init__(var, database_url=database_url)
        self.servers: dict[str, Server] = {"postgres": servers.postgres, "valkey": servers.valkey}
        self.hand = hand  # one thread that outlives what it starts: Linux ends them with it
        for server in self.servers.values():  # its clients know one address
            server.usual_port, server.wants_usual_port = server.port, True
        servers.valkey.durable = False  # what is killed comes back empty

    def kill_hard(self, name: str) -> None:
        """kill -9 of a process or a server, children and all."""
        if name in PROCESSES:
            return self.kill(name)
        family = [psutil.Process(self.servers[name].pid)]
        family += family[0].children(recursive=True)
        for one in family:
            one.kill()
        psutil.wait_procs(family, timeout=10)

    async def bring_back(self, name: str) -> None:
        """Start it again and wait until it answers."""
        start = self._start_server if name in SERVERS else self.start_again
        await asyncio.get_running_loop().run_in_executor(self.hand, start, name)

    def _start_server(self, name: str) -> None:
        server = self.servers[name]
        server.stop()
        deadline = time.monotonic() + 10
        while ports.free(server.usual_port) != server.usual_port:  # some connection got it by chance
            assert time.monotonic() < deadline, f"{name}: its port was taken meanwhile"
            time.sleep(0.1)
        server.start()

    def wait_for(self, name: str) -> None:
        """A door is back when it listens: ready it can only be while both servers are there."""
        if name in self.doors:
            self.wait_until_it_answers(name, "/healthz" if name != "sandbox" else "/")

    def said_about(self, faults: list[str]) -> str:
        """What the doors wrote into their logs about requests that failed."""
        ids = re.findall(r'"request_id":"(\w+)"', " ".join(faults))
        lines = (self.log("bff") + self.log("web")).splitlines()
        about = [n for n, line in enumerate(lines) if any(one in line for one in ids)]
        return "\n".join(line for n in about for line in lines[n : n + 60])

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.database_url, timeout=10)


@pytest.fixture
async def stormy_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StormyHouse]:
    with ThreadPoolExecutor(1) as hand, throwaway(durable=True) as servers:
        addresses = Addresses(servers.database_url, servers.redis_url.rsplit("/", 1)[0], 0)
        database_url = await migrated(addresses, "storm")
        house = StormyHouse(
            tmp_path_factory.mktemp("storm") / "var", database_url=database_url, servers=servers, hand=hand
        )
        house.make_keys(database_url=database_url, redis_url=servers.redis_url)
        try:
            house.slots = json.loads(run("python -m tests.chaos.little_hall", house.env))
            for name in house.commands:
                house.begin(name)
            for name in house.commands:
                await asyncio.to_thread(house.wait_for, name)
            yield house
        finally:
            for name in list(house.processes):
                house.kill(name)
