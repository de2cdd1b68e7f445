"""What a library of electronic licences does for us, whoever it is.

A person consents each time; the library gives a token for that consent, and a licence only for a token.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from channels.errors import ChannelRefused


class LicenceRefused(ChannelRefused):
    """电子证照库没有受理本次查询，请直接上传材料。"""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose licence it is."""

    name: str
    id_type: str
    id_number: str


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What was consented to: one kind of licence, for one application, under a text of this version."""

    consent_no: str
    licence: str
    item_code: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licence in force."""

    licence_no: str
    name: str
    holder: str
    issuer: str
    issued_on: date
    valid_until: date | None


class LicenceLibrary(Protocol):
    """Raises OutsideUnavailable, OutcomeUnknown, ForgedAnswer or LicenceRefused."""

    async def read(self, *, holder: Holder, consent: Consent) -> Licence | None:
        """The licence in force of that kind, if the library holds one. Reading changes nothing."""

    async def aclose(self) -> None: ...
