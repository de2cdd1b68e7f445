"""`python -m cases.import_command FILE --source KEY`: a file of events taken in from the command line.

--dry-run       only say what would be refused
--tell          tell applicants; without it nobody hears of what happened long ago
--resume ID     go on with an import that was stopped
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import rooms
from cases import importing
from foundation import database, redis, settings
from foundation.actor import Actor
from foundation.errors import Refusal

BY = Actor.system("case_import")


async def main(arguments: Sequence[str]) -> int:
    """1 when rows were refused, 2 when the file could not be read."""
    parser = argparse.ArgumentParser(prog="python -m cases.import_command", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--source", default="system", help="as whose events they are kept: a department's key id")
    parser.add_argument("--hall", default="", help="path of the hall whose staff look after these cases")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--tell", action="store_true")
    parser.add_argument("--resume", type=int, default=0, metavar="ID")
    given = parser.parse_args(arguments)
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS, pool=2)
    await redis.start(ours.redis_url)
    try:
        return await _import(given)
    except Refusal as refusal:
        sys.stdout.write(f"{refusal.message} {refusal.detail or ''}\n")
        return 2
    finally:
        await redis.stop()
        await database.stop()


async def _import(given: argparse.Namespace) -> int:
    import_id = given.resume or await importing.receive(
        filename=given.file.name, raw=given.file.read_bytes(), source=given.source, hall_path=given.hall,
        quiet=not given.tell, by=BY,
    )  # fmt: skip
    sys.stdout.write(f"导入 {import_id}\n")
    if not given.resume:
        await importing.rehearse(import_id=import_id)
        if given.dry_run:
            return await _say(import_id)
        await importing.start(import_id=import_id, by=BY)
    await importing.run(import_id=import_id)
    return await _say(import_id)


async def _say(import_id: int) -> int:
    row = await importing.find(import_id)
    for one in await importing.faults(import_id):
        sys.stdout.write(f"第 {one.line} 行 {one.number}：{one.message}\n")
    counts = row.counts
    sys.stdout.write(
        f"{row.lines} 行：接收 {counts['appended']}，已有 {counts['repeated']}，不能接收 {counts['refused']}\n"
    )
    return 1 if counts["refused"] else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
