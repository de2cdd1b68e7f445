"""What rules hear: visits missed, cancelled late or come to without papers; accounts that become one."""

from appointments import leaving_and_merging, sanctions
from appointments.events import BookingCancelled, VisitMissed
from appointments.rule_events import PapersNoted
from foundation import database, logs
from foundation.events import on
from foundation.jobs import scheduled
from identity.events import CitizensMerged

log = logs.logger(__name__)


@on(VisitMissed)
async def weigh_missed(event: VisitMissed) -> None:
    await sanctions.weigh(event.appointment_id)


@on(BookingCancelled)
async def weigh_cancelled(event: BookingCancelled) -> None:
    """What the office cancels counts against nobody."""
    if not event.by_office:
        await sanctions.weigh(event.appointment_id)


@on(PapersNoted)
async def weigh_unprepared(event: PapersNoted) -> None:
    await sanctions.weigh(event.appointment_id)


@on(CitizensMerged)
@database.retry_on_deadlock
async def follow_merge_of_sanctions(event: CitizensMerged) -> None:
    await leaving_and_merging.merge(kept=event.kept, gone=event.gone)


@scheduled("35 3 * * *")
async def forget_sanctions_over() -> None:
    """The fingerprints of those who left are kept as long as they are blocked."""
    log.info("sanctions_forgotten", number=await leaving_and_merging.forget_over())
