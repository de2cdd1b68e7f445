"""Taking back a version that was approved for a later day: what is in force stays in force."""

from catalogue import intake
from catalogue.draft_errors import NotWaiting, ReasonNeeded
from catalogue.models import Guide
from foundation import audit, database
from foundation.actor import Actor


async def withdraw(*, slug: str, version: int, reason: str, by: Actor) -> None:
    """Raises ReasonNeeded, NotWaiting when its day has come, somebody was faster, or there is no such version."""
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        waiting = Guide.filter(item__slug=slug, version=version, state="draft")
        ids = await waiting.values_list("id", flat=True)
        if not ids:
            raise NotWaiting
        await Guide.filter(id__in=ids).update(state="retired")
        detail = {"version": version}
        await audit.record("guide.withdrawn", subject=f"guide:{slug}", by=by, reason=reason.strip(), detail=detail)
