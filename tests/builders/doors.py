"""The two doors without a socket, and those who knock: a visitor, a signed-in citizen, a department that signs."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from sanic import Sanic

from foundation import clock, ratelimit, settings, signed_requests
from identity import policy, sessions
from identity.models import Citizen
from tests.builders import identity

Sanic.test_mode = True  # one process makes the same application more than once


@asynccontextmanager
async def client_of(app: Sanic[Any, Any]) -> AsyncIterator[httpx.AsyncClient]:
    """An httpx client of `app`, which uses the database and the Redis of the test that asks for it."""
    ratelimit._local.clear()
    ratelimit._leases.forget()
    app.asgi = True
    await app._startup()
    transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://door.test") as client:
        yield client


async def sign_in(citizen: Citizen, *, platform: str = "wechat", device: str = "手机") -> dict[str, str]:
    """The headers of a citizen who agreed to the policy and signed in through `platform`; an account is made."""
    held = await citizen.accounts.filter(platform=platform).first()  # type: ignore[attr-defined]
    held = held or await identity.account(citizen, platform=platform)
    token = await sessions.start(
        citizen_id=citizen.id, account_id=held.id, platform=platform, device=device, policy=policy.current().version
    )
    return {"Authorization": f"Bearer {token}"}


def signed(method: str, path: str, body: bytes) -> dict[str, str]:
    """The headers of a department's request, each time with a nonce of its own."""
    key_id, _, secret = settings.current().secrets.department_keys.partition(",")[0].partition(":")
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(8)
    signature = signed_requests.sign(
        secret=secret, method=method, path=path, timestamp=timestamp, nonce=nonce, body=body
    )
    return {"X-Key-Id": key_id, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature}


async def push(client: httpx.AsyncClient, path: str, rows: dict[str, Any]) -> httpx.Response:
    """What a department sends to `path`."""
    body = json.dumps(rows, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **signed("POST", path, body)}
    return await client.post(path, content=body, headers=headers)
