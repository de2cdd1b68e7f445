"""What is believed: a token that this issuer signed for us, now (OpenID Core 1.0 §3.1.3.7, Back-Channel 1.0 §2.6)."""

from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from channels.oidc.errors import ForgedLogout, SignOnRefused
from channels.oidc.provider import Provider
from foundation import clock, logs

log = logs.logger(__name__)

ALGORITHMS = ["RS256", "ES256", "PS256"]  # never none, never a secret of ours
LEEWAY, LOGOUT_AGE = 60, 300
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

Claims = dict[str, Any]


async def identity(provider: Provider, token: str, *, client_id: str, nonce: str) -> Claims:
    """The claims of an ID token. Raises SignOnRefused, SignOnUnavailable."""
    claims = await _claims(provider, token, client_id=client_id)
    if claims is None or not nonce or claims.get("nonce") != nonce or not isinstance(claims.get("sub"), str):
        raise SignOnRefused
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != client_id:
        raise SignOnRefused
    return claims


async def logout(provider: Provider, token: str, *, client_id: str) -> Claims:
    """The claims of a logout token: who is signed out (`sub`) or which of their sessions (`sid`), with its `jti`.

    Raises ForgedLogout, SignOnUnavailable.
    """
    claims = await _claims(provider, token, client_id=client_id)
    named = claims is not None and (claims.get("sub") or claims.get("sid"))
    if claims is None or not named or "nonce" in claims or not claims.get("jti"):
        raise ForgedLogout
    if LOGOUT not in (claims.get("events") or {}) or abs(_now() - float(claims.get("iat") or 0)) > LOGOUT_AGE:
        raise ForgedLogout
    return claims


async def _claims(provider: Provider, token: str, *, client_id: str) -> Claims | None:
    """None when it is not from this issuer, not for us, out of date or not to be read."""
    try:
        header = jws.extract_compact(token.encode()).headers()
        keys: KeySet = await provider.keys(wanted=str(header.get("kid") or ""))
        found = jwt.decode(token, keys, algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=int(_now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": (await provider.metadata()).issuer},
            aud={"essential": True, "value": client_id},
            iat={"essential": True},
        )
        rules.validate(found.claims)
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        log.warning("sign_on_token_refused", fault=type(fault).__name__)
        return None
    return found.claims


def _now() -> float:
    return clock.now().timestamp()
