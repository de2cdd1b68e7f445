"""Files that people send: kept in a local folder, or in an S3-compatible store where `OBJECT_STORE_BUCKET` is set.

`obstore` reaches both through one interface. Its blocking calls run in threads of ours: its awaitable ones answer from
a thread that does not know when the interpreter ends, and abort the process when they meet its end.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from foundation import crypto, logs, metrics, settings
from foundation.errors import NotFound, Unavailable
from foundation.room_settings import ObjectStore

T = TypeVar("T")
log = logs.logger(__name__)

THREADS = 8
KEY_BYTES = 16
PATIENCE = timedelta(seconds=10)  # for all attempts of one call together


class ObjectMissing(NotFound):
    """没有找到该文件，可能已过期清理，请重新上传。"""


class ObjectStoreGone(Unavailable):
    """文件服务暂时不可用，已填写和上传的内容没有丢失，请稍后重试。"""


@dataclass(frozen=True)
class Stored:
    """An object as a listing tells it."""

    key: str
    size: int
    changed_at: datetime


def new_key(kind: str) -> str:
    """A key nobody can guess and that tells nothing of a person: ``papers/4f/4f0c…``; 256 folders to each kind."""
    name = crypto.random_bytes(KEY_BYTES).hex()
    return f"{kind}/{name[:2]}/{name}"


async def put(key: str, data: bytes, *, content_type: str) -> None:
    """Keep `data` under `key`, in place of what was there. A local folder has no place for the type.

    Raises ObjectStoreGone.
    """
    chosen = settings.current().object_store
    attributes = {"Content-Type": content_type} if chosen.bucket else None
    await _asked("put", lambda: _store(chosen).put(key, data, attributes=attributes, use_multipart=False))


async def get(key: str) -> bytes:
    """What is kept under `key`. Raises ObjectMissing, ObjectStoreGone."""
    store = _store(settings.current().object_store)
    return await _asked("get", lambda: bytes(store.get(key).bytes()))


async def delete(key: str) -> None:
    """Keep nothing under `key` any more; there need not be anything. Raises ObjectStoreGone."""
    store = _store(settings.current().object_store)
    try:
        await _asked("delete", lambda: store.delete(key))
    except ObjectMissing:
        return


async def listed(kind: str) -> AsyncIterator[list[Stored]]:
    """Every object of a kind, some hundred at a time. Raises ObjectStoreGone."""
    store = _store(settings.current().object_store)
    pages = iter(await _asked("list", lambda: store.list(f"{kind}/", chunk_size=500)))
    while page := await _asked("list", lambda: next(pages, None)):
        yield [Stored(one["path"], one["size"], one["last_modified"]) for one in page]


@functools.lru_cache(maxsize=4)
def _store(chosen: ObjectStore) -> LocalStore | S3Store:
    if not chosen.bucket:
        Path(chosen.folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(Path(chosen.folder).absolute())
    return S3Store(
        chosen.bucket,
        endpoint=chosen.endpoint or None,
        region=chosen.region,
        access_key_id=chosen.key_id,
        secret_access_key=chosen.secret,
        virtual_hosted_style_request=not chosen.endpoint,
        client_options={"timeout": "30s", "connect_timeout": "3s", "allow_http": True},
        retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
    )


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="object-store")


async def _asked(what: str, call: Callable[[], T]) -> T:
    loop, outcome = asyncio.get_running_loop(), "gone"
    began = loop.time()
    try:
        answer = await loop.run_in_executor(_threads(), call)
        outcome = "done"
        return answer
    except FileNotFoundError:
        outcome = "missing"
        raise ObjectMissing from None
    except (BaseError, OSError) as error:
        log.error("object_store_failed", what=what, fault=type(error).__name__)
        raise ObjectStoreGone(retry_after=10) from error
    finally:
        metrics.observe("outside_call_seconds", loop.time() - began, outside="object_store", outcome=outcome)
