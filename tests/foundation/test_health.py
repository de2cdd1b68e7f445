"""Whether a process can do its work, part by part."""

import asyncio

import pytest

from foundation import database, health
from foundation import redis as our_redis


async def test_health_names_each_part(db: None, redis_db: object) -> None:
    assert await health.parts() == {"database": "ok", "redis": "ok", "migrations": "ok"}
    await database.execute("update tortoise_migrations set name = 'x' where name = '0002_foundation_constraints'")
    try:
        assert (await health.parts())["migrations"] == "behind (0002_foundation_constraints)"
    finally:
        await database.execute("update tortoise_migrations set name = '0002_foundation_constraints' where name = 'x'")
    kept, our_redis._client = our_redis._client, None
    try:
        assert await health.parts() == {"database": "ok", "redis": "gone (RedisGone)", "migrations": "ok"}
    finally:
        our_redis._client = kept


async def test_health_is_asked_with_patience(db: None, redis_db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> str:
        await asyncio.sleep(60)
        return "ok"

    monkeypatch.setattr(health, "PATIENCE", 0.05)
    monkeypatch.setattr(health, "_redis", hangs)
    assert (await health.parts())["redis"] == "gone (TimeoutError)"
