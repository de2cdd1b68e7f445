"""A server that speaks clamd's INSTREAM over TCP and knows one virus."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# in two halves, so that no scanner takes this file for the test virus
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*"


@asynccontextmanager
async def a_scanner(*, says: bytes = b"") -> AsyncIterator[str]:
    """Its ``host:port``; `says` is what it answers whatever it gets."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            data += await reader.readexactly(length)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR.encode() in data else b"stream: OK\0"
        writer.write(says or verdict)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()
