"""The virus scanner at the wire: clamd's INSTREAM command over TCP (`CLAMD_ADDRESS`), and what any scanner does for us.

A file is sent in pieces, each after its length in four bytes, and ended by a length of nought; the answer is one line,
``stream: OK`` or ``stream: <name> FOUND``.
"""

import asyncio
import struct
from typing import Protocol

from foundation import settings
from foundation.errors import Unavailable

PIECE = 64 * 1024
PATIENCE = 20.0  # seconds for one file


class ScannerGone(Unavailable):
    """文件安全检查服务暂时不可用，请稍候，检查完成后文件自动可用。"""


class Scanner(Protocol):
    """Whoever knows viruses."""

    async def found_in(self, data: bytes) -> str:
        """The name of what was found, or an empty text. Raises ScannerGone when nobody knows."""


class Clamd:
    """clamd at ``host:port``."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)

    async def found_in(self, data: bytes) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                return _read(await self._ask(data))
        except (OSError, TimeoutError) as error:
            raise ScannerGone(retry_after=30) from error

    async def _ask(self, data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                writer.write(struct.pack(">I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return await reader.read(1024)
        finally:
            writer.close()


def _read(answer: bytes) -> str:
    """Anything but a clear word is no word: a file counts as clean only when clamd says so."""
    said = answer.rstrip(b"\0\n").decode(errors="replace")
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerGone(retry_after=30)


def chosen() -> Scanner | None:
    """The scanner of the settings; None where files are not scanned."""
    address = settings.current().papers.clamd_address
    return Clamd(address) if address else None
