"""One embedded server: started on a leash, awaited until it answers, stopped politely and then not so."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

from deploy.local import leftovers, ports
from deploy.local.account import Account

LEASH = Path(__file__).with_name("leash.py")
PATIENCE = 30.0


class CannotStart(Exception):
    """A server did not start; the text says which and shows the end of its log."""


def leashed(command: list[str], *, ends_by: signal.Signals, account: Account = Account()) -> list[str]:  # noqa: B008
    """`command` as one that ends when this process ends. Call it from the main thread: Linux watches the thread."""
    who = [str(number) for number in (os.getpid(), int(ends_by), account.uid, account.gid)]
    return [sys.executable, "-I", "-S", str(LEASH), *who, *command]


class Server(ABC):
    """What PostgreSQL and Valkey have in common. `folder` holds data, password, log."""

    name: str
    ends_by: signal.Signals
    harsher: signal.Signals
    usual_port: int

    def __init__(self, folder: Path, *, durable: bool, usual_port: bool = False) -> None:
        self.folder = folder.absolute()
        self.durable = durable
        self.account = Account()
        self.port = 0
        self.wants_usual_port = usual_port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it listens."""

    def start(self) -> None:
        """Start and wait until it answers. Raises CannotStart with the end of its log."""
        self.prepare()
        for attempt in range(3):  # another program may take the port between our look and its bind
            self.port = ports.free(self.usual_port if self.wants_usual_port and attempt == 0 else 0)
            if self._started():
                leftovers.remember(self.name, self.pid, folder=self.folder)
                return
        raise CannotStart(f"{self.name}:\n" + "".join(self.log.read_text(errors="replace").splitlines(True)[-8:]))

    def _started(self) -> bool:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                leashed(self.command(), ends_by=self.ends_by, account=self.account),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is the launcher's business: it stops things in order
            )
        assert self.process.stdin
        self.process.stdin.write(self.configuration().encode())
        self.process.stdin.close()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        """Stop; returns when it is gone. Does nothing when it is."""
        if not self.process:
            return
        for sign, patience in ((self.ends_by, 10), (self.harsher, 5), (signal.SIGKILL, 5)):
            if self.process.poll() is None:
                self.process.send_signal(sign)
            try:
                self.process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None
        leftovers.forget(self.name, folder=self.folder)

    @abstractmethod
    def prepare(self) -> None:
        """Make its folder fit to start from."""

    @abstractmethod
    def command(self) -> list[str]:
        """Its command line."""

    def configuration(self) -> str:
        """What it reads from its standard input (not from its arguments, which every user can list)."""
        return ""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves already."""
