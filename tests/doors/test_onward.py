"""在手机上接着办: a code leads to a page of our own client, and nowhere else."""

import pytest

from foundation import settings
from miniprogram_bff.app import create_app
from tests.builders.doors import client_of

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_an_address_of_ours_becomes_a_code(settings_env: settings.Settings) -> None:
    async with client_of(create_app()) as door:
        answer = await door.get("/v1/onward", params={"to": "kiosk?to=book%2F9901"})
        shown = answer.json()
        assert answer.status_code == 200
        assert shown["address"] == f"{settings_env.processes.public_bff_url}/h5/#/kiosk?to=book%2F9901"
        assert shown["qr_svg"].startswith("<svg")
        assert "max-age=3600" in answer.headers["cache-control"]


async def test_nothing_else_does() -> None:
    async with client_of(create_app()) as door:
        for to in ("", "//evil.test", "https://evil.test", "@evil.test", "book/9901#/x", "book 9901", "书"):
            answer = await door.get("/v1/onward", params={"to": to})
            assert answer.status_code == 422, to
