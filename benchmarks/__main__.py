"""`python -m benchmarks [ONLY]`: measure everything, one room or one figure; `suite` times the tests.

Exit code 1 when a figure's own check failed, 2 when there is no such room or figure.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

from benchmarks import (
    appointments,
    assistant,
    cases,
    catalogue,
    client,
    generating,
    miniprogram_bff,
    more_screens,
    notifications,
    payments,
    reconciling,
    report,
    running,
    screens,
)
from benchmarks.house import House, only_the_yardstick, opened
from benchmarks.measuring import CheckFailed, Measured, Scale
from foundation import clock

Figure = Callable[[House], Awaitable[Measured]]

ROOMS: dict[str, Mapping[str, Figure]] = {
    "miniprogram_bff": {**miniprogram_bff.FIGURES, **screens.FIGURES, **more_screens.FIGURES},
    "client": client.FIGURES,
    "catalogue": catalogue.FIGURES,
    "appointments": {**appointments.FIGURES, **generating.FIGURES},
    "cases": {**cases.FIGURES, **notifications.FIGURES},
    "payments": {**payments.FIGURES, **reconciling.FIGURES},
    "assistant": assistant.FIGURES,
}
FIGURES = {name: figure for room in ROOMS.values() for name, figure in room.items()}
OUTSIDE = {"running": running.make_run, "suite": running.test_suite}


def chosen(only: str) -> tuple[Mapping[str, Figure], list[str]]:
    """The figures of the house and those measured outside it that `only` means. Raises KeyError."""
    if not only:
        return FIGURES, ["running"]
    if only in OUTSIDE:
        return {}, [only]
    return ROOMS.get(only) or {only: FIGURES[only]}, []


async def measured(figures: Mapping[str, Figure], outside: list[str], scale: Scale, *, durable: bool) -> list[Measured]:
    """What was found, in order; one that fails does not keep the others from being measured."""
    found: list[Measured] = []
    if figures:
        opening = opened(scale, durable=durable) if set(figures) - {"bare_json"} else only_the_yardstick(scale)
        async with opening as house:
            for name, measure in figures.items():
                print(f"{name} …", file=sys.stderr, flush=True)
                found.append(await measure(house))
    for name in outside:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            found += OUTSIDE[name]()
        except CheckFailed as why:
            found.append(Measured(name, failed=str(why)))
    return found


def asked() -> argparse.Namespace:
    usual, parser = Scale(), argparse.ArgumentParser(prog="python -m benchmarks", description="how fast the house is")
    parser.add_argument("only", nargs="?", default="", help=f"one of {', '.join((*ROOMS, *OUTSIDE, *FIGURES))}")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="recorded rounds, one more warms up")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="about how long a round lasts")
    parser.add_argument("--connections", type=int, default=usual.connections, help="kept-alive, in a closed loop")
    parser.add_argument(
        "--history",
        type=int,
        default=usual.history,
        help="past bookings for history_5m; twice as many events for timeline_10m; no more rows for reconcile_1m",
    )
    parser.add_argument("--careless", action="store_true", help="do not wait for the disk: numbers of no worth, sooner")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out"), help="folder of latest.json")
    return parser.parse_args()


def main() -> int:
    words = asked()
    try:
        figures, outside = chosen(words.only)
    except KeyError:
        print(f"no room or figure is called {words.only}; there are {', '.join((*ROOMS, *OUTSIDE, *FIGURES))}")
        return 2
    for name in ("DATABASE_URL", "REDIS_URL"):  # the developer's data is none of a benchmark's business
        os.environ.pop(name, None)
    scale = Scale(rounds=words.rounds, seconds=words.seconds, connections=words.connections, history=words.history)
    found = asyncio.run(measured(figures, outside, scale, durable=not words.careless))
    at = clock.shanghai(clock.now())
    print(f"{report.table(found)}\n\n{_how(at, scale)}\n{report.keep(found, folder=words.out, at=at)}")
    return 1 if any(one.failed for one in found) else 0


def _how(at: datetime, scale: Scale) -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{at:%Y-%m-%d %H:%M}: medians of {scale.rounds} rounds, {scale.connections} connections, one process a door, "
        f"{os.cpu_count()} cores shared by doors, servers and client, load average {load}"
    )


if __name__ == "__main__":
    sys.exit(main())
