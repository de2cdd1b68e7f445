"""The content of papers in the store: always sealed about its own key, in pieces while it comes, whole afterwards."""

import asyncio
from contextlib import suppress

from foundation import crypto, object_store
from foundation.crypto import SealBroken
from foundation.object_store import ObjectMissing, ObjectStoreGone

KIND = "papers"
SEALED = "application/octet-stream"


def new_key() -> str:
    return object_store.new_key(KIND)


def part_key(object_key: str, number: int) -> str:
    return f"{object_key}.parts/{number:03d}"


def owner_of(key: str) -> str:
    """The key of the paper that an object is, or is a piece of."""
    return key.partition(".parts/")[0]


async def keep(key: str, data: bytes) -> None:
    """Raises ObjectStoreGone."""
    sealed = await asyncio.to_thread(crypto.seal_bytes, data, about=key)
    await object_store.put(key, sealed, content_type=SEALED)


async def opened(key: str) -> bytes:
    """Raises ObjectMissing, also for what was changed in the store, and ObjectStoreGone."""
    sealed = await object_store.get(key)
    try:
        return await asyncio.to_thread(crypto.open_bytes, sealed, about=key)
    except SealBroken as broken:
        raise ObjectMissing from broken


async def remove(key: str) -> None:
    """Now if the store answers; else it is swept later."""
    with suppress(ObjectStoreGone):
        await object_store.delete(key)
