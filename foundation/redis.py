"""The Redis protocol: a gate, a cache, a session store and a bus; never the only place of a fact.

redis-py retries for seconds by default; here a command fails within a third of a second, so that a lost Redis costs
latency and not the request. Keys that must live together carry a ``{hash tag}``, so that Redis Cluster works too.
"""

from typing import cast

import redis.asyncio as redis_py
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from foundation.errors import Unavailable

LOST = (RedisError, ConnectionError, OSError, TimeoutError)

_client: redis_py.Redis | None = None


class RedisGone(Unavailable):
    """系统繁忙，请稍后重试。"""


async def start(url: str, *, connections: int = 64) -> None:
    global _client
    pool = redis_py.BlockingConnectionPool.from_url(
        url,
        decode_responses=True,
        max_connections=connections,
        timeout=0.5,
        socket_timeout=0.3,
        socket_connect_timeout=0.3,
        retry=Retry(NoBackoff(), 1),
    )
    _client = redis_py.Redis(connection_pool=cast("redis_py.ConnectionPool", pool))


async def stop() -> None:
    global _client
    if _client is not None:
        await _client.aclose()
        await _client.connection_pool.disconnect()
        _client = None


def client() -> redis_py.Redis:
    """The client of this process. Its commands raise one of `LOST` when the server is not there."""
    if _client is None:
        raise RedisGone
    return _client


def database() -> int:
    """The number of our database on its server."""
    return int(client().connection_pool.connection_kwargs.get("db") or 0)
