"""Fitting the confidence: `python -m assistant.fitting` makes `confidence.json` out of the examples that are committed.

An example is one question asked of a corpus a part of which was missing: how like and how distinct the first guide was,
whether it was right, whether any could have been. `--corpus C.jsonl --queries Q.jsonl` collects them anew, from every
second question, so that the others can still say how good it is; they are numbers only, nothing of the corpus.

A logistic regression learns how distinct a right guide is. The bands then follow from what may go wrong: of the
questions whose guide is missing at most `WRONG` are answered. The bands of guides with everyday names are not fitted:
they were chosen on the questions of the demo city, and stay.
"""

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy

from assistant import confidence
from assistant.confidence import Bands, Distinct, Signs
from assistant.corpus import GuideDocument
from assistant.evaluation import foreign, measuring
from assistant.evaluation.foreign import Query
from assistant.snapshot import Snapshot

EXAMPLES = Path(__file__).parent / "evaluation" / "examples.csv"
SEEDS, MISSING = (100, 101, 102, 103), 0.3
WRONG = 0.05
OFFERED = 5
ROUNDS, RIDGE = 60, 1e-3


@dataclass(frozen=True, slots=True)
class Example:
    """How like and how distinct the first guide was, whether it is right, whether any could be."""

    alike: float
    signs: Signs
    right: bool
    answerable: bool


def main(arguments: Sequence[str]) -> None:
    """Collect if asked to, fit, say what came out, write it."""
    parser = argparse.ArgumentParser(prog="python -m assistant.fitting", description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--examples", type=Path, default=EXAMPLES)
    parser.add_argument("--out", type=Path, default=confidence.FILE)
    asked = parser.parse_args(arguments)
    if asked.corpus and asked.queries:
        queries = foreign.half(foreign.read_queries(asked.queries), "even")
        write(collected(foreign.read_corpus(asked.corpus), queries), asked.examples)
    known = read(asked.examples)
    distinct = fitted(known)
    made = replace(
        confidence.PARAMETERS,
        version=confidence.PARAMETERS.version + 1,
        distinct=distinct,
        bare=bands(known, distinct),
        fitted_on={"examples": len(known), "wrong_at_most": WRONG},
    )
    asked.out.write_text(json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(asdict(made)) + "\n")


def collected(documents: Sequence[GuideDocument], queries: Sequence[Query]) -> Iterator[Example]:
    """Ask all, several times, each time with other guides missing."""
    for seed in SEEDS:
        kept, _, missing = measuring.without_guides(documents, queries, share=MISSING, seed=seed)
        snapshot = Snapshot(kept)
        for query in queries:
            first = next(iter(measuring.found(snapshot, query.text)), None)
            if first and first.signs:
                right = first.document.item_code in query.relevant
                yield Example(first.alike, first.signs, right, query not in missing)


def write(examples: Iterable[Example], path: Path) -> None:
    """One line an example."""
    lines = (
        f"{one.alike:.4f},{one.signs.gap:.4f},{one.signs.asked:.4f},{one.signs.rivals:.1f},{one.right:d},"
        f"{one.answerable:d}\n"
        for one in examples
    )
    path.write_text("alike,gap,asked,rivals,right,answerable\n" + "".join(lines), encoding="utf-8")


def read(path: Path) -> list[Example]:
    """What `write` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Example(
                alike=float(row["alike"]),
                signs=Signs(gap=float(row["gap"]), asked=float(row["asked"]), rivals=float(row["rivals"])),
                right=row["right"] == "1",
                answerable=row["answerable"] == "1",
            )
            for row in csv.DictReader(file)
        ]


def fitted(of: Sequence[Example]) -> Distinct:
    """Logistic regression (Newton, a little ridge) of being right on the signs."""
    rows = numpy.array([[one.signs.gap, one.signs.asked, one.signs.rivals, 1.0] for one in of])
    right = numpy.array([float(one.right) for one in of])
    weights = numpy.zeros(rows.shape[1])
    ridge = RIDGE * numpy.diag([1.0, 1.0, 1.0, 0.0])
    for _ in range(ROUNDS):
        expected = 1 / (1 + numpy.exp(-rows @ weights))
        slope = rows.T @ (expected - right) / len(of) + ridge @ weights
        curve = (rows * (expected * (1 - expected))[:, None]).T @ rows / len(of) + ridge + 1e-9 * numpy.eye(4)
        weights -= numpy.linalg.solve(curve, slope)
    gap, asked, rivals, bias = (round(float(weight), 3) for weight in weights)
    return Distinct(gap=gap, asked=asked, rivals=rivals, bias=bias)


def bands(of: Sequence[Example], distinct: Distinct) -> Bands:
    """Answer where at most WRONG of what is missing would be; ask back from where one in OFFERED is right."""
    sure = [(confidence.confidence(one.alike, confidence.distinctness(one.signs, distinct)), one) for one in of]
    missing = sorted((value for value, one in sure if not one.answerable), reverse=True)
    answer_from = missing[int(len(missing) * WRONG)] + 1e-3
    steps = [step / 100 for step in range(20, math.floor(answer_from * 100))]
    ask_from = next((step for step in steps if _worth_offering(sure, step)), answer_from)
    return Bands(answer_from=round(answer_from, 3), ask_from=round(ask_from, 3))


def _worth_offering(sure: Sequence[tuple[float, Example]], step: float) -> bool:
    here = [one.right for value, one in sure if step <= value < step + 0.05]
    return bool(here) and sum(here) * OFFERED >= len(here)


if __name__ == "__main__":
    main(sys.argv[1:])
