"""An application of ours on a real port, within the test's own loop: it shares the test's database, Redis and clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sanic import Sanic

from deploy.local import ports

Sanic.test_mode = True  # one application of a name per test


@asynccontextmanager
async def serving(app: Sanic[Any, Any]) -> AsyncIterator[str]:
    """Its base URL. Its start listeners are not run: the fixtures `db` and `redis_db` have opened the house already."""
    port = ports.free()
    server: Any = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True)
    assert server
    await server.startup()
    await server.start_serving()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for connection in list(server.connections):
            connection.abort()
        await server.wait_closed()
        Sanic.unregister_app(app)
