"""One throwaway PostgreSQL and one throwaway Valkey per pytest session, shared by the workers of pytest-xdist."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.servers import throwaway


@dataclass(frozen=True)
class Addresses:
    """Where this session's servers listen. `worker` numbers the pytest-xdist worker, 0 without."""

    postgres: str
    redis: str
    worker: int

    def database(self, name: str) -> str:
        """The URL of one database on the PostgreSQL server."""
        return self.postgres.rsplit("/", 1)[0] + "/" + name


def pytest_configure(config: pytest.Config) -> None:
    """Under pytest-xdist the controller starts the servers, before it starts its workers."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        until_the_end = ExitStack()
        started = until_the_end.enter_context(throwaway())
        config.add_cleanup(until_the_end.close)
        config.stash[_STARTED] = (started.database_url, started.redis_url)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["servers"] = node.config.stash[_STARTED]


_STARTED = pytest.StashKey[tuple[str, str]]()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Addresses]:
    """The addresses of this session's servers."""
    given: dict[str, Any] = getattr(request.config, "workerinput", {})
    if "servers" in given:
        postgres, redis = given["servers"]
        yield Addresses(postgres, redis.rsplit("/", 1)[0], int(given["workerid"].removeprefix("gw")))
        return
    with throwaway() as started:
        yield Addresses(started.database_url, started.redis_url.rsplit("/", 1)[0], 0)
