"""The index is laid out again where nobody waits for it, so that new processes only map it."""

import time

from assistant import building
from foundation import logs
from foundation.jobs import scheduled

LONGEST = 420.0
"""Seconds after which no more vectors are begun: a job has ten minutes, and the next comes within ten minutes."""

log = logs.logger(__name__)


@scheduled("*/10 * * * *")
async def lay_out_after_much_changed() -> None:
    """After an import, say; nothing where no index is kept on this machine."""
    await _build(much=True)


@scheduled("50 2 * * *")
async def lay_out_every_night() -> None:
    """Whatever was published that day."""
    await _build(much=False)


async def _build(*, much: bool) -> None:
    if await building.is_behind(much=much):
        log.info("assistant_base_kept", told=await building.build(until=time.monotonic() + LONGEST))
