"""Which tokens of the province are believed. Made here with a key of our own, so that each can be wrong in one way."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from channels.oidc import tokens
from channels.oidc.errors import ForgedLogout, SignOnRefused, SignOnUnavailable
from channels.oidc.provider import Provider
from foundation import clock

ISSUER, CLIENT, NONCE = "https://sso.example.test", "zhijianban", "n-1"
KEY, NEXT = (RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256"}) for kid in ("k1", "k2"))
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/a",
    "token_endpoint": f"{ISSUER}/t",
    "jwks_uri": f"{ISSUER}/j",
}
EVENTS = {tokens.LOGOUT: {}}


class Sso:
    """What the provider publishes, and how often it was asked."""

    def __init__(self) -> None:
        self.keys: list[RSAKey] = [KEY]
        self.metadata: dict[str, Any] = METADATA
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path == "/j":
            return httpx.Response(200, json={"keys": [one.as_dict(private=False) for one in self.keys]})
        return httpx.Response(200, json=self.metadata)


@pytest.fixture
def sso() -> Sso:
    return Sso()


@pytest.fixture
async def provider(sso: Sso) -> AsyncIterator[Provider]:
    one = Provider(ISSUER)
    await one.line._client.aclose()
    one.line._client = httpx.AsyncClient(transport=httpx.MockTransport(sso))
    yield one
    await one.aclose()


def signed(key: RSAKey | OctKey = KEY, *, alg: str = "RS256", **other: Any) -> str:
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": NONCE}
    told = {name: value for name, value in (usual | other).items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid or "k1"}, told, key, [alg])


async def identity(provider: Provider, token: str) -> dict[str, Any]:
    return await tokens.identity(provider, token, client_id=CLIENT, nonce=NONCE)


async def test_a_token_of_the_province_for_us_and_this_sign_in(provider: Provider, sso: Sso) -> None:
    assert (await identity(provider, signed()))["sub"] == "u-1"
    assert (await identity(provider, signed(aud=[CLIENT, "other"], azp=CLIENT)))["sub"] == "u-1"
    assert sorted(sso.asked) == ["/.well-known/openid-configuration", "/j"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example.test"}, {"aud": "other"}, {"aud": [CLIENT, "other"]}, {"nonce": "n-2"},
        {"nonce": None}, {"sub": None}, {"exp": 1}, {"iat": None}, {"aud": [CLIENT, "other"], "azp": "other"},
        {"iat": int(time.time()) + 3600},
    ],
)  # fmt: skip
async def test_wrong_in_one_claim_is_wrong(provider: Provider, wrong: dict[str, Any]) -> None:
    with pytest.raises(SignOnRefused):
        await identity(provider, signed(**wrong))


async def test_another_key_no_signature_or_a_secret_is_no_signature(provider: Provider) -> None:
    forged = RSAKey.generate_key(2048, {"kid": "k1"})
    head, body, _ = signed().split(".")
    none = "eyJhbGciOiJub25lIn0"
    secret = OctKey.generate_key(256, {"kid": "k1"})
    for token in (signed(forged), f"{head}.{body}.", f"{none}.{body}.", signed(secret, alg="HS256"), "x", "a.b.c", ""):
        with pytest.raises(SignOnRefused):
            await identity(provider, token)


async def test_a_new_key_is_looked_for_at_once_and_a_flood_is_not(provider: Provider, sso: Sso) -> None:
    await identity(provider, signed())
    sso.keys.append(NEXT)
    forged = signed(RSAKey.generate_key(2048, {"kid": "unknown"}))
    with clock.frozen(clock.now()):
        with pytest.raises(SignOnRefused):
            await identity(provider, signed(NEXT))  # asked a moment ago
    with clock.shifted(timedelta(seconds=61)):
        assert (await identity(provider, signed(NEXT)))["sub"] == "u-1"
        for _ in range(20):
            with pytest.raises(SignOnRefused):
                await identity(provider, forged)
    assert sso.asked.count("/j") == 2


async def test_the_document_of_another_issuer_is_not_ours(provider: Provider, sso: Sso) -> None:
    sso.metadata = {**METADATA, "issuer": "https://evil.example.test"}
    with pytest.raises(SignOnUnavailable):
        await provider.metadata()


async def test_who_is_signed_out(provider: Provider) -> None:
    good = {"nonce": None, "jti": "j-1", "events": EVENTS}
    assert (await tokens.logout(provider, signed(**good), client_id=CLIENT))["sub"] == "u-1"
    for wrong in ({"nonce": NONCE}, {"jti": None}, {"events": {}}, {"sub": None}, {"iat": int(time.time()) - 400},
                  {"aud": "other"}):  # fmt: skip
        with pytest.raises(ForgedLogout):
            await tokens.logout(provider, signed(**(good | wrong)), client_id=CLIENT)
