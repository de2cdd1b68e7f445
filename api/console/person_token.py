"""Whom a page is about: the id of a citizen whom this staff member found, signed, so that nobody counts through ids."""

import hmac

from foundation import crypto
from identity.access import StaffMember
from identity.errors import NoSuchCitizen

LENGTH = 24


def given(who: StaffMember, citizen_id: int) -> str:
    """What stands for the citizen in the forms of this staff member."""
    return f"{citizen_id}.{_signatures(who, citizen_id)[0]}"


def read(who: StaffMember, token: str) -> int:
    """The citizen of a token that was given to this staff member. Raises NoSuchCitizen."""
    number, _, signature = token.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NoSuchCitizen
    good = [hmac.compare_digest(signature.encode(), one.encode()) for one in _signatures(who, int(number))]
    if not any(good):
        raise NoSuchCitizen
    return int(number)


def _signatures(who: StaffMember, citizen_id: int) -> list[str]:
    return [one[:LENGTH] for one in crypto.fingerprints(f"{who.id}:{citizen_id}", purpose="console.person")]
