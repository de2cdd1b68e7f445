"""Laying the search index out off-line: `python -m assistant.building`; every process of the machine then maps it.

Run it before the web processes start and whenever much was published (cron, or after an import). It writes into
ASSISTANT_INDEX_FOLDER beside the bases already there; processes take the newest when they next need a base.
"""

import asyncio
import sys
import time

import rooms
from assistant import base, knowledge
from foundation import database, settings


async def build() -> str:
    """Lay out the catalogue of the database and keep it. Raises SystemExit without a folder to keep it in."""
    folder = knowledge.folder()
    if folder is None:
        raise SystemExit("ASSISTANT_INDEX_FOLDER is not set: there is nowhere to keep the index")
    started = time.perf_counter()
    made = await knowledge.lay_out()
    await asyncio.to_thread(base.keep, made, folder)
    size, took = made.layer.nbytes / 2**20, time.perf_counter() - started
    return f"edition {made.edition}: {len(made.layer.documents)} guides, {size:.1f} MB, {took:.1f} s"


async def main() -> None:
    """Build with a connection of our own."""
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS)
    try:
        sys.stdout.write(await build() + "\n")
    finally:
        await database.stop()


if __name__ == "__main__":
    asyncio.run(main())
