"""`make run`: servers, keys, migrations, demo city, sandbox, both doors, worker; Ctrl-C ends them all.

`DATABASE_URL` / `REDIS_URL` in the environment keep the embedded server of that kind off; `HOST` (127.0.0.1),
`BFF_PORT`, `API_PORT`, `SANDBOX_PORT` move the doors; `VAR` (var) is the folder of data, keys and accounts.
While the house is up, `addresses.json` in that folder says where everything listens.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from deploy.local import leash, leftovers, loaded, ports
from deploy.local.account import NoAccount
from deploy.local.environment import Address, demo_secrets, environment
from deploy.local.one_run import AlreadyRunning, only_run
from deploy.local.panel import panel
from deploy.local.processes import Company, Ended, procfile
from deploy.local.servers import CannotStart, Postgres, Server, Valkey

VAR = Path(os.environ.get("VAR") or "var")
ADDRESSES = VAR / "addresses.json"
ACCOUNTS = VAR / "demo_accounts.json"
USUAL = {
    "bff": int(os.environ.get("BFF_PORT", "8100")),
    "web": int(os.environ.get("API_PORT", "8200")),
    "sandbox": int(os.environ.get("SANDBOX_PORT", "8300")),
}
KEYS = "python -m sandbox.keys $VAR/keys"
RELEASE = "python -m migrations.apply"
DEMO = "python -m deploy.local.demo"
READY = {"sandbox": "/"}  # the doors of the house answer /readyz
READY_WITHIN = 60.0


def choose_doors(host: str) -> dict[str, Address]:
    """Where each door listens: its usual port, or a free one when that is taken."""
    return {name: Address(host, ports.free(usual, host=host)) for name, usual in USUAL.items()}


def embedded() -> list[Server]:
    """The servers this run must bring itself."""
    servers: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(VAR / "postgres", durable=True, usual_port=True))
    if not os.environ.get("REDIS_URL"):
        servers.append(Valkey(VAR / "valkey", durable=True, usual_port=True))
    return servers


async def bring_up(company: Company, servers: list[Server], *, begun: float) -> None:
    """Everything in order, the panel at the end."""
    await prepare_storage(company, servers)
    urls = {server.name: server.url for server in servers}
    doors = choose_doors(os.environ.get("HOST", "127.0.0.1"))
    env = environment(var=VAR, database_url=urls.get("postgres", ""), redis_url=urls.get("valkey", ""), doors=doors)
    await fill(company, env, servers)
    await open_doors(company, env, doors)
    tell_addresses({name: str(address) for name, address in doors.items()} | urls)
    moved = {name: usual for name, usual in USUAL.items() if doors[name].port != usual}
    print(panel(doors, ACCOUNTS, took=time.monotonic() - begun, moved=moved), flush=True)


async def prepare_storage(company: Company, servers: list[Server]) -> None:
    """Servers, keys and secrets."""
    keys = asyncio.create_task(company.once("keys", KEYS, os.environ | {"VAR": str(VAR)}))
    for server in servers:
        server.start()
    demo_secrets(VAR)
    await keys


async def fill(company: Company, env: Mapping[str, str], servers: list[Server]) -> None:
    """Migrations and the demo city, unless our own embedded database is known to hold them as they are now.

    `/readyz` compares the migrations once more, and what became of somebody else's database we cannot know.
    """
    own = next((server.folder for server in servers if server.name == "postgres"), None)
    if own and ACCOUNTS.exists() and loaded.is_loaded(own):
        return
    await company.once("release", RELEASE, env)
    await company.once("demo", DEMO, env)
    if own:
        loaded.remember(own)


async def open_doors(company: Company, env: Mapping[str, str], doors: Mapping[str, Address]) -> None:
    """The processes of Procfile.dev, until all of them are ready. Raises Ended when one is not."""
    for name, command in procfile(Path("Procfile.dev")).items():
        own = {"HOST": doors[name].host, "PORT": str(doors[name].port)} if name in doors else {}
        await company.start(name, command, {**env, **own})
    await unless_one_ends(company, *(ready(name, address) for name, address in doors.items()))


def tell_addresses(addresses: Mapping[str, str]) -> None:
    """Where doors and embedded servers listen, for other programs of this user (it holds the servers' passwords)."""
    ADDRESSES.touch(mode=0o600)
    ADDRESSES.write_text(json.dumps(addresses, indent=2) + "\n")


async def unless_one_ends(company: Company, *steps: Coroutine[Any, Any, None]) -> None:
    """Do all steps; raises Ended as soon as a process ends meanwhile."""
    watching: asyncio.Future[Any] = asyncio.create_task(company.watch())
    working: asyncio.Future[Any] = asyncio.gather(*steps)
    await asyncio.wait({watching, working}, return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        watching.result()
    watching.cancel()
    await working


async def ready(name: str, address: Address) -> None:
    """Wait until a door says that all it needs is there. Raises Ended when it never does."""
    deadline, said = time.monotonic() + READY_WITHIN, "no answer"
    async with httpx.AsyncClient(base_url=str(address), timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                answer = await client.get(READY.get(name, "/readyz"))
                if answer.status_code == httpx.codes.OK:
                    return
                said = f"{answer.status_code} {answer.text[:300]}"
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise Ended(f"{name} is not ready after {READY_WITHIN:.0f} s: {said}")


async def servers_alive(servers: list[Server]) -> None:
    """Return never, unless an embedded server ends: then raise Ended."""
    while all(server.exit_code is None for server in servers):
        await asyncio.sleep(0.5)
    gone = next(server for server in servers if server.exit_code is not None)
    raise Ended(f"{gone.name} ended by itself (exit code {gone.exit_code}); its log: {gone.log}")


async def run() -> int:
    begun, company, servers = time.monotonic(), Company(notes=VAR / "run"), embedded()
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    if ended := leftovers.end_all(company.notes):
        print(f"上次运行遗留的进程已结束 · ended what a killed run had left: {', '.join(ended)}")
    try:
        return await _until_stopped(stop, company, servers, begun)
    except (Ended, CannotStart, NoAccount) as trouble:
        print(f"\n启动失败或中途停止 · stopped: {trouble}", file=sys.stderr)
        return 1
    finally:
        ADDRESSES.unlink(missing_ok=True)
        await company.stop()
        for server in reversed(servers):
            server.stop()


async def _until_stopped(stop: asyncio.Event, company: Company, servers: list[Server], begun: float) -> int:
    """Come up and stay up until asked to stop. Raises what went wrong."""
    stopping = asyncio.create_task(stop.wait())
    for stage in (partial(bring_up, begun=begun), stay_up):
        working = asyncio.create_task(stage(company, servers))
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            print("\n正在停止 · stopping", flush=True)
            return 0
        working.result()
    return 0


async def stay_up(company: Company, servers: list[Server]) -> None:
    """Return never, unless something of ours ends: then raise Ended."""
    await asyncio.gather(company.watch(), servers_alive(servers))


def main() -> int:
    if "MAKELEVEL" in os.environ:  # make killed: nobody is left to press Ctrl-C
        leash.end_with_starter(os.getppid(), signal.SIGTERM)
    try:
        with only_run(VAR):
            return asyncio.run(run())
    except AlreadyRunning as running:
        print(f"已在运行（进程 {running}） · already running (process {running})", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
