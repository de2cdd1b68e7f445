"""The platforms a citizen signs in through: what a code is worth there."""

from dataclasses import dataclass
from typing import Literal, Protocol

from channels.alipay import login as alipay_login
from channels.alipay import phone as alipay_phone
from channels.alipay.client import AlipayClient
from channels.wechat import login as wechat_login
from channels.wechat.client import WeChatClient
from foundation import settings
from foundation.settings import Settings

Name = Literal["wechat", "alipay"]
Via = Literal["mini", "web"]


@dataclass(frozen=True)
class Holder:
    """Who holds the phone, by the platform's word. `unionid` is the same in all our WeChat apps."""

    app_id: str
    openid: str
    unionid: str = ""


class Platform(Protocol):
    """WeChat or Alipay, as far as signing in goes. Codes are single-use."""

    async def holder(self, *, code: str, via: Via) -> Holder:
        """Raises CodeUnusable, RiskyAccount, SlowDown, OutcomeUnknown, OutsideUnavailable."""

    async def phone(self, *, code: str) -> str:
        """The number behind what the phone button gave: WeChat's code, Alipay's sealed answer. Raises CodeUnusable."""

    def authorize_address(self, *, redirect: str, state: str) -> str:
        """Where a browser is sent to sign in; it comes back to `redirect` with the code."""

    async def aclose(self) -> None: ...


class WeChat:
    """微信."""

    def __init__(self, ours: Settings) -> None:
        self._client = WeChatClient(ours)

    async def holder(self, *, code: str, via: Via) -> Holder:
        ask = wechat_login.oauth_openid if via == "web" else wechat_login.code_to_session
        session = await ask(self._client, code)
        return Holder(self._client.settings.app_id, session.openid, session.unionid)

    async def phone(self, *, code: str) -> str:
        return await wechat_login.phone_number(self._client, code)

    def authorize_address(self, *, redirect: str, state: str) -> str:
        return wechat_login.authorize_address(self._client, redirect=redirect, state=state)

    async def aclose(self) -> None:
        await self._client.aclose()


class Alipay:
    """支付宝."""

    def __init__(self, ours: Settings) -> None:
        self._client = AlipayClient(ours)

    async def holder(self, *, code: str, via: Via) -> Holder:
        account = await alipay_login.code_to_account(self._client, code)
        return Holder(self._client.settings.app_id, account.openid)

    async def phone(self, *, code: str) -> str:
        return alipay_phone.opened(self._client, code)

    def authorize_address(self, *, redirect: str, state: str) -> str:
        return alipay_login.authorize_address(self._client, redirect=redirect, state=state)

    async def aclose(self) -> None:
        await self._client.aclose()


_open: dict[str, tuple[Settings, Platform]] = {}


def named(name: Name) -> Platform:
    """The process's line to that platform, opened at first use and anew when the settings were changed."""
    ours = settings.current()
    known = _open.get(name)
    if known is None or known[0] is not ours:
        known = _open[name] = (ours, WeChat(ours) if name == "wechat" else Alipay(ours))
    return known[1]


def use(name: Name, platform: Platform) -> None:
    """Let `platform` answer under this name, for the settings of now."""
    _open[name] = (settings.current(), platform)


async def stop() -> None:
    for _, platform in _open.values():
        await platform.aclose()
    _open.clear()
