"""PostgreSQL and Valkey out of pip wheels, started by ourselves as plain subprocesses on loopback.

    with throwaway() as servers:            # tests, benchmarks: temporary data, gone afterwards
        servers.database_url, servers.redis_url
        subprocess.run([postgres_program("pgbench"), …])

TCP with a random password, no unix sockets: nothing depends on how long or how odd the path of the checkout is.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.account import reachable
from deploy.local.postgres import Postgres, postgres_program
from deploy.local.server import CannotStart, Server
from deploy.local.valkey import Valkey

__all__ = ["CannotStart", "Embedded", "Postgres", "Server", "Valkey", "postgres_program", "throwaway"]

PREFIX = "zhijianban-throwaway-"


@dataclass
class Embedded:
    """Both servers, started. For trouble on purpose: `postgres.pid`, `valkey.stop()`, `valkey.start()`."""

    postgres: Postgres
    valkey: Valkey

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        return self.valkey.url


@contextmanager
def throwaway(*, durable: bool = False) -> Iterator[Embedded]:
    """Both servers on temporary data, gone at the end. `durable` waits for the disk as production does (benchmarks)."""
    top = _shelf()
    _sweep(top)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=top))
    folder.chmod(0o711)
    servers = Embedded(Postgres(folder / "postgres", durable=durable), Valkey(folder / "valkey", durable=durable))
    try:
        servers.postgres.start()
        servers.valkey.start()
        yield servers
    finally:
        servers.valkey.stop()
        servers.postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _shelf() -> Path:
    """The folder for temporary data: the system's, unless PostgreSQL's account cannot walk to it."""
    return next(
        folder for folder in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")) if reachable(folder / "x")
    )


def _sweep(top: Path) -> None:
    """Remove what killed runs left."""
    for folder in top.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
