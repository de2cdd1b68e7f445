"""The index: which guides share terms with a question, and how much each term says (BM25F).

It stands in layers: one that was built off-line from all guides, one of what was published since, one of what has no
guide. Layers never change; a changed catalogue gets a new upper layer, and the guides it replaces are hidden below.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy

from assistant import analysis, pinyin, terms
from assistant import postings as best_of
from assistant.corpus import GuideDocument
from assistant.layer import Layer
from assistant.names import Name, Ways
from assistant.postings import Numbers, Scores, numbers_of
from assistant.segmenting import Segmenter

REMEMBERED = 8192
MOST_TERMS = 96
"""A question of more terms is searched by those that say the most; a pasted page must not cost more than a question."""


@dataclass(frozen=True, slots=True)
class Match:
    """One term of the question found in one guide, and what it added to the score."""

    channel: str
    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: documents by falling score, and the score a guide named like the question would reach.

    `terms` says how much each term counts, `reached` the most that each can add anywhere.
    """

    documents: tuple[int, ...]
    scores: tuple[float, ...]
    attainable: float
    terms: Mapping[str, float]
    reached: Mapping[str, float]


class Index:
    """Layers of guides; the numbers it speaks of count through them, the lowest layer first."""

    def __init__(self, layers: Sequence[Layer], segmenter: Segmenter, *, hidden: Collection[int] = ()) -> None:
        self.layers = tuple(layers)
        self.segmenter = segmenter
        self._unknown = {channel: self.layers[0].measures.unknown(channel) for channel in terms.CHANNEL_WEIGHTS}
        self._offsets = [0]
        for layer in self.layers:
            self._offsets.append(self._offsets[-1] + len(layer.documents))
        self._searched = [number for number, layer in enumerate(self.layers) if len(layer.documents)]
        self._hidden = [self._hidden_in(number, hidden) for number in range(len(self.layers))]
        self._says = functools.lru_cache(maxsize=REMEMBERED)(self._character_says)

    def __contains__(self, term: object) -> bool:
        return self.holds([str(term)])[0]

    def holds(self, asked: Sequence[str]) -> list[bool]:
        """Which of these terms stand in some document."""
        numbers = numbers_of(asked)
        held = numpy.zeros(len(asked), bool)
        for number in self._searched:
            held |= self.layers[number].postings.places_of(numbers) >= 0
        return [bool(one) for one in held]

    def at(self, number: int) -> tuple[int, int]:
        """Which layer a number falls into, and its place there."""
        layer = next(place for place, end in enumerate(self._offsets[1:]) if number < end)
        return layer, number - self._offsets[layer]

    def number_of(self, layer: int, place: int) -> int:
        """The number of a place in a layer."""
        return self._offsets[layer] + place

    def is_hidden(self, layer: int, place: int) -> bool:
        """Whether a document was replaced by one in a higher layer, or withdrawn."""
        return place in self._hidden[layer]

    def document(self, number: int) -> GuideDocument:
        """The guide of that number, as it is shown."""
        layer, place = self.at(number)
        return self.layers[layer].documents[place]

    def names(self, number: int) -> Ways:
        """All names and questions of a guide."""
        layer, place = self.at(number)
        return self.layers[layer].names.of_document(place)

    def search(self, text: str, *, limit: int = 20) -> Found:
        """The best `limit` documents for canonical `text`; those that share no term are left out."""
        asked = terms.of_question(text, self, self.segmenter)
        places, reached = self._reached(list(asked))
        shares = numpy.fromiter(asked.values(), numpy.float64, len(asked))
        named = numpy.fromiter((_is_said(*term) for term in asked.items()), bool, len(asked))
        attainable = float(reached[named].sum())
        most = dict(zip(asked, reached.tolist(), strict=True))
        if len(asked) > MOST_TERMS:
            kept = numpy.sort(numpy.argpartition(-reached * shares, MOST_TERMS)[:MOST_TERMS])
            places, shares = [one[kept] for one in places], shares[kept]
        documents, scores = self._best(places, shares, limit)
        return Found(tuple(documents.tolist()), tuple(scores.tolist()), attainable, asked, most)

    def explain(self, number: int, asked: Mapping[str, float]) -> list[Match]:
        """Why a document was found: the terms it shares, the strongest first."""
        matches = [Match(term[0], term[1:], share * self.weight(number, term)) for term, share in asked.items()]
        return sorted((match for match in matches if match.contribution > 0), key=lambda match: -match.contribution)

    def weight(self, number: int, term: str) -> float:
        """What `term` adds to the score of a document; 0 if it does not stand there."""
        layer, document = self._held(number)
        place = int(layer.postings.places([term])[0])
        return layer.postings.weight(place, document) if place >= 0 else 0.0

    def heard(self, number: int, found: Found) -> float:
        """0..1: how much of what is asked sounds like a name of a document; 0 when there is little to hear."""
        sounds = {term: most for term, most in found.reached.items() if term[0] == terms.SOUND}
        if len(sounds) < 2:
            return 0.0
        layer, document = self._held(number)
        silent = sum(term[0] == terms.CHARACTER and not analysis.is_han(term[1:]) for term in found.terms)
        here = layer.names.sounds(document)
        named = sum(most for term, most in sounds.items() if term in here)
        return named / (sum(sounds.values()) + silent * self._unknown[terms.SOUND])

    def asked_of(self, name: Name, question: Name) -> float:
        """0..1: how much of what a name says was asked, by letter or by ear; rare characters say more."""
        said, heard = set(question.written), set(question.spoken)
        says = [(self._says(one), one in said or pinyin.sound(one) in heard) for one in name.written]
        return sum(most for most, asked in says if asked) / sum(most for most, _ in says) if says else 0.0

    def _character_says(self, character: str) -> float:
        return float(self._reached([terms.CHARACTER + character])[1][0])

    def _reached(self, asked: list[str]) -> tuple[list[Numbers], Scores]:
        """Where each term stands in each layer that is searched, and the most that it can add anywhere."""
        numbers = numbers_of(asked)
        places = [self.layers[number].postings.places_of(numbers) for number in self._searched]
        reached = numpy.full(len(asked), -1.0)
        for number, here in zip(self._searched, places, strict=True):
            attainable = self.layers[number].postings.attainable
            reached = numpy.maximum(reached, numpy.where(here >= 0, attainable[here], -1.0))
        for place in (reached < 0).nonzero()[0].tolist():
            reached[place] = self._unknown[asked[place][0]]
        return places, reached

    def _best(self, places: list[Numbers], shares: Scores, limit: int) -> tuple[Numbers, Scores]:
        numbers, scores = [], []
        for number, here in zip(self._searched, places, strict=True):
            layer, known = self.layers[number], here >= 0
            if not known.any():
                continue
            added = layer.postings.scores(here[known], shares[known], len(layer.documents))
            if len(self._hidden[number]):
                added[self._hidden[number]] = 0.0
            leading = best_of.best(added, limit)
            numbers.append(leading + self._offsets[number])
            scores.append(added[leading])
        if not numbers:
            return numpy.zeros(0, numpy.int64), numpy.zeros(0)
        together, reached = numpy.concatenate(numbers), numpy.concatenate(scores)
        order = numpy.lexsort((together, -reached))[:limit]
        return together[order], reached[order]

    def _held(self, number: int) -> tuple[Layer, int]:
        layer, place = self.at(number)
        return self.layers[layer], place

    def _hidden_in(self, layer: int, hidden: Collection[int]) -> Numbers:
        start, end = self._offsets[layer], self._offsets[layer + 1]
        return numpy.array(sorted(number - start for number in hidden if start <= number < end), numpy.int64)


def _is_said(term: str, share: float) -> bool:
    """Whether a guide named like the question would hold the term: not if it only widens it."""
    return share == 1.0 and term[0] != terms.APART
