"""登记机关: whether an organisation has this name and code, and whether somebody is its legal person."""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from identity import verifier
from identity.errors import VerifierUnavailable
from identity.idnumber import Identity

PATH = "/realname/organisation"


@dataclass(frozen=True)
class Answer:
    """`match`: name and code belong together; `legal_person`: and the person asked about is its legal person."""

    match: bool
    legal_person: bool


class Register(Protocol):
    """Whoever knows organisations."""

    async def __call__(self, *, credit_code: str, name: str, person: tuple[str, Identity]) -> Answer:
        """Raises VerifierUnavailable."""


async def ask(*, credit_code: str, name: str, person: tuple[str, Identity]) -> Answer:
    """The register behind the verifier of REALNAME_URL. Raises VerifierUnavailable."""
    who, identity = person
    legal = {"name": who, "id_type": identity.id_type.value, "id_number": identity.number}
    question: dict[str, Any] = {"credit_code": credit_code, "name": name, "legal_person": legal}
    try:
        return msgspec.json.decode(await verifier.answer(PATH, question), type=Answer)
    except msgspec.DecodeError as error:
        raise VerifierUnavailable(retry_after=30) from error
