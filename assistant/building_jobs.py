"""The index is laid out again where nobody waits for it, so that new processes only map it."""

from assistant import building
from foundation import logs
from foundation.jobs import scheduled

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
        log.info("assistant_base_kept", told=await building.build())
