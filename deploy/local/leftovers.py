"""Processes of a run that was killed: remembered in a file each, ended before the next run begins."""

from contextlib import suppress
from pathlib import Path

import psutil


def remember(name: str, pid: int, *, folder: Path) -> None:
    """Note that `pid` belongs to this run."""
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(psutil.NoSuchProcess):  # it may have done its work already
        (folder / f"{name}.pid").write_text(f"{pid} {psutil.Process(pid).create_time()}")


def forget(name: str, *, folder: Path) -> None:
    (folder / f"{name}.pid").unlink(missing_ok=True)


def end_all(folder: Path) -> list[str]:
    """End every remembered process that still lives, with its children; the names of those that did."""
    ended, living = [], []
    for note in sorted(folder.glob("*.pid")):
        if process := _still_there(note):
            ended.append(note.stem)
            living += [process, *process.children(recursive=True)]
            process.terminate()
    _, stubborn = psutil.wait_procs(living, timeout=8)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=2)
    for note in folder.glob("*.pid"):
        note.unlink()
    return ended


def _still_there(note: Path) -> psutil.Process | None:
    """The process of a note, unless its number has passed to another one."""
    try:
        pid, started = note.read_text().split()
        process = psutil.Process(int(pid))
        return process if process.create_time() == float(started) and process.status() != psutil.STATUS_ZOMBIE else None
    except (ValueError, psutil.Error):
        return None
