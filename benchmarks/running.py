"""What a newcomer waits for, and what a machine must hold: `make run`, memory, the tests."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.measuring import CheckFailed, Measured, number
from deploy.local import ports

READY = "已就绪"
READY_WITHIN = 120.0
WARM_WITHIN = 10.0  # a second start keeps nobody waiting
PROCESSES = ("bff", "web", "worker", "sandbox")
QUESTION = {"question": "身份证丢了怎么补办"}
MEGABYTE = 1_000_000


def make_run() -> list[Measured]:
    """Seconds of a first start on empty data and of a second on the same; megabytes of each process once used.

    The virtual environment is there: how long pip takes says more about the network than about us.
    """
    with tempfile.TemporaryDirectory(prefix="zhijianban-benchmark-") as folder:
        var = Path(folder) / "var"
        with _running(var) as cold:
            memory = _memory(var)
        with _running(var) as warm:
            pass
    if warm > WARM_WITHIN:
        raise CheckFailed(f"a second start took {warm:.1f} s, more than {WARM_WITHIN:.0f} s")
    return [number("make_run_cold", cold, "s"), number("make_run_warm", warm, "s"), *memory]


@contextmanager
def _running(var: Path) -> Iterator[float]:
    """The launcher, up; the seconds it took. Stopped at the end of the block."""
    free = {name: str(ports.free()) for name in ("BFF_PORT", "API_PORT", "SANDBOX_PORT")}
    env = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "DATABASE_URL", "REDIS_URL")}
    said = var.parent / "said"
    begun = time.monotonic()
    with said.open("w") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.run"],
            env=env | free | {"VAR": str(var)}, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        yield _seconds_until_ready(launcher, said, begun)
    finally:
        launcher.send_signal(signal.SIGTERM)
        launcher.wait(60)


def _seconds_until_ready(launcher: subprocess.Popen[bytes], said: Path, begun: float) -> float:
    while READY not in said.read_text():
        if launcher.poll() is not None or time.monotonic() - begun > READY_WITHIN:
            raise CheckFailed(f"make run did not come up: {said.read_text()[-600:]}")
        time.sleep(0.02)
    return time.monotonic() - begun


def _memory(var: Path) -> list[Measured]:
    """Proportional set size of each process with its children, after the citizen door has been used once."""
    addresses: dict[str, Any] = json.loads((var / "addresses.json").read_text())
    with httpx.Client(base_url=addresses["bff"], timeout=30, trust_env=False) as client:
        client.get("/v1/home").raise_for_status()
        client.post("/v1/ask", json=QUESTION).raise_for_status()
    return [number(f"memory_mb_{name}", _megabytes(_pid(var, name)), "MB") for name in PROCESSES]


def _pid(var: Path, name: str) -> int:
    return int((var / "run" / f"{name}.pid").read_text().split()[0])


def _megabytes(pid: int) -> float:
    top = psutil.Process(pid)
    held = [one.memory_full_info() for one in (top, *top.children(recursive=True))]
    return float(sum(getattr(one, "pss", one.uss) for one in held)) / MEGABYTE


def test_suite() -> list[Measured]:
    """Seconds of all tests, one after another."""
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], check=False)
    if done.returncode:
        raise CheckFailed(f"the tests failed with exit code {done.returncode}")
    return [number("test_suite", time.monotonic() - begun, "s")]
