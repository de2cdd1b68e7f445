"""A retry with the same key gets the same answer; the same key with another body is refused.

The row is inserted in the verb's own transaction: a second request with the key waits for the first one's commit at the
unique index and then reads its answer; when the first rolls back, the second goes ahead.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from foundation import clock, database
from foundation.errors import Conflict, Invalid

KEEP_HOURS = 48


class KeyReused(Invalid):
    """同一个幂等键不能用于不同的请求内容，请刷新页面后重新提交。"""


class StillInFlight(Conflict):
    """相同的请求正在处理中，请稍候查看结果，不要重复提交。"""


class Memory:
    """What is remembered of a key: `answer` is None the first time."""

    def __init__(self, row_id: int, answer: Any) -> None:
        self._row_id = row_id
        self.answer = answer

    async def keep(self, answer: Any) -> None:
        """Remember `answer` (JSON-able) with the verb's commit."""
        self.answer = answer
        await database.joined().execute(
            "update idempotency_key set answer = $2::jsonb where id = $1", self._row_id, json.dumps(answer)
        )


def body_hash(body: Any) -> str:
    """SHA-256 of the body's canonical JSON."""
    canonical = json.dumps(msgspec.to_builtins(body), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@asynccontextmanager
async def once(scope: str, key: str, body: Any) -> AsyncIterator[Memory]:
    """Inside a transaction: the memory of (`scope`, `key`). Raises KeyReused, StillInFlight."""
    tx, wanted = database.joined(), body_hash(body)
    try:
        new = await tx.fetchval(
            """insert into idempotency_key (scope, key, body_hash, created_at) values ($1, $2, $3, $4)
               on conflict (scope, key) do nothing returning id""",
            scope,
            key,
            wanted,
            clock.now(),
        )
    except asyncpg.LockNotAvailableError:
        raise StillInFlight from None
    if new is not None:
        yield Memory(new, None)
        return
    row = await tx.fetchrow("select id, body_hash, answer from idempotency_key where scope=$1 and key=$2", scope, key)
    assert row is not None
    if row["body_hash"] != wanted:
        raise KeyReused
    yield Memory(row["id"], json.loads(row["answer"]) if row["answer"] else None)
