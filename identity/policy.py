"""隐私政策: the versions of it, and who agreed to which; a new version must be agreed to anew.

Whoever has not agreed to the version in force, or took it back, has a minimal account: to look, to export, to leave.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from foundation import audit, clock, database
from foundation.actor import Actor
from identity import sessions
from identity.family_models import DelegationInvitation, DelegationRequest, FamilyMember
from identity.models import Citizen, Delegation
from identity.policy_errors import PolicyChanged
from identity.privacy_models import PolicyConsent

FOLDER = Path(__file__).parent / "policies"
AGREED = """
select version from policy_consent where citizen_id = $1 and withdrawn_at is null order by version desc limit 1
"""


@dataclass(frozen=True)
class Policy:
    """A version is named after the day from which it holds."""

    version: str
    text: str


@dataclass(frozen=True)
class Agreement:
    version: str
    agreed_at: datetime
    withdrawn_at: datetime | None


@cache
def _versions(folder: Path) -> tuple[Policy, ...]:
    return tuple(Policy(one.stem, one.read_text(encoding="utf-8")) for one in sorted(folder.glob("*.md")))


def current() -> Policy:
    """The version in force today."""
    return _in_force(FOLDER, clock.today())


@lru_cache(8)
def _in_force(folder: Path, day: date) -> Policy:
    begun = [one for one in _versions(folder) if date.fromisoformat(one.version) <= day]
    return begun[-1] if begun else _versions(folder)[0]


async def agreed(citizen_id: int) -> str:
    """The latest version this citizen agrees to; empty when there is none."""
    return await database.fetchval(AGREED, citizen_id) or ""


async def agree(*, citizen_id: int, version: str, by: Actor) -> None:
    """Agree to the version in force; again is harmless. Raises PolicyChanged when another one is in force by now."""
    if version != current().version:
        raise PolicyChanged(detail={"version": current().version})
    async with database.transaction():
        await Citizen.select_for_update().get(id=citizen_id)
        _, new = await PolicyConsent.get_or_create(
            {"agreed_at": clock.now()}, citizen_id=citizen_id, version=version, withdrawn_at=None
        )
        if new:
            detail = {"version": version}
            await audit.record("policy.agreed", subject=f"citizen:{citizen_id}", by=by, detail=detail)
    await sessions.note_policy(citizen_id, version)


async def withdraw(*, citizen_id: int, by: Actor) -> None:
    """撤回同意: what was kept by consent alone goes at once: phone, family list, invitations, delegations given.

    Bookings, bills and cases under way go on; what the law asks to keep stays.
    """
    now = clock.now()
    async with database.transaction():
        await Citizen.select_for_update().get(id=citizen_id)
        await PolicyConsent.filter(citizen_id=citizen_id, withdrawn_at=None).update(withdrawn_at=now)
        await Citizen.filter(id=citizen_id).update(phone_sealed="", phone_fingerprint=None, phone_verified_at=None)
        await FamilyMember.filter(owner_id=citizen_id, state="active").update(state="removed", ended_at=now)
        await DelegationInvitation.filter(principal_id=citizen_id).delete()
        await DelegationRequest.filter(agent_id=citizen_id).delete()
        await Delegation.filter(principal_id=citizen_id, revoked_at=None).update(revoked_at=now, revoked_by=str(by))
        await audit.record("policy.withdrawn", subject=f"citizen:{citizen_id}", by=by)
    await sessions.note_policy(citizen_id, "")


async def history(citizen_id: int) -> list[Agreement]:
    """What was agreed to and taken back, the latest first."""
    rows = await PolicyConsent.filter(citizen_id=citizen_id).order_by("-id")
    return [Agreement(row.version, row.agreed_at, row.withdrawn_at) for row in rows]
