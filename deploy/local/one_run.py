"""At most one run per checkout: a lock the kernel takes back when its holder ends, however that happens."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another `make run` of this checkout is up; the text is its process id."""


@contextmanager
def only_run(var: Path) -> Iterator[None]:
    """Hold the lock of this checkout's data. Raises AlreadyRunning."""
    var.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (var / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(lock.read().strip()) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
