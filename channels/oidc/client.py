"""The ways between us and the provider: to its page, from a code to claims, and out again.

The code flow with PKCE (RFC 7636) and a confidential client; `state` and `nonce` are the room's, which remembers them.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec

from channels.oidc import tokens
from channels.oidc.errors import SignOnOff, SignOnRefused, SignOnUnavailable
from channels.oidc.provider import Provider
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.room_settings import SignOn


class TokenAnswer(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str = ""


@dataclass(frozen=True)
class Person:
    """Who signed in, by the province's word; empty where it says nothing. `sid` names their session over there."""

    subject: str
    sid: str = ""
    name: str = field(default="", repr=False)
    id_type: str = ""
    id_number: str = field(default="", repr=False)


class SignOnClient:
    """We, at one provider."""

    def __init__(self, ours: SignOn) -> None:
        self.settings = ours
        self.provider = Provider(ours.issuer)

    async def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser goes to sign in. Raises SignOnOff, SignOnUnavailable."""
        if not self.settings.issuer:
            raise SignOnOff
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": self.settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return _with((await self.provider.metadata()).authorization_endpoint, asked)

    async def person(self, *, code: str, redirect: str, nonce: str, verifier: str) -> Person:
        """Whose code this is. Raises SignOnRefused, SignOnUnavailable."""
        answer = await self._exchange(code=code, redirect=redirect, verifier=verifier)
        claims = await tokens.identity(self.provider, answer.id_token, client_id=self.settings.client_id, nonce=nonce)
        return _person(claims | await self._user_info(answer.access_token, subject=str(claims["sub"])))

    async def leaving_address(self, *, back: str) -> str:
        """Where a browser goes to sign out over there as well (RP-Initiated Logout 1.0); empty when there is no way."""
        if not self.settings.issuer:
            return ""
        end = (await self.provider.metadata()).end_session_endpoint
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return _with(end, asked) if end else ""

    async def signed_out(self, logout_token: str) -> tokens.Claims:
        """As `tokens.logout`."""
        if not self.settings.issuer:
            raise SignOnOff
        return await tokens.logout(self.provider, logout_token, client_id=self.settings.client_id)

    async def _exchange(self, *, code: str, redirect: str, verifier: str) -> TokenAnswer:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        status, content = await self._ask("POST", (await self.provider.metadata()).token_endpoint, data=form,
                                          headers={"Authorization": self._basic()})  # fmt: skip
        if status in (400, 401):
            raise SignOnRefused
        try:
            return msgspec.json.decode(content, type=TokenAnswer)
        except msgspec.DecodeError as fault:
            raise SignOnUnavailable(retry_after=30) from fault

    async def _user_info(self, access_token: str, *, subject: str) -> dict[str, Any]:
        """What the ID token leaves out; nothing when it is of somebody else (Core §5.3.2)."""
        address = (await self.provider.metadata()).userinfo_endpoint
        if not address or not access_token:
            return {}
        status, content = await self._ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        try:
            told: dict[str, Any] = msgspec.json.decode(content) if status == 200 else {}
        except msgspec.DecodeError as fault:
            raise SignOnUnavailable(retry_after=30) from fault
        if told and told.get("sub") != subject:
            raise SignOnRefused
        return told

    async def _ask(self, method: str, address: str, **sending: Any) -> tuple[int, bytes]:
        try:
            answer = await self.provider.line.request(method, address, **sending)
        except (OutsideUnavailable, OutcomeUnknown) as fault:
            raise SignOnUnavailable(retry_after=30) from fault
        if answer.status_code >= 500:
            raise SignOnUnavailable(retry_after=30)
        return answer.status_code, answer.content

    def _basic(self) -> str:
        pair = f"{self.settings.client_id}:{self.settings.client_secret}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    async def aclose(self) -> None:
        await self.provider.aclose()


def _person(claims: dict[str, Any]) -> Person:
    """`real_name`, `id_type` and `id_number` are what a province adds to the standard's claims."""

    def said(name: str) -> str:
        return str(claims.get(name) or "")

    return Person(
        subject=said("sub"), sid=said("sid"), name=said("real_name"), id_type=said("id_type"),
        id_number=said("id_number"),
    )  # fmt: skip


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
