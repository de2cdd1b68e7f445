"""Who holds the phone, by Alipay's word."""

from dataclasses import dataclass
from urllib.parse import urlencode

from channels.alipay.client import AlipayClient
from channels.errors import CodeUnusable
from foundation.http import OutcomeUnknown


@dataclass(frozen=True)
class AlipayAccount:
    """An account at this app. `user_id` (2088…) is given to old apps only."""

    openid: str
    user_id: str = ""


async def code_to_account(client: AlipayClient, code: str) -> AlipayAccount:
    """The account behind a single-use auth code (mini-program or web). Raises CodeUnusable."""
    if not code or len(code) > 128:
        raise CodeUnusable
    answer = await client.ask("AlipaySystemOauthToken", grant_type="authorization_code", code=code)
    openid, user_id = str(answer.get("open_id") or ""), str(answer.get("user_id") or "")
    if not (openid or user_id):
        raise OutcomeUnknown(retry_after=5)
    return AlipayAccount(openid=openid or user_id, user_id=user_id)


def authorize_address(client: AlipayClient, *, redirect: str, state: str) -> str:
    """Where a browser is sent to sign in silently (`auth_base`); it comes back to `redirect` with `auth_code`."""
    question = {"app_id": client.settings.app_id, "scope": "auth_base", "redirect_uri": redirect, "state": state}
    return f"{client.settings.authorize_url}?{urlencode(question)}"
