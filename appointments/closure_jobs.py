"""What runs by itself for closures: work that was interrupted is taken up, offers that were not answered end."""

from appointments import closure, closure_work, rebooking
from foundation import metrics
from foundation.jobs import scheduled

__all__ = ["closure"]


@scheduled("* * * * *")
async def finish_closures() -> None:
    """A worker died, or somebody was busy: whoever is left is handled now. Who has been, is not again."""
    failed = sum([await closure_work.work(closure_id) for closure_id in await closure_work.unfinished()])
    metrics.level("closure_notices_not_handled", failed)


@scheduled("* * * * * */10")
async def lapse_rebooking() -> None:
    """Places held for people who did not answer go back."""
    await rebooking.lapse()
