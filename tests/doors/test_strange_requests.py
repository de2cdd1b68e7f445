"""What no client of ours sends: bytes that are no text, addresses below our folders that name no file."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from api.app import create_app as api
from miniprogram_bff.app import create_app as bff
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def citizens() -> AsyncIterator[str]:
    async with serving(bff()) as base:
        yield base


@pytest.fixture
async def systems() -> AsyncIterator[str]:
    async with serving(api()) as base:
        yield base


async def status_of(base: str, line: bytes, *headers: bytes, body: bytes = b"") -> int:
    """The status of a request that is written byte by byte."""
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    length = b"Content-Length: %d" % len(body)
    writer.write(b"\r\n".join((line + b" HTTP/1.1", b"Host: a", b"Connection: close", length, *headers, b"", body)))
    status = int((await reader.readline()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


LOOKS_LIKE_A_TOKEN = b"a" * 42 + b"\xff"


async def test_a_token_that_is_no_text_is_a_wrong_token(citizens: str) -> None:
    assert await status_of(citizens, b"GET /v1/me", b"Authorization: Bearer " + LOOKS_LIKE_A_TOKEN) == 401


async def test_two_headers_of_one_name_and_a_text_that_is_utf_8(citizens: str) -> None:
    strange = b"X-Forwarded-For: \xff", b"X-Forwarded-For: 1.2.3.4", "User-Agent: 微信".encode()
    assert await status_of(citizens, b"GET /healthz", *strange) == 200


async def test_a_cookie_a_monitor_and_a_signature_that_are_no_text(systems: str) -> None:
    assert await status_of(systems, b"GET /console/day", b"Cookie: console=" + LOOKS_LIKE_A_TOKEN) == 303
    assert await status_of(systems, b"GET /metrics", b"Authorization: Bearer \xff") == 401
    strange = b"X-Key-Id: a", b"X-Timestamp: \xff", b"X-Nonce: abcdefgh\xff", b"X-Signature: \xff"
    assert await status_of(systems, b"POST /departments/v1/bills", *strange, body=b"{}") == 401


async def test_a_browser_that_names_itself_in_another_encoding_may_sign_in(systems: str) -> None:
    from tests.builders.console import a_colleague
    from tests.builders.identity import PASSWORD

    await a_colleague(("window", ""), username="wangwu")
    form = f"username=wangwu&password={PASSWORD}".encode()
    headers = b"Content-Type: application/x-www-form-urlencoded", b"Sec-Fetch-Site: same-origin"
    own_name = "User-Agent: 浏览器".encode("gbk")
    assert await status_of(systems, b"POST /console/login", *headers, own_name, body=form) == 303


async def test_files_are_asked_for_again_and_not_sent_again(citizens: str) -> None:
    async with httpx.AsyncClient(base_url=citizens) as client:
        first = await client.get("/h5/static/icon.svg")
        assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
        again = await client.get("/h5/static/icon.svg", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.headers.get("content-security-policy")) == (304, None)


@pytest.mark.parametrize(
    "path", [b"/h5/%00", b"/h5/" + b"a" * 300, b"/h5/assets", b"/h5/..%2fapp.py", b"/h5/index.html/x", b"/forms/%2e%2e"]
)
async def test_an_address_that_is_no_file_is_not_found(citizens: str, path: bytes) -> None:
    assert await status_of(citizens, b"GET " + path) == 404


@pytest.mark.parametrize(
    "path", [b"vendor", b"%00", b"..%2f__init__.py", b"a" * 300, b"", b"tokens.css/x", b"/tokens.css"]
)
async def test_an_address_that_is_no_file_of_the_console_is_not_found(systems: str, path: bytes) -> None:
    assert await status_of(systems, b"GET /console/static/" + path) == 404
