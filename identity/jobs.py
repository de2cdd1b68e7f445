"""What `identity` does for itself, later: sessions follow a merge, sealed numbers follow a new key."""

from foundation import clock, jobs
from foundation.events import on
from identity import exports, keeping, leaving, own_data, privacy, resealing, sessions
from identity.events import CitizenForgotten, CitizensMerged
from identity.family_models import DelegationInvitation, DelegationRequest

BATCH = 500

__all__ = [
    "end_sessions",
    "exports",
    "forget_what_was_asked",
    "hand_over_sessions",
    "keeping",
    "leaving",
    "own_data",
    "privacy",
    "reseal",
    "reseal_columns",
]


@on(CitizensMerged)
async def hand_over_sessions(event: CitizensMerged) -> None:
    """Once more, for sign-ins that were under way while the two became one."""
    await sessions.hand_over(gone=event.gone, kept=event.kept)


@on(CitizenForgotten)
async def end_sessions(event: CitizenForgotten) -> None:
    await sessions.sign_out_everywhere(event.citizen_id)


@jobs.scheduled("17 3 * * *")
async def reseal() -> None:
    """People first: their fingerprints follow a new key too."""
    await resealing.people()


@jobs.scheduled("27 3 * * *")
async def forget_what_was_asked() -> None:
    """A request nobody answered in its time is over, and so is what was typed of a person; used codes go as well."""
    await DelegationRequest.filter(good_until__lt=clock.now()).delete()
    await DelegationInvitation.filter(good_until__lt=clock.now()).delete()


@jobs.scheduled("47 3 * * *")
async def reseal_columns() -> None:
    """Whatever else is sealed, in every room, follows a new key."""
    await resealing.everything()
