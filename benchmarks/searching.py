"""查得准、查得快: the same questions put to our search and to what else one would take, in one run.

The guides are those shipped with the demo city by their official names; the questions are their everyday names, which
no contestant was told. What is not installed is named and left out.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy
from rapidfuzz import fuzz, process
from scipy import sparse

from assistant import analysis
from assistant.corpus import GuideDocument, Section
from assistant.segmenting import Segmenter
from assistant.snapshot import Snapshot
from catalogue import format as catalogue_format

SHIPPED = Path(catalogue_format.__file__).parent / "data"
DEPTH = 10

Ask = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Contestant:
    """How one did: recall at 1, mean reciprocal rank, milliseconds of processor a question."""

    name: str
    at_1: float
    mrr: float
    cpu_ms: float


def contest() -> tuple[list[Contestant], list[str]]:
    """All that are installed, ours first, and the names of those that are not."""
    guides, questions = _shipped()
    texts = [analysis.canon(f"{guide.name}。{guide.sections[0].text}") for guide in guides]
    makers: dict[str, Callable[[], Ask]] = {
        "ours": lambda: _ours(guides),
        "bm25s (jieba)": lambda: _bm25s(texts),
        "tantivy (jieba)": lambda: _tantivy(texts),
        "char 1-3 TF-IDF": lambda: _tfidf(texts),
        "rapidfuzz scan": lambda: _rapidfuzz([analysis.canon(guide.name) for guide in guides]),
        "fusion": lambda: _fusion(_bm25s(texts), _tfidf(texts)),
    }
    done, absent = [], []
    for name, make in makers.items():
        try:
            ask = make()
        except ImportError as missing:
            absent.append(f"{name} ({missing.name} is not installed)")
            continue
        done.append(_judged(name, ask, questions))
    return done, absent


def lines_of(done: Sequence[Contestant], absent: Sequence[str]) -> list[str]:
    """The contest as lines to print; ratios of the processor's time are to ours."""
    ours = done[0]
    lines = [f"{'search':18} R@1    MRR@10  cpu ms  ratio"]
    lines += [
        f"{one.name:18} {one.at_1:.3f}  {one.mrr:.3f}   {one.cpu_ms:6.2f}  {one.cpu_ms / ours.cpu_ms:5.2f}"
        for one in done
    ]
    return [*lines, *(f"left out: {one}" for one in absent)]


def _shipped() -> tuple[list[GuideDocument], list[tuple[str, int]]]:
    items = catalogue_format.load_catalogue(SHIPPED).items
    guides = [
        GuideDocument(item_code=item.slug, name=item.name, sections=(Section("summary", "", item.summary),))
        for item in items
    ]
    return guides, [(alias, place) for place, item in enumerate(items) for alias in item.aliases]


def _judged(name: str, ask: Ask, questions: Sequence[tuple[str, int]]) -> Contestant:
    for said, _ in questions[:20]:
        ask(said)
    started = time.process_time()
    found = [ask(said)[:DEPTH] for said, _ in questions]
    spent = (time.process_time() - started) * 1000 / len(questions)
    places = [best.index(right) + 1 if right in best else 0 for best, (_, right) in zip(found, questions, strict=True)]
    at_1 = sum(place == 1 for place in places) / len(places)
    return Contestant(name, at_1, sum(1 / place for place in places if place) / len(places), spent)


def _ours(guides: Sequence[GuideDocument]) -> Ask:
    snapshot = Snapshot([replace(guide, item_code=str(place)) for place, guide in enumerate(guides)])
    return lambda said: [int(found.document.item_code) for found in snapshot.search(said)]


def _bm25s(texts: Sequence[str]) -> Ask:
    bm25s = import_module("bm25s")
    segmenter = Segmenter()
    index = bm25s.BM25()
    index.index([segmenter.words(text) for text in texts], show_progress=False)

    def ask(said: str) -> list[int]:
        best, _ = index.retrieve([segmenter.words(analysis.canon(said))], k=min(DEPTH, len(texts)), show_progress=False)
        return [int(place) for place in best[0]]

    return ask


def _tantivy(texts: Sequence[str]) -> Ask:
    tantivy = import_module("tantivy")
    segmenter = Segmenter()
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("body", tokenizer_name="whitespace")
    schema.add_integer_field("place", stored=True)
    index = tantivy.Index(schema.build())
    writer = index.writer()
    for place, text in enumerate(texts):
        writer.add_document(tantivy.Document(body=" ".join(segmenter.words(text)), place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(said: str) -> list[int]:
        query = index.parse_query(" ".join(segmenter.words(analysis.canon(said))) or "无", ["body"])
        return [searcher.doc(address)["place"][0] for _, address in searcher.search(query, DEPTH).hits]

    return ask


def _tfidf(texts: Sequence[str]) -> Ask:
    counted = [Counter(_grams(text)) for text in texts]
    held = Counter(gram for one in counted for gram in one)
    number = {gram: place for place, gram in enumerate(held)}
    idf = {gram: float(numpy.log(len(texts) / count) + 1) for gram, count in held.items()}
    rows = [[count * idf[gram] for gram, count in one.items()] for one in counted]
    places = [[number[gram] for gram in one] for one in counted]
    starts = numpy.cumsum([0, *map(len, rows)])
    matrix = sparse.csr_matrix(
        (numpy.concatenate(rows), numpy.concatenate(places), starts), shape=(len(texts), len(number))
    )
    lengths = numpy.sqrt(matrix.multiply(matrix).sum(axis=1)).A1

    def ask(said: str) -> list[int]:
        asked = numpy.zeros(len(number))
        for gram, count in Counter(_grams(analysis.canon(said))).items():
            if gram in number:
                asked[number[gram]] = count * idf[gram]
        return [int(place) for place in numpy.argsort(-(matrix @ asked) / lengths)[:DEPTH]]

    return ask


def _rapidfuzz(names: Sequence[str]) -> Ask:
    def ask(said: str) -> list[int]:
        found = process.extract(analysis.canon(said), names, scorer=fuzz.token_set_ratio, limit=DEPTH)
        return [place for _, _, place in found]

    return ask


def _fusion(first: Ask, second: Ask) -> Ask:
    """Reciprocal rank fusion (Cormack 2009, k = 60)."""

    def ask(said: str) -> list[int]:
        scores: Counter[int] = Counter()
        for found in (first(said), second(said)):
            for rank, place in enumerate(found, 1):
                scores[place] += 1 / (60 + rank)  # type: ignore[assignment]
        return [place for place, _ in scores.most_common(DEPTH)]

    return ask


def _grams(text: str) -> list[str]:
    parts = analysis.units(text)
    return ["".join(parts[start : start + size]) for size in (1, 2, 3) for start in range(len(parts) - size + 1)]


if __name__ == "__main__":
    print("\n".join(lines_of(*contest())))
