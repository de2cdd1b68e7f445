"""What was measured, as a table for people and as a file for programs."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.measuring import Measured, median

HEAD = ("figure", "value", "unit", "p50 ms", "p99 ms", "spread", "beside", "its value", "ratio")
WORDS = ("figure", "unit", "beside")


def table(found: Sequence[Measured]) -> str:
    """One line a figure and baseline, aligned; notes, and what failed and why, come after."""
    lines = [HEAD, *(line for one in found for line in _lines(one))]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEAD))]
    failed = [f"{one.figure}: {one.failed or one.notes}" for one in found if one.failed or one.notes]
    return "\n".join([*(_aligned(line, widths).rstrip() for line in lines), *failed])


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    columns = enumerate(zip(line, widths, strict=True))
    return "  ".join(_fill(cell, width, left=HEAD[nth] in WORDS) for nth, (cell, width) in columns)


def _lines(one: Measured) -> list[tuple[str, ...]]:
    if one.failed:
        return [(one.figure, "FAILED", *[""] * (len(HEAD) - 2))]
    return [
        (
            one.figure, shown(one.value), one.unit, _middle(one, "p50"), _middle(one, "p99"), _spread(one),
            row["baseline"] or "", shown(row["baseline_value"]), "" if row["ratio"] is None else f"{row['ratio']:.2f}",
        )
        for row in one.rows()
    ]  # fmt: skip


def shown(value: float | None) -> str:
    """Whole from a hundred on, one digit behind the point below."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _middle(one: Measured, name: str) -> str:
    known = [value for sample in one.samples if (value := getattr(sample, name)) is not None]
    return f"{median(known):.1f}" if known else ""


def _spread(one: Measured) -> str:
    """The slowest and the fastest round: how far one run can be trusted."""
    rates = [sample.rate for sample in one.samples]
    return f"{shown(min(rates))}–{shown(max(rates))}" if len(rates) > 1 else ""


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _fill(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def keep(found: Sequence[Measured], *, folder: Path, at: datetime) -> Path:
    """Write `latest.json` and a copy named after the time; the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([row for one in found for row in one.rows()], indent=1, ensure_ascii=False) + "\n"
    for name in (f"{at:%Y%m%d-%H%M%S}.json", "latest.json"):
        (folder / name).write_text(text)
    return folder / "latest.json"
