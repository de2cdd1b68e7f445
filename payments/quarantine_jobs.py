"""Quarantine by the clock: matched again, counted, and the money that is on its way back looked after."""

from foundation.jobs import scheduled
from payments import quarantine, quarantine_returns


@scheduled("* * * * *", queue="money")
async def match_quarantine() -> None:
    """What concerned no order we knew is asked about once the order is there."""
    await quarantine.match_unknown()
    await quarantine.watch()


@scheduled("*/10 * * * *", queue="money")
async def chase_returns() -> None:
    await quarantine_returns.chase()
