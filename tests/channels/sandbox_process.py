"""The sandbox as a process on loopback: the vendors' side, written by others than these channels."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sandbox:
    """Where it listens, and the environment the app needs for it."""

    url: str
    env: dict[str, str]
    http: httpx.AsyncClient

    async def pull(self, string: str, **asked: Any) -> Any:
        """Pull one of the strings behind the stage; returns its JSON."""
        answer = await self.http.post(f"{self.url}/sandbox/{string}", json=asked)
        answer.raise_for_status()
        return answer.json()

    async def look(self, what: str, **asked: str) -> Any:
        answer = await self.http.get(f"{self.url}/sandbox/{what}", params=asked)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Start it with fresh keys in `folder`; (address, environment)."""
    subprocess.run([sys.executable, "-m", "sandbox.keys", str(folder)], cwd=REPOSITORY, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--keys", str(folder), "--speed", "120"]
    with open(folder / "sandbox.log", "wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log, env=os.environ | {"TZ": "UTC"})
    try:
        _wait(url, process, folder)
        yield url, _environment(url, folder)
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/sandbox/orders", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise RuntimeError("the sandbox did not start:\n" + (folder / "sandbox.log").read_text()[-2000:])


def _environment(url: str, folder: Path) -> dict[str, str]:
    lines = (folder / "app.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line) | {
        "ENVIRONMENT": "test",
        "WECHAT_API_URL": url,
        "WECHAT_OPEN_URL": url,
        "WECHAT_PAY_URL": url,
        "ALIPAY_GATEWAY_URL": f"{url}/gateway.do",
        "ALIPAY_AUTHORIZE_URL": f"{url}/oauth2/publicAppAuthorize.htm",
        "SMS_URL": url,
    }
