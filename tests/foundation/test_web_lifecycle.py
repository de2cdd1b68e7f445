"""A door as its own processes: killed, told to stop, without its database."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.foundation.wire import wire_to
from tests.foundation.working import until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def door(environment: dict[str, str], *, workers: int = 1) -> AsyncIterator[tuple[Any, httpx.AsyncClient]]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sanic", "tests.foundation.house_app:create_app", "--factory", "--no-motd",
        "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
        cwd=ROOT, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
        try:
            await until(lambda: answers(client, "/healthz", 200), within=30)
            yield process, client
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def answers(client: httpx.AsyncClient, path: str, status: int) -> bool:
    try:
        return (await client.get(path, headers={"Connection": "close"})).status_code == status
    except httpx.TransportError:
        return False


async def answer_to(client: httpx.AsyncClient, raw: bytes, *, until: bytes) -> bytes:
    """What a door says to something that no client would send, as far as `until`."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(raw)
    try:
        return await asyncio.wait_for(reader.readuntil(until), 30)
    finally:
        writer.close()


async def pids(client: httpx.AsyncClient) -> set[int]:
    found = [await client.get("/v1/who", headers={"Connection": "close"}) for _ in range(30)]
    return {one.json()["pid"] for one in found}


async def test_killed_workers_are_replaced(environment: dict[str, str]) -> None:
    async with door(environment, workers=2) as (_, client):
        before = await pids(client)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(1.5)
        await until(lambda: answers(client, "/healthz", 200), within=20)
        assert not await pids(client) & before


async def test_a_request_under_way_is_finished_before_the_door_closes(environment: dict[str, str]) -> None:
    async with door(environment) as (process, client):
        asked = asyncio.create_task(client.get("/v1/slow"))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert (await asked).json() == {"slow": "done"}
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_readiness_names_what_is_missing(environment: dict[str, str], db: None) -> None:
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    async with door(environment | nowhere) as (_, client):
        response = await client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["code"] == "NotReady"
        assert set(response.json()["detail"]) == {"database", "redis", "migrations"}
        assert all(state.startswith("gone") for state in response.json()["detail"].values())
        response = await client.get("/v1/rows")
        assert (response.status_code, response.json()["code"]) == (503, "DatabaseGone")
        assert response.headers["retry-after"] == "5"
    async with door(environment) as (_, client):
        response = await client.get("/readyz")
        assert (response.status_code, set(response.json().values())) == (200, {"ok"})


async def test_the_door_comes_back_with_its_database(environment: dict[str, str], db: None) -> None:
    async with wire_to(environment["DATABASE_URL"]) as (wire, url), door(environment | {"DATABASE_URL": url}) as found:
        client = found[1]
        assert await answers(client, "/v1/rows", 200)
        await wire.cut()
        for path in ("/v1/rows", "/v1/orm"):
            response = await client.get(path)
            assert (response.status_code, response.json()["code"]) == (503, "DatabaseGone")
        assert (await client.get("/readyz")).json()["detail"]["redis"] == "ok"
        assert await answers(client, "/readyz", 503)
        await wire.mend()
        await until(lambda: answers(client, "/v1/rows", 200))
        await until(lambda: answers(client, "/v1/orm", 200))
        await until(lambda: answers(client, "/readyz", 200))


async def test_numbers_are_for_the_monitor_only(environment: dict[str, str], db: None) -> None:
    async with door(environment | {"METRICS_TOKEN": "demo-of-this-test"}) as (_, client):
        assert (await client.get("/metrics")).status_code == 401
        await client.get("/v1/rows")
        response = await client.get("/metrics", headers={"Authorization": "Bearer demo-of-this-test"})
        assert response.status_code == 200
        assert 'requests_total{method="GET",route="/v1/rows",status="200"} 1.0' in response.text
        assert "workers_alive 0.0" in response.text


async def test_what_http_itself_refuses_has_our_shape(environment: dict[str, str]) -> None:
    async with door(environment) as (_, client):
        # Only announced: what is sent and not read makes the system take the answer away from who sends on.
        too_much = (
            b"POST /v1/notes HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1100000\r\n\r\n"
        )
        said = await answer_to(client, too_much, until=b"}")
        assert b" 413 " in said.splitlines()[0]
        assert b'"code":"TooLarge"' in said
        response = await client.request("TRACE", "/v1/rows")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
        assert b" 400 " in await answer_to(client, b"NONSENSE\r\n\r\n", until=b"\r\n")
