"""Imports are rehearsed and taken in by the worker, while nobody waits at the console."""

from cases import importing
from foundation import jobs
from foundation.errors import Refusal


@jobs.job(queue="imports", retries=20)
async def rehearse(*, import_id: int) -> None:
    """Again after a crash; nothing is left to do of one that was dropped meanwhile."""
    try:
        await importing.rehearse(import_id=import_id)
    except Refusal as refusal:
        if refusal.status >= 500:
            raise


@jobs.job(queue="imports", retries=20)
async def run(*, import_id: int) -> None:
    """Goes on where a run that was killed had stopped."""
    await importing.run(import_id=import_id)
