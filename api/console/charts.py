"""Bar charts as SVG, laid out here and drawn by a template: no script, no style of their own, a table says it all.

Upright bars for what has an order (days, hours), lying ones for what has a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, LEFT, RIGHT = 640, 44, 8
TOP, PLOT, BOTTOM = 22, 150, 26  # upright
NAME, ROW = 190, 30  # lying
MOST_LABELS, MOST_VALUES, MOST_ROWS, NAME_LENGTH = 12, 16, 20, 13


@dataclass(frozen=True)
class Bar:
    """`label` and `value` are empty where there is no room for them."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: str
    name: str


@dataclass(frozen=True)
class Chart:
    """`ticks` are lines of the scale: where, and what they say. `left_out` bars did not fit."""

    title: str
    upright: bool
    height: int
    bars: list[Bar]
    ticks: list[tuple[float, str]]
    left_out: int = 0
    width: int = WIDTH


def upright(title: str, points: Sequence[tuple[str, float | None]]) -> Chart:
    """`points` are names and values; one that was not measured has no bar."""
    top = _top(points)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points))
    every = ceil(len(points) / MOST_LABELS)
    bars = []
    for n, (name, value) in enumerate(points):
        height = PLOT * (value or 0) / top
        bars.append(
            Bar(x=LEFT + step * (n + 0.15), y=TOP + PLOT - height, width=step * 0.7, height=height,
                label=name if n % every == 0 else "", name=f"{name} {_text(value)}",
                value=_text(value) if value is not None and len(points) <= MOST_VALUES else "")
        )  # fmt: skip
    ticks = [(TOP + PLOT * (1 - share), _text(top * share)) for share in (0, 0.5, 1)]
    return Chart(title, True, TOP + PLOT + BOTTOM, bars, ticks)


def lying(title: str, points: Sequence[tuple[str, float | None]]) -> Chart:
    """The first of `points` only, where there are many."""
    top, shown = _top(points), points[:MOST_ROWS]
    room = WIDTH - NAME - 60
    bars = [
        Bar(x=NAME, y=n * ROW + 6, width=room * (value or 0) / top, height=ROW - 12, value=_text(value),
            label=name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…",
            name=f"{name} {_text(value)}")
        for n, (name, value) in enumerate(shown)
    ]  # fmt: skip
    return Chart(title, False, max(1, len(shown)) * ROW, bars, [], len(points) - len(shown))


def _top(points: Sequence[tuple[str, float | None]]) -> float:
    """The end of the scale: 1, 2 or 5 times a power of ten, at least as high as the highest bar."""
    most = max((value for _, value in points if value), default=1)
    power = 10.0 ** int(log10(most)) if most >= 1 else 10.0 ** (int(log10(most)) - 1)
    return next(times * power for times in (1, 2, 5, 10) if times * power >= most)


def _text(value: float | None) -> str:
    """One place after the point, below one two digits that count: 12.5, 0.25, 0.025."""
    if value is None:
        return "无数据"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 1 else f"{value:.2g}"
