"""Rounds, medians, percentiles: what a figure is made of, and when it is worth nothing."""

import math
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class CheckFailed(Exception):
    """What was written does not add up, or something else was answered than should be; the text says what."""


@dataclass(frozen=True)
class Scale:
    """How long and how hard: `rounds` recorded rounds (one more goes before them), `seconds` each, `connections`;
    `history` is how many past bookings lie in the table for the figure about that.
    """

    rounds: int = 3
    seconds: float = 2.0
    connections: int = 32
    history: int = 5_000_000

    def times(self, each_second: int) -> int:
        """How many writes make a round, where about `each_second` are expected."""
        return max(self.connections, int(each_second * self.seconds))


@dataclass(frozen=True)
class Sample:
    """One round of one thing: per second, and milliseconds (None where only the rate is known)."""

    rate: float
    p50: float | None = None
    p99: float | None = None


@dataclass
class Measured:
    """The rounds of a figure and of its baselines; their medians are what is reported. `failed` says why not."""

    figure: str
    unit: str = "req/s"
    samples: list[Sample] = field(default_factory=list)
    baselines: dict[str, list[Sample]] = field(default_factory=dict)
    failed: str = ""
    notes: str = ""  # what else was seen, in words

    @property
    def value(self) -> float:
        return median(one.rate for one in self.samples)

    def baseline(self, name: str) -> float:
        return median(one.rate for one in self.baselines[name])

    def rows(self) -> list[dict[str, Any]]:
        """One row a baseline, one without a baseline when there is none; no row of a figure that failed."""
        if self.failed:
            return []
        return [self._row(name) for name in self.baselines or [None]]

    def _row(self, baseline: str | None) -> dict[str, Any]:
        beside = self.baseline(baseline) if baseline else None
        return {
            "figure": self.figure,
            "value": round(self.value, 2),
            "unit": self.unit,
            "baseline": baseline,
            "baseline_value": round(beside, 2) if beside else None,
            "ratio": round(self.value / beside, 4) if beside else None,
        }


def number(figure: str, value: float, unit: str) -> Measured:
    """A figure that is one number, with nothing beside it."""
    return Measured(figure, unit, [Sample(value)])


Round = Callable[[], Awaitable[Sample]]


async def interleaved(figure: str, measure: Round, *, beside: Mapping[str, Round], rounds: int) -> Measured:
    """`measure` and each baseline in turn, `rounds` times after one that warms up. A failed check ends it."""
    found = Measured(figure, baselines={name: [] for name in beside})
    try:
        for number_of_round in range(rounds + 1):
            seen = {name: await baseline() for name, baseline in beside.items()}
            sample = await measure()
            if number_of_round:
                found.samples.append(sample)
                for name, one in seen.items():
                    found.baselines[name].append(one)
    except CheckFailed as why:
        found.failed = str(why)
    return found


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of `values` do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def median(values: Any) -> float:
    return float(statistics.median(values))
