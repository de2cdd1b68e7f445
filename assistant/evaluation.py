"""How well the assistant finds guides: `python -m assistant.evaluation FOLDER [--off-topic FILE] [--disturbed]`.

FOLDER holds `corpus.jsonl` ({"id", "title", "text" or "fields"}) and `queries_dev.jsonl` ({"id", "text", "rel": [id]}).
`--off-topic` names a file with one utterance a line that must not be answered; `--disturbed` repeats the measurement
with typing errors, traditional characters, missing and swapped characters, courtesies, and all typed in pinyin.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opencc

from assistant import choosing, pinyin, question
from assistant.choosing import Decision
from assistant.corpus import GuideDocument, Section
from assistant.question import Question
from assistant.snapshot import Snapshot

SEED = 7
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the codes of the guides that answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """Recall at 1 and 3, mean reciprocal rank at 10, the bands' shares, precision of answers, thread ms (mean, p99)."""

    at_1: float
    at_3: float
    mrr: float
    answered: float
    right: float
    asked: float
    mean_ms: float
    p99_ms: float


def read_corpus(path: Path) -> list[GuideDocument]:
    """Guides out of `corpus.jsonl`."""
    return [_document(row) for row in _rows(path)]


def read_queries(path: Path) -> list[Query]:
    """Questions out of `queries_dev.jsonl`."""
    return [Query(row["text"], frozenset(row["rel"])) for row in _rows(path)]


def measure(snapshot: Snapshot, queries: Iterable[Query]) -> Measured:
    """Ask every question and count."""
    places, right, asked, times = [], [], 0, []
    for query in queries:
        places.append(_place(query, _read(snapshot, query.text), snapshot))
        started = time.thread_time()
        decision = _decided(snapshot, query.text)
        times.append((time.thread_time() - started) * 1000)
        asked += bool(decision.choices)
        right += [decision.document.item_code in query.relevant] if decision.document else []
    total, slow = len(places), sorted(times)
    return Measured(
        at_1=sum(place == 1 for place in places) / total,
        at_3=sum(1 <= place <= 3 for place in places) / total,
        mrr=sum(1 / place for place in places if place) / total,
        answered=len(right) / total,
        right=sum(right) / max(len(right), 1),
        asked=asked / total,
        mean_ms=sum(slow) / total,
        p99_ms=slow[min(total - 1, int(total * 0.99))],
    )


def false_answers(snapshot: Snapshot, utterances: Iterable[str]) -> tuple[float, float]:
    """Shares of off-topic utterances that would be answered, and that would be met with a question back."""
    decisions = [_decided(snapshot, utterance) for utterance in utterances]
    total = max(len(decisions), 1)
    return sum(d.document is not None for d in decisions) / total, sum(bool(d.choices) for d in decisions) / total


def without_guides(
    documents: list[GuideDocument], queries: list[Query], *, share: float
) -> tuple[Snapshot, list[Query]]:
    """A knowledge base that lacks a random `share` of the guides, and the questions only those could answer."""
    chance = random.Random(SEED)
    kept = [document for document in documents if chance.random() > share]
    codes = {document.item_code for document in kept}
    return Snapshot(kept), [query for query in queries if not query.relevant & codes]


def disturbances() -> dict[str, Callable[[str], str]]:
    """Ways in which real people disturb a question, by name; the same at every run."""
    chance = random.Random(SEED)
    traditional = opencc.OpenCC("s2t")
    homophones = _homophones()

    def typed_by_ear(text: str) -> str:
        spots = [i for i, character in enumerate(text) if len(homophones.get(pinyin.sound(character), "")) > 1]
        if not spots:
            return text
        spot = chance.choice(spots)
        others = homophones[pinyin.sound(text[spot])].replace(text[spot], "")
        return text[:spot] + chance.choice(others) + text[spot + 1 :]

    def dropped(text: str) -> str:
        spot = chance.randrange(len(text))
        return text[:spot] + text[spot + 1 :] if len(text) > 2 else text

    def swapped(text: str) -> str:
        spot = chance.randrange(max(len(text) - 1, 1))
        return text[:spot] + text[spot : spot + 2][::-1] + text[spot + 2 :]

    return {
        "typo": typed_by_ear,
        "traditional": traditional.convert,
        "dropped": dropped,
        "courtesy": lambda text: f"你好，请问一下{text}怎么弄啊",
        "swapped": swapped,
        "pinyin": pinyin.letters,
    }


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m assistant.evaluation", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--off-topic", type=Path)
    parser.add_argument("--disturbed", action="store_true")
    asked = parser.parse_args(arguments)
    documents = read_corpus(asked.folder / "corpus.jsonl")
    queries = read_queries(asked.folder / "queries_dev.jsonl")
    started = time.perf_counter()
    snapshot = Snapshot(documents)
    print(f"{len(documents)} guides, {len(queries)} questions, built in {time.perf_counter() - started:.1f} s")
    print(f"{'':12}  R@1   R@3   MRR  answered right  asked   ms   p99 ms")
    _print_row("as asked", measure(snapshot, queries))
    for name, disturb in disturbances().items() if asked.disturbed else ():
        _print_row(name, measure(snapshot, [Query(disturb(query.text), query.relevant) for query in queries]))
    lacking, orphans = without_guides(documents, queries, share=0.3)
    _print_row("no guide", measure(lacking, orphans))
    if asked.off_topic:
        answered, asked_back = false_answers(snapshot, asked.off_topic.read_text(encoding="utf-8").split("\n"))
        print(f"off topic: {answered:.2%} answered, {asked_back:.2%} asked back")


def _print_row(name: str, m: Measured) -> None:
    shares = f"{m.at_1:.3f} {m.at_3:.3f} {m.mrr:.3f}  {m.answered:.3f}   {m.right:.3f}  {m.asked:.3f}"
    print(f"{name:12} {shares}  {m.mean_ms:.2f}  {m.p99_ms:.2f}")


def _homophones() -> dict[str, str]:
    common = "".join(chr(point) for point in range(0x4E00, 0x9FA6) if _is_common(chr(point)))
    groups: dict[str, str] = {}
    for character in common:
        groups[pinyin.sound(character)] = groups.get(pinyin.sound(character), "") + character
    return groups


def _is_common(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2 and character.encode("gb2312") < b"\xd8"
    except UnicodeEncodeError:
        return False


def _read(snapshot: Snapshot, text: str) -> Question | None:
    return next(iter(question.read(text, is_name=snapshot.is_name)), None)


def _decided(snapshot: Snapshot, text: str) -> Decision:
    """What the dialogue would do: courtesies off, aspects aside, no conversation before."""
    asked = _read(snapshot, text)
    return choosing.decide(snapshot, asked, recent=()) if asked else Decision()


def _place(query: Query, asked: Question | None, snapshot: Snapshot) -> int:
    """Where the first relevant guide stands, 1 first; 0 if it is not among the first ten."""
    results = choosing.search(snapshot, asked)[:DEPTH] if asked else []
    codes = [result.document.item_code for result in results]
    return next((place for place, code in enumerate(codes, 1) if code in query.relevant), 0)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _document(row: dict[str, Any]) -> GuideDocument:
    fields: dict[str, str] = row.get("fields") or {"text": row["text"]}
    sections = tuple(Section(kind, kind, text) for kind, text in fields.items())
    return GuideDocument(item_code=row["id"], name=row["title"], sections=sections)


if __name__ == "__main__":
    main(sys.argv[1:])
