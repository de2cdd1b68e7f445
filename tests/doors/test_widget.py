"""The chat for other web sites: framed by those that are named and nobody else, without a cookie."""

from dataclasses import replace

import pytest

from foundation import settings
from foundation.settings import BadSettings
from miniprogram_bff.app import create_app
from tests.builders.doors import client_of

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        ("", "'none'"),
        ("https://www.city.test, https://*.gov.test:8443", "https://www.city.test https://*.gov.test:8443"),
    ],
)
async def test_only_named_sites_may_embed(settings_env: settings.Settings, sites: str, said: str) -> None:
    settings.use(replace(settings_env, handover=replace(settings_env.handover, widget_sites=sites)))
    async with client_of(create_app()) as door:
        page = await door.get("/widget")
        assert page.headers["content-security-policy"].endswith(f"frame-ancestors {said}")
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "set-cookie" not in page.headers
        script = await door.get("/widget.js")
        assert script.headers["content-type"].startswith("text/javascript")
        assert "set-cookie" not in script.headers
        other = await door.get("/v1/home")
        assert "frame-ancestors 'none'" in other.headers["content-security-policy"]


@pytest.mark.parametrize("sites", ["*", "https://a.test; script-src *", "javascript:alert(1)", "https://a.test/path"])
def test_a_site_is_an_origin(environment: dict[str, str], sites: str) -> None:
    with pytest.raises(BadSettings, match="WIDGET_SITES"):
        settings.load({**environment, "WIDGET_SITES": sites})
