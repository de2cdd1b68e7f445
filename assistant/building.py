"""Laying the search index out off-line: `python -m assistant.building`; every process of the machine then maps it.

Run it before the web processes start; afterwards the worker does it by itself whenever the catalogue has moved
(`building_jobs`); on machines without a worker cron does. It writes into
ASSISTANT_INDEX_FOLDER beside the bases already there; processes take the newest when they next need a base.
Where meaning is switched on, the vectors of the names are kept there as well, and only new ones are made.
`--if-behind` builds only when the catalogue has moved since the newest was kept.
"""

import asyncio
import math
import sys
import time
from collections.abc import Sequence

import rooms
from assistant import base, knowledge, reading
from catalogue import edition
from foundation import database, settings


async def build(*, until: float = math.inf) -> str:
    """Lay out the catalogue of the database and keep it. Raises SystemExit without a folder to keep it in.

    When the monotonic clock says `until`, what vectors are still to be made wait for the next time.
    """
    folder = knowledge.folder()
    if folder is None:
        raise SystemExit("ASSISTANT_INDEX_FOLDER is not set: there is nowhere to keep the index")
    started, by = time.perf_counter(), knowledge.understanding()
    made = await knowledge.lay_out()
    await asyncio.to_thread(base.keep, made, folder)
    whole = await by.keep(made.layer.documents, made.edition, until=until) if by else True
    size, took = made.layer.nbytes / 2**20, time.perf_counter() - started
    told = f"edition {made.edition}: {len(made.layer.documents)} guides, {size:.1f} MB, {took:.1f} s"
    return told if whole else f"{told}, some vectors still to be made"


async def is_behind(*, much: bool = False) -> bool:
    """Whether a base is to be kept here and the newest is of an older edition, or (`much`) too much lies over it, or
    vectors of its names are still to be made.

    A process that starts lays what differs over the newest base: a few guides cost it milliseconds.
    """
    folder = knowledge.folder()
    if folder is None:
        return False
    edition_kept, marks_kept = await asyncio.to_thread(base.newest_kept, folder)
    by = knowledge.understanding()
    if edition_kept and by is not None:
        unfinished: bool = await asyncio.to_thread(by.is_behind, edition_kept)
        if unfinished:
            return True
    if not much:
        return edition_kept != str(await edition.number())
    marks = await reading.marks()
    return knowledge.is_much(len(set(marks_kept.items()) ^ set(marks.items())), of=len(marks))


async def main(arguments: Sequence[str]) -> None:
    """Build with a connection of our own."""
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS)
    try:
        needed = "--if-behind" not in arguments or await is_behind()
        sys.stdout.write((await build() if needed else "up to date") + "\n")
    finally:
        await database.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
