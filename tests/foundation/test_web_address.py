"""Whose address counts behind proxies, and how it is counted."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from foundation import settings
from foundation.web.client_address import network_of
from tests.foundation import web_app


@pytest.fixture
async def client(settings_env: settings.Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with web_app.client_of(web_app.create_app()) as made:
        yield made


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.1", "203.0.113.9"),  # nobody before us: the header is the caller's own invention
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.9.9.9, 198.51.100.1", "198.51.100.1"),  # the left entry was sent by the caller
        (2, "10.9.9.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.9"),  # somebody came round a proxy
        (1, "", "203.0.113.9"),
        (1, "nonsense", "203.0.113.9"),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
async def test_the_address_our_outermost_proxy_saw_counts(
    client: httpx.AsyncClient, settings_env: settings.Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.use(replace(settings_env, processes=replace(settings_env.processes, trusted_proxies=proxies)))
    response = await client.get("/v1/address", headers={"X-Forwarded-For": forwarded})
    assert response.json() == {"address": expected}


def test_an_ipv6_household_counts_as_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") == "2001:db8::/64"
    assert network_of("198.51.100.1") == "198.51.100.1"
    assert network_of("") == "unknown"
