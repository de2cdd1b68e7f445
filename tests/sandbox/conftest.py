"""One sandbox of its own for these tests, on a free port of loopback, and what an application needs to talk to it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox import keys
from tests.builders.sandbox import App, Inbox, Sandbox

SPEED = 600.0
"""The first retry of WeChat Pay comes after 25 ms, that of Alipay after 400 ms."""


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sandbox") / "keys of the demo"
    keys.make(folder)
    return folder


@pytest.fixture(scope="session")
def running(key_folder: Path) -> Iterator[Sandbox]:
    """The address of a running sandbox."""
    with start(key_folder, key_folder.parent / "data") as server:
        yield server


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The running sandbox, having forgotten everything."""
    running.play("reset")
    return running


@pytest.fixture
def app(sandbox: Sandbox, key_folder: Path) -> Iterator[App]:
    """An application that signs as the demo merchant and the demo app should."""
    made = App(sandbox.url, key_folder)
    with made.http:
        yield made


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """An address that notifies can be sent to."""
    with Inbox() as server:
        yield server


class start:
    """Run ``python -m sandbox`` until the block ends, or until ``kill`` is called."""

    def __init__(self, key_folder: Path, data: Path, speed: float = SPEED) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = {"--port": self.port, "--keys": key_folder, "--data": data, "--speed": speed}
        words = [str(word) for pair in options.items() for word in pair]
        self.process = subprocess.Popen([sys.executable, "-m", "sandbox", *words], cwd=Path(__file__).parents[2])

    def __enter__(self) -> Sandbox:
        server = Sandbox(f"http://127.0.0.1:{self.port}")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{server.url}/readyz", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                self.server = server
                return server
        raise AssertionError("the sandbox does not answer")

    def __exit__(self, *_: object) -> None:
        self.server.http.close()
        self.process.terminate()
        self.process.wait(timeout=10)

    def kill(self) -> None:
        """As ``kill -9`` would."""
        self.process.kill()
        self.process.wait(timeout=10)
