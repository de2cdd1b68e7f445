"""Settings, keys and a vendor's server for the tests of the channels."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from foundation import settings
from tests.builders import channels as build
from tests.builders.channels import Vendor
from tests.channels.sandbox_process import Sandbox, running


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    """A vendor's HTTP server on loopback; set `vendor.answer`."""
    async with Vendor() as server:
        yield server


@dataclass(frozen=True)
class KeyFolder:
    """Key files, and the environment that names them."""

    path: Path
    env: dict[str, str]

    def settings(self, **other: str) -> settings.Settings:
        return settings.load(self.env | other)


@pytest.fixture
def keys(tmp_path: Path, vendor: Vendor) -> KeyFolder:
    """Both vendors at `vendor`; WeChat Pay by public key, Alipay in key mode."""
    env = {
        "ENVIRONMENT": "test",
        "WECHAT_API_URL": vendor.url,
        "WECHAT_OPEN_URL": vendor.url,
        "WECHAT_APP_ID": "wx0000000000000001",
        "WECHAT_APP_SECRET": "demo-secret",
        "WECHAT_MESSAGE_TOKEN": "demo-token",
        "WECHAT_MESSAGE_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "WECHAT_PAY_URL": vendor.url,
        "WECHAT_PAY_MERCHANT_ID": "1900000001",
        "WECHAT_PAY_MERCHANT_SERIAL": "5A5A",
        "WECHAT_PAY_MERCHANT_KEY_FILE": build.write(tmp_path, "merchant.pem", build.private_pem("merchant")),
        "WECHAT_PAY_API_V3_KEY": build.API_V3_KEY,
        "WECHAT_PAY_PUBLIC_KEY_ID": build.PUBLIC_KEY_ID,
        "WECHAT_PAY_PUBLIC_KEY_FILE": build.write(tmp_path, "wechat_pay.pem", build.public_pem("wechat_pay")),
        "ALIPAY_GATEWAY_URL": f"{vendor.url}/gateway.do",
        "ALIPAY_APP_ID": "2021000000000001",
        "ALIPAY_SELLER_ID": "2088100000000001",
        "ALIPAY_APP_KEY_FILE": build.write(tmp_path, "app.pem", build.private_pem("app")),
        "ALIPAY_PUBLIC_KEY_FILE": build.write(tmp_path, "alipay.pem", build.public_pem("alipay")),
    }
    return KeyFolder(tmp_path, env)


@pytest.fixture(scope="session")
def sandbox_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    with running(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture
async def sandbox(sandbox_running: tuple[str, dict[str, str]]) -> AsyncIterator[Sandbox]:
    """The sandbox, empty but for its demo people."""
    url, env = sandbox_running
    async with httpx.AsyncClient(trust_env=False) as http:
        fresh = Sandbox(url, env, http)
        await fresh.pull("reset")
        yield fresh
