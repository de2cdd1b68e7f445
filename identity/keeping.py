"""到期清理: every night each kind of data loses what is past its time, and a report says how much."""

from datetime import timedelta

from foundation import clock, database, jobs, logs, metrics, retention, settings
from identity.models import Delegation
from identity.organisation_models import OrganisationAgent
from identity.privacy_models import DataExport, RetentionRun
from identity.standing_models import Guardianship

log = logs.logger(__name__)


@jobs.scheduled("10 4 * * *")
async def sweep() -> None:
    """One kind after the other; one that fails is reported and holds up none of the others."""
    for kind in sorted(retention.kinds):
        try:
            await _sweep_one(retention.kinds[kind])
        except Exception:
            log.exception("retention_failed", kind=kind)
            metrics.count("retention_failures_total", kind=kind)


async def report(*, limit: int = 200) -> list[RetentionRun]:
    """What was deleted because its time was up, the latest first."""
    return await RetentionRun.all().order_by("-id").limit(limit)


async def _sweep_one(one: retention.Retention) -> None:
    days = one.days()
    before = clock.now() - timedelta(days=days)
    deleted = await one.sweep(before)
    await RetentionRun.create(
        kind=one.kind, title=one.title, days=days, before=clock.shanghai(before).date(), deleted=deleted, at=clock.now()
    )
    log.info("retention_swept", kind=one.kind, deleted=deleted)


async def _looks(before: object) -> int:
    async with database.transaction() as tx:
        await tx.execute("set local zhijianban.record_access_retention = 'on'")
        return _number(await tx.execute("delete from record_access where at < $1", before))


async def _ties(before: object) -> int:
    """Delegations, guardianships and agencies that are over."""
    day = clock.shanghai(before).date()  # type: ignore[arg-type]
    gone = await Delegation.filter(revoked_at__lt=before).delete()
    gone += await Delegation.filter(revoked_at=None, until__lt=day).delete()
    gone += await Guardianship.filter(ended_at__lt=before).delete()
    gone += await OrganisationAgent.filter(state="ended", ended_at__lt=before).delete()
    return gone + await OrganisationAgent.filter(state="declined", decided_at__lt=before).delete()


async def _copies(before: object) -> int:
    """Rows about copies that were fetched or expired; the copies themselves went with that."""
    return await DataExport.filter(asked_at__lt=before).exclude(state__in=("waiting", "ready")).delete()


def _number(said: str) -> int:
    """``DELETE 5``."""
    return int(said.rpartition(" ")[2])


retention.register(
    "identity.looks", title="查阅记录", days=lambda: settings.current().privacy.keep_looks_days, sweep=_looks
)
retention.register(
    "identity.ties",
    title="已结束的委托、监护和经办",
    days=lambda: settings.current().privacy.keep_ended_ties_days,
    sweep=_ties,
)
retention.register("identity.copies", title="信息副本申请", days=lambda: 90, sweep=_copies)
