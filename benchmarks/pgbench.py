"""The same SQL without us: a reservation as it was overheard on its way to PostgreSQL, repeated by `pgbench`."""

import asyncio
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from appointments import booking
from benchmarks.measuring import CheckFailed, Sample
from deploy.local.servers import postgres_program
from foundation import database, settings
from foundation.actor import Actor

CLIENTS = 16
LONGEST = 120.0
PLACEHOLDER = re.compile(r"\$(\d+)")
RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)

Statement = tuple[str, tuple[Any, ...]]

# Each transaction is another citizen's; the citizens of a client follow one another.
WHO_AND_WHERE = r"""
\set nth :nth + 1
\set citizen :first_citizen + :client_id * :each + :nth
\set slot :first_slot + mod(:citizen, :slots)
"""


@dataclass(frozen=True)
class Recorded:
    """The statements of one reservation with their arguments; `known` lists (value, variable of a script)."""

    statements: tuple[Statement, ...]
    known: tuple[tuple[int | str, str], ...] = ()

    def told_apart_from(self, other: "Recorded") -> "Recorded":
        """The same, where only what follows the citizen, the slot or the number in both reservations varies."""
        told = [
            (sql, tuple(self._varying(other, one, another) for one, another in zip(ours, theirs, strict=True)))
            for (sql, ours), (_, theirs) in zip(self.statements, other.statements, strict=True)
        ]
        return Recorded(tuple(told))

    def _varying(self, other: "Recorded", ours: Any, theirs: Any) -> Any:
        if isinstance(ours, list):
            return [self._varying(other, one, another) for one, another in zip(ours, theirs, strict=True)]
        for (here, name), (there, _) in zip(self.known, other.known, strict=True):
            if (type(ours), ours, theirs) == (type(here), here, there):
                return Varying(name)
        return ours


@dataclass(frozen=True)
class Varying:
    """An argument that is another one in each transaction: a pgbench variable."""

    name: str


class Overhearing:
    """A transaction that notes what is said to it."""

    def __init__(self, inner: database.Transaction, notes: list[Statement]) -> None:
        self._inner, self._notes = inner, notes

    def __getattr__(self, way: str) -> Any:
        async def say(sql: str, *args: Any) -> Any:
            self._notes.append((sql, args))
            return await getattr(self._inner, way)(sql, *args)

        return say


@contextmanager
def _overheard() -> Iterator[list[Statement]]:
    notes: list[Statement] = []
    real = database.joined
    with patch.object(database, "joined", lambda: Overhearing(real(), notes)):
        yield notes


async def record(*, citizen_id: int, slot_id: int) -> Recorded:
    """Reserve, and keep what was said meanwhile."""
    key = f"overheard {citizen_id}"
    with _overheard() as notes:
        made = await booking.reserve(slot_id=slot_id, by=Actor.citizen(citizen_id), key=key)
    known = ((citizen_id, "citizen"), (slot_id, "slot"), (made.id, "nextval"), (made.code, "nextval"), (key, "nextval"))
    return Recorded(tuple(notes), known)


def script(recorded: Recorded) -> tuple[str, dict[str, str]]:
    """The pgbench script of one reservation, and the values of its variables that stay the same."""
    constants: dict[str, str] = {}
    lines = [WHO_AND_WHERE, "begin;"]
    for nth, (sql, arguments) in enumerate(recorded.statements):
        named = [_named(one, f"v{nth}_{place}", constants) for place, one in enumerate(arguments)]
        said = PLACEHOLDER.sub(lambda found, named=named: named[int(found[1]) - 1], sql.strip())  # type: ignore[misc]
        lines.append(said + (" \\gset" if "nextval(" in sql else ";"))
    return "\n".join([*lines, "commit;"]) + "\n", constants


def _named(value: Any, name: str, constants: dict[str, str]) -> str:
    if isinstance(value, Varying):
        return f":{value.name}"
    if isinstance(value, list):
        return f"array[{', '.join(_named(one, f'{name}_{nth}', constants) for nth, one in enumerate(value))}]"
    if value is None or value == "":  # pgbench has variables for neither
        return "null" if value is None else "''"
    constants[name] = value.isoformat() if isinstance(value, datetime) else str(value)
    return f":{name}"


async def run(recorded: Recorded, *, citizens: range, slots: range) -> Sample:
    """One round: a reservation for each citizen (a few less, if the clients cannot share them evenly)."""
    text, constants = script(recorded)
    each = len(citizens) // CLIENTS
    numbers = {"nth": -1, "each": each, "first_citizen": citizens[0], "first_slot": slots[0], "slots": len(slots)}
    defined = [word for name, value in (constants | numbers).items() for word in ("-D", f"{name}={value}")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reserve.sql"
        file.write_text(text)
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-t", str(each), "-f", str(file)]
        said = await _pgbench(*options, *defined)
    processed, rate = DONE.search(said), RATE.search(said)
    if not (processed and rate and int(processed[1].split("/")[0]) == each * CLIENTS):
        raise CheckFailed(f"pgbench: {said[-400:]}")
    return Sample(float(rate[1]))


async def _pgbench(*options: str) -> str:
    at = database.credentials_of(settings.current().database_url)
    where = ["-h", at["host"], "-p", str(at["port"]), "-U", at["user"], at["database"]]
    words = [postgres_program("pgbench"), *options, *where]
    env = {**os.environ, "PGPASSWORD": at["password"] or ""}
    done = await asyncio.to_thread(
        subprocess.run, words, env=env, timeout=LONGEST, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return str(done.stdout)
