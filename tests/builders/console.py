"""Staff at the console: a client that behaves like a browser, and signing in."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.builders import identity


@dataclass
class Desk:
    """A browser at the console of `base`; `press` sends a form as htmx does, from the page of the same origin."""

    client: httpx.AsyncClient

    async def open(self, address: str) -> httpx.Response:
        return await self.client.get(address)

    async def press(self, address: str, **fields: Any) -> httpx.Response:
        headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(address, data=fields, headers=headers)

    async def apply(self, previewed: httpx.Response, **decisions: Any) -> httpx.Response:
        """Go where a preview leads, and apply it; a refusal of the preview is its answer."""
        address = previewed.headers.get("HX-Redirect")
        return await self.press(f"{address}/apply", **{"otherwise": "", **decisions}) if address else previewed

    async def sign_in(self, username: str, password: str = identity.PASSWORD, **fields: Any) -> httpx.Response:
        return await self.client.post(
            "/console/login",
            data={"username": username, "password": password, **fields},
            headers={"Sec-Fetch-Site": "same-origin"},
        )


async def a_colleague(*roles: tuple[str, str], username: str, display_name: str = "王五") -> int:
    """A staff account with `roles` of (role, hall path) and `identity.PASSWORD`."""
    return await identity.staff(*roles, username=username, display_name=display_name)
