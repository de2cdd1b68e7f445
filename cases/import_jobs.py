"""Imports are rehearsed and taken in by the worker, while nobody waits at the console."""

from cases import importing
from foundation import jobs
from foundation.actor import Actor
from foundation.errors import Refusal


@jobs.job(queue="imports", retries=20)
async def rehearse(*, import_id: int) -> None:
    """Again after a crash; nothing is left to do of one that was dropped meanwhile."""
    try:
        await importing.rehearse(import_id=import_id)
    except Refusal as refusal:
        if refusal.status >= 500:
            raise


@jobs.scheduled("50 3 * * *")
async def drop_forgotten() -> None:
    await importing.drop_forgotten(by=Actor.system("case_import"))


@jobs.job(queue="imports", retries=20)
async def run(*, import_id: int) -> None:
    """Goes on where a run that was killed had stopped."""
    await importing.run(import_id=import_id)
