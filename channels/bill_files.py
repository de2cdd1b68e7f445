"""Bringing a bill home: streamed to a file of its own, which goes when its reader is done."""

import asyncio
import hashlib
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from channels.errors import BillDamaged

CHUNK = 64 * 1024


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """A folder that lives as long as the block."""
    made = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="bill-")
    try:
        yield Path(made.name)
    finally:
        await asyncio.to_thread(made.cleanup)


async def save(chunks: AsyncIterator[bytes], path: Path, plain: Callable[[bytes], bytes] = bytes) -> str:
    """Write `chunks` to `path` as they come; the SHA-1 of what `plain` makes of them."""
    digest = hashlib.sha1(usedforsecurity=False)
    with path.open("wb") as file:

        def take(chunk: bytes) -> None:
            file.write(chunk)
            digest.update(plain(chunk))

        async for chunk in chunks:
            await asyncio.to_thread(take, chunk)
    return digest.hexdigest()


class Gunzip:
    """Opens a gzipped file piece by piece. Raises BillDamaged."""

    def __init__(self) -> None:
        self._open = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    def __call__(self, chunk: bytes) -> bytes:
        try:
            return self._open.decompress(chunk)
        except zlib.error:
            raise BillDamaged from None

    def check_end(self) -> None:
        """The file must end where its gzip says so."""
        if not self._open.eof or self._open.unused_data:
            raise BillDamaged
