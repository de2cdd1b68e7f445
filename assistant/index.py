"""The index: which guides share terms with a question, and how much each term says (BM25F).

Everything is weighed when the index is built; a search adds up slices of arrays. An index never changes: a changed
catalogue gets a new one.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from assistant import analysis, terms
from assistant.corpus import GuideDocument

SATURATION = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """One term of the question found in one guide, and what it added to the score."""

    channel: str
    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: documents by falling score, and the score a guide named like the question would reach."""

    documents: tuple[int, ...]
    scores: tuple[float, ...]
    attainable: float
    terms: tuple[str, ...]


class Index:
    """An immutable index over `documents`; the numbers it speaks of are positions in that sequence."""

    def __init__(self, documents: Sequence[GuideDocument]) -> None:
        self.documents = tuple(documents)
        self.segmenter = analysis.Segmenter({analysis.canon(name) for d in self.documents for name in d.names})
        self._vocabulary: dict[str, int] = {}
        self._weigh()

    def search(self, text: str, *, limit: int = 20) -> Found:
        """The best `limit` documents for canonical `text`; those that share no term are left out."""
        asked = terms.of_question(text, self._vocabulary, self.segmenter)
        known = [self._vocabulary[term] for term in asked if term in self._vocabulary]
        unknown = sum(self._unknown[term[0]] for term in asked if term not in self._vocabulary)
        attainable = float(self._attainable[known].sum()) + unknown
        if not known:
            return Found((), (), attainable, tuple(asked))
        best, scores = _best(self._scores(known), limit)
        return Found(best, scores, attainable, tuple(asked))

    def explain(self, document: int, asked: Iterable[str]) -> list[Match]:
        """Why `document` was found: the terms it shares, the strongest first."""
        matches = [Match(term[0], term[1:], self.weight(document, term)) for term in asked]
        return sorted((match for match in matches if match.contribution > 0), key=lambda match: -match.contribution)

    def weight(self, document: int, term: str) -> float:
        """What `term` adds to the score of `document`; 0 if it does not stand there."""
        number = self._vocabulary.get(term)
        if number is None:
            return 0.0
        start, end = self._starts[number], self._starts[number + 1]
        place = start + int(numpy.searchsorted(self._postings[start:end], document))
        return float(self._weights[place]) if place < end and self._postings[place] == document else 0.0

    def heard(self, document: int, asked: Sequence[str]) -> float:
        """0..1: how much of what is asked sounds like a name of `document`; 0 when there is hardly anything to hear."""
        sounds = [term for term in asked if term[0] == terms.SOUND]
        silent = sum(term[0] == terms.CHARACTER and not analysis.is_han(term[1:]) for term in asked)
        attainable = sum(self._attainable_by(term) for term in sounds) + silent * self._unknown[terms.SOUND]
        named = sum(self._attainable_by(term) for term in sounds if term in self._name_sounds[document])
        return named / attainable if len(sounds) > 1 else 0.0

    def _attainable_by(self, term: str) -> float:
        number = self._vocabulary.get(term)
        return self._unknown[term[0]] if number is None else float(self._attainable[number])

    def _scores(self, known: list[int]) -> NDArray[numpy.float64]:
        slices = [slice(self._starts[number], self._starts[number + 1]) for number in known]
        postings = numpy.concatenate([self._postings[part] for part in slices])
        weights = numpy.concatenate([self._weights[part] for part in slices])
        return numpy.bincount(postings, weights, len(self.documents)).astype(numpy.float64, copy=False)

    def _weigh(self) -> None:
        frequencies = [terms.Frequencies(document, self.segmenter) for document in self.documents]
        self._name_sounds = [one.name_sounds for one in frequencies]
        name_length = _mean(length for one in frequencies for length in one.name_lengths)
        body_length = _mean(one.body_length for one in frequencies)
        numbers: list[int] = []
        postings: list[int] = []
        weighed: list[float] = []
        for position, one in enumerate(frequencies):
            for term, frequency in one.weighed(name_length, body_length).items():
                numbers.append(self._vocabulary.setdefault(term, len(self._vocabulary)))
                postings.append(position)
                weighed.append(frequency)
        self._lay_out(numpy.array(numbers, numpy.int64), numpy.array(postings, numpy.int32), numpy.array(weighed))

    def _lay_out(
        self, numbers: NDArray[numpy.int64], postings: NDArray[numpy.int32], tf: NDArray[numpy.float64]
    ) -> None:
        order = numpy.argsort(numbers, kind="stable")
        held = numpy.bincount(numbers, minlength=len(self._vocabulary))
        channels = numpy.array([terms.CHANNEL_WEIGHTS[term[0]] for term in self._vocabulary])
        total = len(self.documents)
        idf = numpy.log(1 + (total - held + 0.5) / (held + 0.5)) * channels
        weights = idf[numbers[order]] * _saturated(tf[order])
        self._starts = numpy.concatenate(([0], numpy.cumsum(held)))
        self._postings = postings[order]
        self._weights = weights.astype(numpy.float32)
        named = float(_saturated(numpy.array([terms.NAME_WEIGHT]))[0])
        highest = numpy.maximum.reduceat(weights, self._starts[:-1]) if len(held) else weights
        self._attainable = numpy.maximum(highest, idf * named)
        rarest = math.log(1 + (total + 0.5) / 0.5) * named
        self._unknown = {channel: weight * rarest for channel, weight in terms.CHANNEL_WEIGHTS.items()}


def _saturated(tf: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    return tf * (SATURATION + 1) / (tf + SATURATION)


def _best(scores: NDArray[numpy.float64], limit: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    candidates = numpy.argpartition(-scores, limit)[:limit] if len(scores) > limit else numpy.arange(len(scores))
    ordered = candidates[numpy.lexsort((candidates, -scores[candidates]))]
    ordered = ordered[scores[ordered] > 0]
    return tuple(ordered.tolist()), tuple(scores[ordered].tolist())


def _mean(lengths: Iterable[int]) -> float:
    counted = list(lengths)
    return max(sum(counted) / len(counted), 1.0) if counted else 1.0
