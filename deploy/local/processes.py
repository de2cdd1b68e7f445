"""The processes of a Procfile on this terminal: each with its own colour, none outliving the launcher."""

import asyncio
import os
import shlex
import signal
import string
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local import leftovers
from deploy.local.server import leashed

COLOURS = (36, 32, 33, 35, 34, 31)
GRACE = 10.0


class Ended(Exception):
    """A process ended that should have gone on; the text names it and its exit code."""


def procfile(file: Path) -> dict[str, str]:
    """Name and command line of each process."""
    lines = (line for line in file.read_text().splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, command in (line.split(":", 1) for line in lines)}


def words(command: str, env: Mapping[str, str]) -> list[str]:
    """A command line as arguments, `$NAME` filled in, `python` and `sanic` out of our own virtual environment."""
    program, *rest = (string.Template(word).substitute(env) for word in shlex.split(command))
    ours = {"python": [sys.executable], "sanic": [sys.executable, "-m", "sanic"]}
    return [*ours.get(program, [program]), *rest]


class Company:
    """The processes of one run. `notes` is the folder that remembers them for a next run, should this one be killed."""

    def __init__(self, *, notes: Path, width: int = 8) -> None:
        self.notes = notes
        self.width = width
        self.running: dict[str, asyncio.subprocess.Process] = {}
        self._readers: dict[str, asyncio.Task[None]] = {}

    async def start(self, name: str, command: str, env: Mapping[str, str]) -> None:
        process = await asyncio.create_subprocess_exec(
            *leashed(words(command, env), ends_by=signal.SIGTERM),
            env=dict(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 20,
            start_new_session=True,  # Ctrl-C comes to the launcher alone; it stops the others in order
        )
        self.running[name] = process
        self._readers[name] = asyncio.create_task(self._repeat(name, process))
        leftovers.remember(name, process.pid, folder=self.notes)

    async def once(self, name: str, command: str, env: Mapping[str, str]) -> None:
        """Run a command to its end. Raises Ended when it fails."""
        await self.start(name, command, env)
        code = await self.running[name].wait()
        await self._bury(name)
        if code:
            raise Ended(f"{name} ({command}) failed with exit code {code}")

    async def watch(self) -> None:
        """Return never, unless a process ends: then raise Ended."""
        waits = {asyncio.create_task(process.wait()): name for name, process in self.running.items()}
        done, rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in rest:
            wait.cancel()
        names = ", ".join(f"{waits[wait]} (exit code {wait.result()})" for wait in done)
        raise Ended(f"{names} ended by itself")

    async def stop(self) -> None:
        """Ask all to end, wait, then end what is left of them and of their children."""
        for process in self.running.values():
            if process.returncode is None:
                process.terminate()
        waits = [asyncio.create_task(process.wait()) for process in self.running.values()]
        if waits:
            await asyncio.wait(waits, timeout=GRACE)
        for name in list(self.running):
            await self._bury(name)

    async def _bury(self, name: str) -> None:
        process = self.running.pop(name)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        await process.wait()
        await self._readers.pop(name)
        leftovers.forget(name, folder=self.notes)

    async def _repeat(self, name: str, process: asyncio.subprocess.Process) -> None:
        """Repeat what a process says, each line with its name before it."""
        assert process.stdout
        mark = f"{name:<{self.width}}│ "
        if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
            mark = f"\x1b[{COLOURS[sum(map(ord, name)) % len(COLOURS)]}m{mark}\x1b[0m"
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line longer than the limit: that part of it is lost, the stream goes on
                continue
            if not line:
                return
            print(mark + line.decode(errors="replace").rstrip(), flush=True)
