"""What goes into a search engine: a guide as the terms that our own index would hold, and what is asked of it.

A guide's terms are stored with their weights (BM25F as in `weighing`, without what tells how rare they are); a search
adds up weight times rarity (`rank_feature`, linear). The engine keeps nine bits of a weight, our index eleven, so that
what it finds is weighed once more from the documents themselves (`search_engine_finds`).
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from assistant import analysis, terms
from assistant.corpus import GuideDocument
from assistant.postings import number_of
from assistant.segmenting import Segmenter
from assistant.weighing import NAMED, SATURATION, Measures
from assistant.wording import Wording

FORMAT = 1
"""Moves whenever an index built by older code could not be read."""
FOUND = 24
"""So many guides a search may bring: twenty count, and rounding may turn some around."""
DIGITS = 5


@dataclass(frozen=True, slots=True)
class About:
    """What is to be known of an index: how it was weighed, the catalogue's edition, its places, how many names a
    guide has besides the official one."""

    measures: Measures
    edition: str
    here: Sequence[str]
    everyday_names: float

    def told(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}


@functools.lru_cache(maxsize=1 << 16)
def name_of(term: str) -> str:
    """The name of a term at the engine: its channel, and its number; words may hold what names must not."""
    return f"{term[0]}{number_of(term):016x}"


def index_body(about: About, *, shards: int = 1, replicas: int = 1) -> dict[str, Any]:
    """The index of the guides. `guide` and `mark` are only handed back."""
    kept = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "settings": {"number_of_shards": shards, "number_of_replicas": replicas, "refresh_interval": "1s"},
        "mappings": {
            "dynamic": "strict",
            "_meta": about.told(),
            "properties": {
                "weights": {"type": "rank_features"},
                "names": {"type": "keyword"},
                "guide": kept,
                "mark": kept,
            },
        },
    }


def terms_body(*, replicas: int = 1) -> dict[str, Any]:
    """The index of the terms: read by id, never searched."""
    return {
        "settings": {"number_of_shards": 1, "number_of_replicas": replicas},
        "mappings": {"dynamic": False, "properties": {}},
    }


def written(guide: GuideDocument, mark: str, weights: Mapping[str, float]) -> dict[str, Any]:
    """A guide as it is stored."""
    return {
        "weights": {name_of(term): weight for term, weight in weights.items()},
        "names": [plain(name) for name in guide.names],
        "guide": msgspec.json.encode(guide).decode(),
        "mark": mark,
    }


def weights_of(guide: GuideDocument, measures: Measures, wording: Wording, segmenter: Segmenter) -> dict[str, float]:
    """The terms of a guide with their weights but for how rare they are."""
    counted = terms.Frequencies(wording.both(guide), segmenter)
    weighed = counted.weighed(measures.name_length, measures.body_length)
    return {term: round(saturated(frequency), DIGITS) for term, frequency in weighed.items()}


def rarity_row(idf: float, highest: float) -> dict[str, float]:
    """What is stored of a term: what it says, times its channel's weight, and the most that it adds to any guide."""
    return {"idf": round(idf, DIGITS), "most": round(idf * max(highest, NAMED), DIGITS)}


def saturated(frequency: float) -> float:
    """As `weighing` does it."""
    return frequency * (SATURATION + 1) / (frequency + SATURATION)


def search_body(asked: Mapping[str, float], wanted: Iterable[str]) -> dict[str, Any]:
    """A search for terms, each with what it counts; the weights of the terms `wanted` come back with each guide."""
    clauses = [
        {"rank_feature": {"field": f"weights.{name_of(term)}", "linear": {}, "boost": round(counts, DIGITS)}}
        for term, counts in asked.items()
    ]
    return {
        "size": FOUND,
        "track_total_hits": False,
        "_source": sources(wanted),
        "query": {"bool": {"should": clauses, "minimum_should_match": 1}},
    }


def names_body(names: Sequence[str]) -> dict[str, Any]:
    """Which guides are called exactly so."""
    return {"size": len(names), "_source": ["names"], "query": {"terms": {"names": list(names)}}}


def sources(wanted: Iterable[str]) -> list[str]:
    """The guide itself, and the weights of some terms."""
    return ["guide", *(f"weights.{name_of(term)}" for term in wanted)]


def plain(name: str) -> str:
    """A name as it is compared exactly."""
    return "".join(analysis.units(analysis.canon(name)))


def guide_of(hit: Mapping[str, Any]) -> GuideDocument:
    """The guide of a hit."""
    return msgspec.json.decode(hit["_source"]["guide"], type=GuideDocument)


def letters_of(text: str) -> Iterator[str]:
    """The runs of letters in a canonical text: they may be initials, pinyin or a word of the guides."""
    return (unit for unit in analysis.units(text) if unit.isalpha() and not analysis.is_han(unit))
