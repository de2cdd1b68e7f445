"""A province's library over HTTPS and JSON, signed as receipts are (`channels.receipts.sealing`, HMAC-SM3);
`docs/integration.md` has the contract it keeps.
"""

from datetime import date
from typing import Any, TypeVar

import msgspec

from channels.errors import ForgedAnswer
from channels.licences.library import Consent, Holder, Licence, LicenceRefused
from channels.receipts import sealing
from foundation.breaker import Breaker
from foundation.http import OutcomeUnknown, Outside
from foundation.settings import Settings

CONSENTS, LICENCES = "/licences/v1/consents", "/licences/v1/licences"
PATIENCE = 5  # seconds: somebody looks at a screen
Shape = TypeVar("Shape")


class TokenAnswer(msgspec.Struct):
    consent_no: str
    consent_token: str


class LicenceAnswer(msgspec.Struct):
    consent_no: str
    found: bool
    licence_no: str = ""
    name: str = ""
    holder: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None


class Province:
    """Our account at the library."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.licences
        self._outside = Outside(
            name="licences", base_url=settings.licences.url, read=PATIENCE, breaker=Breaker("licences")
        )

    async def read(self, *, holder: Holder, consent: Consent) -> Licence | None:
        asked = {
            "consent_no": consent.consent_no,
            "name": holder.name,
            "id_type": holder.id_type,
            "id_number": holder.id_number,
            "licence": consent.licence,
            "item_code": consent.item_code,
            "text_version": consent.version,
        }
        token = await self._ask(CONSENTS, asked, TokenAnswer)
        told = await self._ask(LICENCES, {"consent_token": token.consent_token}, LicenceAnswer)
        if {token.consent_no, told.consent_no} != {consent.consent_no}:
            raise ForgedAnswer(retry_after=5)
        return _licence(told, holder) if told.found else None

    async def aclose(self) -> None:
        await self._outside.aclose()

    async def _ask(self, path: str, body: dict[str, Any], shape: type[Shape]) -> Shape:
        ours, content = self._settings, msgspec.json.encode(body)
        headers = sealing.request_headers(
            key_id=ours.key_id, secret=ours.secret, method="POST", path=path, body=content
        )
        response = await self._outside.request("POST", path, content=content, headers=headers)
        if response.status_code >= 500:
            raise OutcomeUnknown(retry_after=5)
        sealing.must_be_theirs(
            secret=ours.secret,
            nonce=headers["X-Nonce"],
            status=response.status_code,
            headers=response.headers,
            body=response.content,
        )
        if response.status_code != 200:
            raise LicenceRefused
        try:
            return msgspec.json.decode(response.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise OutcomeUnknown(retry_after=5) from None


def _licence(told: LicenceAnswer, holder: Holder) -> Licence:
    """Somebody else's licence is as good as a forged one."""
    if told.holder != holder.name or not told.licence_no or told.issued_on is None:
        raise ForgedAnswer(retry_after=5)
    return Licence(
        licence_no=told.licence_no,
        name=told.name,
        holder=told.holder,
        issuer=told.issuer,
        issued_on=told.issued_on,
        valid_until=told.valid_until,
    )
