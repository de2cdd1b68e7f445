"""How well the assistant finds guides, over any corpus: the pipeline that is shipped, from the question to the band.

    python -m assistant.evaluation --corpus C.jsonl --queries Q.jsonl [--ood O.txt] [--json OUT.json]
        [--disturb typo|drop|swap|filler|trad|pinyin|all] [--remove 0.3] [--half even|odd] [--semantic] [--index FOLDER]

C holds `{"id", "title", "text", "fields": {…}}` a line, or is the folder of a catalogue, whose slugs are the ids;
Q holds `{"id", "text", "rel": [ids]}` a line; without `--queries` our colloquial questions are asked. O holds one
utterance a line that must not be answered. `--disturb` asks the questions as people mistype them, `--remove` takes a
share of the guides away and counts who is answered all the same, `--index` keeps the index in a folder, or reads the
one there.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant import semantic
from assistant.base import Base
from assistant.corpus import GuideDocument
from assistant.evaluation import city, disturbing, foreign, measuring, summing
from assistant.evaluation.city import City
from assistant.evaluation.foreign import Query
from assistant.semantic import Understanding
from assistant.snapshot import Snapshot

COLLOQUIAL = Path(__file__).with_name("colloquial.jsonl")
OF_A_CITY = Path(__file__).with_name("colloquial_city.jsonl")


@dataclass
class Report:
    """What was measured: printed as it comes, written at the end."""

    told: dict[str, Any] = field(default_factory=dict)

    def say(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    """Measure, print, write."""
    asked = _arguments(arguments)
    report = Report()
    corpus = city.read(asked.corpus) if asked.corpus.is_dir() else City(foreign.read_corpus(asked.corpus))
    ours = OF_A_CITY if asked.corpus.is_dir() else COLLOQUIAL
    queries = foreign.half(foreign.read_queries(asked.queries or ours), asked.half)
    snapshot = _built(corpus, asked, report)
    _measure(snapshot, queries, asked, report)
    if asked.remove:
        _measure_missing(corpus.documents, queries, asked, report)
    if asked.json:
        asked.json.write_text(json.dumps(report.told, ensure_ascii=False, indent=1), encoding="utf-8")


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m assistant.evaluation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--ood", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--half", choices=("all", "even", "odd"), default="all")
    parser.add_argument("--disturb", choices=(*disturbing.ways(), "all"), default=disturbing.PLAIN)
    parser.add_argument("--remove", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--index", type=Path, metavar="FOLDER")
    parser.add_argument("--semantic", action="store_true")
    return parser.parse_args(arguments)


def _built(corpus: City, asked: argparse.Namespace, report: Report) -> Snapshot:
    started = time.perf_counter()
    if asked.index and asked.index.exists():
        base = Base.read(asked.index)
    else:
        base = corpus.laid_out()
        if asked.index:
            base.write(asked.index)
    snapshot = corpus.over(base)
    took, held = time.perf_counter() - started, base.layer.nbytes / 2**20
    report.told |= {"build_s": round(took, 3), "memory_mb": round(held, 3), "guides": len(corpus.documents)}
    report.say(f"{len(corpus.documents)} guides, index of {held:.1f} MB, {took:.1f} s")
    return snapshot


def _measure(snapshot: Snapshot, queries: list[Query], asked: argparse.Namespace, report: Report) -> None:
    ways = disturbing.ways()
    chosen = ways if asked.disturb == "all" else {asked.disturb: ways[asked.disturb]}
    report.say(f"{'':10} R@1   R@3   R@10  MRR@10  answered right   cpu ms p50  p99")
    understanding = _understanding(asked, report)
    for name, disturb in chosen.items():
        put = [replace(query, text=disturb(query.text)) for query in queries]
        if understanding:
            measuring.understand(snapshot, understanding, [query.text for query in put])
        results = measuring.ask_all(snapshot, put)
        found, answers = summing.found(results), summing.answers(results)
        report.say(
            f"{name:10} {found.at_1:.3f} {found.at_3:.3f} {found.at_10:.3f} {found.mrr:.3f}   {answers['answered']:.3f}"
            f"    {answers['right']:.3f}   {found.p50:.2f}        {found.p99:.2f}"
        )
        numbers = _numbers(found)
        if name == next(iter(chosen)):
            report.told |= {**numbers, "disturbed": name, "queries": summing.told(results)}
            _measure_bands(snapshot, results, asked, report)
        report.told.setdefault("ways", {})[name] = {**numbers, **answers}


def _understanding(asked: argparse.Namespace, report: Report) -> Understanding | None:
    encoder = semantic.encoder() if asked.semantic else None
    report.told["semantic"] = encoder is not None
    return Understanding(encoder) if encoder else None


def _measure_bands(
    snapshot: Snapshot, results: list[measuring.Asked], asked: argparse.Namespace, report: Report
) -> None:
    off_topic: list[measuring.Asked] = []
    if asked.ood:
        lines = foreign.read_utterances(asked.ood)
        off_topic = measuring.ask_all(snapshot, [Query(str(n), line, frozenset()) for n, line in enumerate(lines)])
        auroc = summing.auroc([one.confidence for one in results], [one.confidence for one in off_topic])
        report.told["auroc"] = round(auroc, 5)
        report.told["false_answers"] = summing.answers(off_topic)["answered"]
        report.say(f"off topic: AUROC {auroc:.4f}, answered {report.told['false_answers']:.2%}")
    report.told["bands"] = summing.by_band(results, off_topic)
    for band, one in report.told["bands"].items():
        report.say(f"  {band:9} {one['share']:.3f} of the questions, {one['precision']:.3f} rightly")


def _measure_missing(
    documents: list[GuideDocument], queries: list[Query], asked: argparse.Namespace, report: Report
) -> None:
    kept, answerable, missing = measuring.without_guides(documents, queries, share=asked.remove)
    snapshot = Snapshot(kept)
    able, unable = measuring.ask_all(snapshot, answerable), measuring.ask_all(snapshot, missing)
    bands = summing.by_band(able, unable)
    wrong, answered = bands["answer"]["false"], bands["answer"]["share"]
    auroc = summing.auroc([one.confidence for one in able], [one.confidence for one in unable])
    report.told["missing"] = {
        "removed": asked.remove,
        "auroc": round(auroc, 4),
        "wrong_in_top_band": wrong,
        "answerable_in_top_band": answered,
        "precision": bands["answer"]["precision"],
        "answered_wrongly": summing.answers(unable)["answered"],
    }
    report.say(
        f"{asked.remove:.0%} of the guides removed: {wrong:.3f} of {len(missing)} questions about them in the top band,"
        f" {answered:.3f} of the {len(able)} answerable ({bands['answer']['precision']:.3f} rightly), AUROC {auroc:.3f}"
    )


def _numbers(found: summing.Found) -> dict[str, float]:
    names = ("R@1", "R@3", "R@10", "MRR@10", "cpu_ms_p50", "cpu_ms_p99")
    values = (found.at_1, found.at_3, found.at_10, found.mrr, found.p50, found.p99)
    return {name: round(value, 4) for name, value in zip(names, values, strict=True)}


if __name__ == "__main__":
    main(sys.argv[1:])
