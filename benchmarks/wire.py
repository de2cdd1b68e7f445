"""Requests as the bytes that go over the wire, made before any clock runs."""

from collections.abc import Mapping
from typing import Any

import msgspec

HOST = b"Host: benchmark\r\n"


def get(path: str, *, token: str = "", address: str = "") -> bytes:
    """A GET, of a signed-in citizen when there is a `token`, from `address` as a proxy of ours would say."""
    told = {**_bearer(token), **({"X-Forwarded-For": address} if address else {})}
    return b"GET %s HTTP/1.1\r\n%s%s\r\n" % (path.encode(), HOST, _lines(told))


def post(path: str, body: Any, *, token: str = "", headers: Mapping[str, str] | None = None) -> bytes:
    """A POST of `body`: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    told = {
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **_bearer(token),
        **(headers or {}),
    }
    return b"POST %s HTTP/1.1\r\n%s%s\r\n%s" % (path.encode(), HOST, _lines(told), content)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
