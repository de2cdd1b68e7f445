"""Every job and listener of a room is known to the worker, and every schedule can be read."""

import re
import subprocess
import sys
from pathlib import Path

from croniter import croniter

import rooms
from foundation import events, jobs

ROOT = Path(__file__).parents[2]
DECLARES = re.compile(r"^@(?:jobs\.)?(?:job|scheduled)\(|^@(?:events\.)?on\(", re.MULTILINE)
IN_A_NEW_PROCESS = "import rooms, sys; rooms.wake(); print(chr(10).join(sys.modules))"


def test_the_worker_knows_every_module_that_declares_work() -> None:
    woken = subprocess.run(
        [sys.executable, "-c", IN_A_NEW_PROCESS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    declaring = [
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
        for room in ROOT.iterdir()
        if (room / "__init__.py").exists() and room.name not in ("tests", "sandbox", "benchmarks")
        for path in room.rglob("*.py")
        if DECLARES.search(path.read_text())
    ]
    assert len(declaring) > 5
    assert [module for module in declaring if module not in woken] == []


def test_every_schedule_can_be_read() -> None:
    rooms.wake()
    crons = [one.cron for one in jobs.declared.values() if one.cron]
    assert crons
    assert [cron for cron in crons if not croniter.is_valid(cron)] == []


def test_somebody_listens_to_what_must_be_heard() -> None:
    rooms.wake()
    heard = events.listeners()
    for event in ("BookingConfirmed", "BillSettled", "CaseMoved", "CitizensMerged", "CitizenVerified"):
        assert heard.get(event), event


def test_every_room_that_keeps_persons_follows_a_merge() -> None:
    rooms.wake()
    followers = {listener.split(".")[0] for listener in events.listeners()["CitizensMerged"]}
    assert {"appointments", "cases", "payments", "feedback", "assistant", "notifications"} <= followers
