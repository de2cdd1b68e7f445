"""What a provider says of itself (OpenID Connect Discovery 1.0 §4) and the keys it signs with.

Both are kept for an hour. A key that is not known is looked for at once, but at most once a minute: whoever sends us a
token that nobody signed must not make us call out each time.
"""

import asyncio
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from channels.oidc.errors import SignOnUnavailable
from foundation import clock, logs
from foundation.http import OutcomeUnknown, Outside, OutsideUnavailable

log = logs.logger(__name__)

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT, AGAIN = 3600, 60


class Metadata(msgspec.Struct, frozen=True):
    """As the provider publishes it; addresses are whole."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""


class Provider:
    """One issuer, asked over one line."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer.rstrip("/")
        self.line = Outside(name="sign-on", base_url=self.issuer, read=5)
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._metadata_until = self._keys_until = self._next_look = 0.0
        self._lock = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Raises SignOnUnavailable when it is not there, speaks nonsense, or is another issuer than ours."""
        async with self._lock:
            if self._metadata is None or _now() >= self._metadata_until:
                found = msgspec.convert(await self._read(self.issuer + WELL_KNOWN), Metadata)
                if found.issuer.rstrip("/") != self.issuer:  # §4.3: else anybody's document would do
                    log.error("sign_on_issuer_differs")
                    raise SignOnUnavailable(retry_after=60)
                self._metadata, self._metadata_until = found, _now() + KEPT
            return self._metadata

    async def keys(self, *, wanted: str = "") -> KeySet:
        """The keys it signs with; read anew when `wanted`, a key's id, is not among them. Raises SignOnUnavailable."""
        address = (await self.metadata()).jwks_uri
        async with self._lock:
            if self._keys is None or _now() >= self._keys_until or (self._lacks(wanted) and _now() >= self._next_look):
                self._next_look = _now() + AGAIN
                try:
                    self._keys = KeySet.import_key_set(await self._read(address))
                except (JoseError, KeyError, TypeError, ValueError) as fault:
                    raise SignOnUnavailable(retry_after=30) from fault
                self._keys_until = _now() + KEPT
            return self._keys

    def _lacks(self, wanted: str) -> bool:
        return bool(wanted) and self._keys is not None and wanted not in {one.kid for one in self._keys.keys}

    async def _read(self, address: str) -> Any:
        try:
            answer = await self.line.request("GET", address, safe_to_repeat=True)
            if answer.status_code == 200:
                return msgspec.json.decode(answer.content)
            log.warning("sign_on_answered", status=answer.status_code)
        except (OutsideUnavailable, OutcomeUnknown, msgspec.DecodeError) as fault:
            raise SignOnUnavailable(retry_after=30) from fault
        raise SignOnUnavailable(retry_after=30)

    async def aclose(self) -> None:
        await self.line.aclose()


def _now() -> float:
    return clock.now().timestamp()
