"""边打边联想: every beginning of what people call a guide, as they type it, in characters, in letters and in initials.

The guides are those shipped with the demo city; of ten thousand the names are theirs under other places' names.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import cycle, islice

from assistant import pinyin
from assistant.corpus import GuideDocument
from assistant.snapshot import Snapshot
from benchmarks.measuring import percentile
from benchmarks.searching import SHIPPED
from catalogue import format as catalogue_format

MANY = 10_000
KEYS = 4_000
SEED = 7


@dataclass(frozen=True, slots=True)
class Typed:
    """What a key costs among so many guides, in milliseconds of processor: the machine may be busy."""

    guides: int
    p50: float
    p99: float
    worst: float


def typing() -> list[Typed]:
    """Among the shipped guides, and among ten thousand."""
    shipped = _shipped()
    return [_typed(shipped), _typed(_many(shipped))]


def lines_of(done: list[Typed]) -> list[str]:
    """The figures as lines to print."""
    lines = [f"{'guides':>8}  p50     p99     worst ms of processor a key"]
    return lines + [f"{one.guides:8}  {one.p50:6.2f}  {one.p99:6.2f}  {one.worst:8.2f}" for one in done]


def _typed(guides: list[GuideDocument]) -> Typed:
    suggester = Snapshot(guides).suggester
    took = []
    for said in _keys(guides):
        started = time.thread_time()
        suggester.suggest(said)
        took.append((time.thread_time() - started) * 1000)
    return Typed(len(guides), percentile(took, 50), percentile(took, 99), max(took))


def _keys(guides: list[GuideDocument]) -> list[str]:
    """What stands in the box after each key: names chosen at random, each typed in one of three ways."""
    names = [name for guide in guides for name in guide.names]
    random.Random(SEED).shuffle(names)
    ways: tuple[Callable[[str], str], ...] = (str, pinyin.letters, pinyin.initials)
    typed = (way(name) for name, way in zip(names, cycle(ways), strict=False))
    return list(islice((one[:end] for one in typed for end in range(1, len(one) + 1)), KEYS))


def _shipped() -> list[GuideDocument]:
    items = catalogue_format.load_catalogue(SHIPPED).items
    return [GuideDocument(item_code=item.slug, name=item.name, aliases=tuple(item.aliases)) for item in items]


def _many(shipped: list[GuideDocument]) -> list[GuideDocument]:
    """The same guides of one district after another."""
    found = (
        replace(
            guide, item_code=f"{guide.item_code}-{nth}", name=f"第{nth}区{guide.name}",
            aliases=tuple(f"第{nth}区{name}" if nth % 2 else name for name in guide.aliases),
        )
        for nth in range(MANY)
        for guide in shipped
    )  # fmt: skip
    return list(islice(found, MANY))
