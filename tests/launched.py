"""`make run`, started by a test. `whole_house` is the real one, up once per session on a database of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from deploy.local import ports
from deploy.local.environment import SECRETS, read
from tests.servers import Addresses
from tests.storage import migrated

ROOT = Path(__file__).parents[1]
NEVER = "00:00-00:00"


class Launched:
    """One launcher. After `start()` the base URLs are `bff`, `api`, `sandbox`."""

    def __init__(self, *, checkout: Path, var: Path) -> None:
        self.checkout, self.var = checkout, var
        self.environment = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "NO_COLOR")}
        self.environment |= {name: str(ports.free()) for name in ("BFF_PORT", "API_PORT", "SANDBOX_PORT")}
        self.environment["VAR"] = str(var)
        self.environment["MESSAGES_QUIET_HOURS"] = NEVER  # who waits for a message waits at any hour
        self.launcher: subprocess.Popen[str] | None = None

    @property
    def output(self) -> str:
        """What it and its processes have said since the last start."""
        return (self.var.parent / "output").read_text()

    def start(self) -> float:
        """Start the launcher and wait until all is up; seconds it took."""
        begun = time.monotonic()
        with (self.var.parent / "output").open("w") as output:
            self.launcher = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.run"],
                cwd=self.checkout, env=self.environment, stdout=output, stderr=output, text=True,
            )  # fmt: skip
        while "已就绪" not in self.output:
            assert self.launcher.poll() is None, self.output
            assert time.monotonic() - begun < 150, self.output
            time.sleep(0.05)
        return time.monotonic() - begun

    def send(self, sign: signal.Signals) -> int:
        """Send the launcher a signal and wait for it; its exit code."""
        assert self.launcher
        self.launcher.send_signal(sign)
        return self.launcher.wait(30)

    def stop(self) -> None:
        if self.launcher and self.launcher.poll() is None:
            self.send(signal.SIGTERM)

    def reset(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.local.reset"]
        return subprocess.run(
            command, cwd=self.checkout, env=self.environment, capture_output=True, text=True, check=False
        )

    @property
    def bff(self) -> str:
        return self._address("bff")

    @property
    def api(self) -> str:
        return self._address("web")

    @property
    def sandbox(self) -> str:
        return self._address("sandbox")

    def _address(self, name: str) -> str:
        return str(json.loads((self.var / "addresses.json").read_text())[name])

    @property
    def accounts(self) -> dict[str, Any]:
        """Demo citizens and demo staff, as the demo city wrote them down."""
        return dict(json.loads((self.var / "demo_accounts.json").read_text()))

    @property
    def secrets(self) -> dict[str, str]:
        """`DEPARTMENT_KEYS`, `METRICS_TOKEN`, … of this run."""
        return read(self.var / SECRETS)

    @property
    def database_url(self) -> str:
        """The database it was given, as `whole_house` was, or brought itself."""
        return self.environment.get("DATABASE_URL") or self._address("postgres")

    @property
    def redis_url(self) -> str:
        return self.environment.get("REDIS_URL") or self._address("valkey")

    def pid(self, name: str) -> int:
        """The process id of `web`, `bff`, `worker`, `sandbox`."""
        return int((self.var / "run" / f"{name}.pid").read_text().split()[0])


@pytest.fixture(scope="session")
async def whole_house(servers: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Launched]:
    """Sandbox, both doors and the worker over the demo city, as `make run` starts them."""
    house = Launched(checkout=ROOT, var=tmp_path_factory.mktemp("house") / "var")
    house.environment["DATABASE_URL"] = await migrated(servers, f"house_{servers.worker}")
    house.environment["REDIS_URL"] = f"{servers.redis}/{32 + servers.worker}"
    house.start()
    yield house
    house.stop()


@pytest.fixture(autouse=True)
async def _nobody_came_before(request: pytest.FixtureRequest) -> None:
    """Tests of the whole house come from one address; what those before it asked is not counted against one."""
    if "whole_house" not in request.fixturenames:
        return
    house: Launched = request.getfixturevalue("whole_house")
    async with redis.asyncio.Redis.from_url(house.environment["REDIS_URL"]) as gate:
        if counted := [key async for key in gate.scan_iter("limit:*", count=1000)]:
            await gate.delete(*counted)
