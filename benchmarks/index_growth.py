"""How the assistant's own index grows: `python -m benchmarks.index_growth GUIDES [--short]`.

The shipped guides under the names of other towns, as often as asked for; `--short` leaves each its names and summary.
Laid out into a folder, mapped from there as every process does, and asked our colloquial questions by one thread.
"""

import argparse
import itertools
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant import evaluation
from assistant.base import Base
from assistant.corpus import SUMMARY, GuideDocument, Section
from assistant.snapshot import Snapshot
from catalogue import format as catalogue_format
from catalogue.sections import HallLine, sections_of

SHIPPED = Path(catalogue_format.__file__).parent / "data"
QUESTIONS = Path(evaluation.__file__).with_name("colloquial.jsonl")
FIRST, SECOND = "东西南北上下新古金青", "山河湖州阳安泉林桥川"
EACH = 300


def guides(wanted: int, *, short: bool) -> list[GuideDocument]:
    """So many guides."""
    shipped = list(_shipped(short))
    towns = itertools.count()
    made: list[GuideDocument] = []
    while len(made) < wanted:
        made += [_moved(guide, town) for town in [next(towns)] for guide in shipped]
    return made[:wanted]


def main(arguments: Sequence[str]) -> None:
    """Build, map, ask, say what came out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index_growth", description=__doc__)
    parser.add_argument("guides", type=int)
    parser.add_argument("--short", action="store_true")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        Base.of(guides(asked.guides, short=asked.short), {}, edition="1").write(Path(folder) / "1")
        built = time.process_time() - started
        started = time.perf_counter()
        base = Base.read(Path(folder) / "1")
        snapshot = Snapshot.over(base)
        opened = time.perf_counter() - started
        first = sorted(_asked(snapshot))
        taken = sorted(_asked(Snapshot.over(base)))  # which remembers no answer
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{asked.guides} guides: index {base.layer.nbytes / 2**20:.0f} MB, built in {built:.0f} s of processor"
        f" ({peak:.0f} MB at most), opened in {opened:.2f} s, cpu ms a question p50 {taken[len(taken) // 2]:.2f}"
        f" p99 {taken[int(len(taken) * 0.99)]:.2f} (while the pages are touched for the first time"
        f" {first[len(first) // 2]:.2f} and {first[int(len(first) * 0.99)]:.2f})\n"
    )


def _shipped(short: bool) -> Iterator[GuideDocument]:
    city = catalogue_format.load_catalogue(SHIPPED)
    halls = {one.code: HallLine(name=one.name, address=one.address, opening_hours="工作日") for one in city.halls.halls}
    for item in city.items:
        told = sections_of(item, department=item.department, halls=halls)
        sections = tuple(Section(one.kind, one.title, one.text, one.also) for one in told)
        kept = tuple(one for one in sections if one.kind == SUMMARY) if short else sections
        yield GuideDocument(item_code=item.slug, name=item.name, aliases=tuple(item.aliases), sections=kept)


def _moved(guide: GuideDocument, town: int) -> GuideDocument:
    """The same guide of another town."""
    name = FIRST[town // 10 % 10] + SECOND[town % 10] + ("" if town < 100 else SECOND[town // 100 % 10]) + "市"
    return replace(guide, item_code=f"{guide.item_code}-{town}", name=name + guide.name)


def _asked(snapshot: Snapshot) -> Iterator[float]:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()[:EACH]
    for said in [json.loads(line)["text"] for line in lines]:
        started = time.thread_time()
        snapshot.search_everything(said)
        yield (time.thread_time() - started) * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
