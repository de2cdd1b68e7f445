"""Weighing: from documents to postings (BM25F), everything reckoned when they are laid out, nothing when searched."""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from assistant import terms
from assistant.corpus import GuideDocument
from assistant.postings import Numbers, Postings, number_of
from assistant.segmenting import Segmenter

SATURATION = 1.0


@dataclass(frozen=True, slots=True)
class Measures:
    """What weights were reckoned with: a document added later must be weighed the same way."""

    documents: int
    name_length: float
    body_length: float

    @property
    def rarest(self) -> float:
        """How much a term says that stands nowhere."""
        return math.log(1 + (self.documents + 0.5) / 0.5)

    def unknown(self, channel: str) -> float:
        """What a name with that term would add, were there one."""
        return terms.CHANNEL_WEIGHTS[channel] * self.rarest * NAMED


def measured(documents: Iterable[GuideDocument]) -> Measures:
    """The measures of these documents."""
    count, names, bodies = 0, [], []
    for document in documents:
        count += 1
        names += [terms.length_of(name) for name in document.names]
        bodies.append(terms.length_of(terms.body_of(document)))
    return Measures(count, _mean(names), _mean(bodies))


def frequencies(documents: Iterable[GuideDocument], segmenter: Segmenter) -> Iterator[terms.Frequencies]:
    """What stands in each document, counted when it is needed: all of it at once would fill the memory."""
    return (terms.Frequencies(document, segmenter) for document in documents)


def laid_out(counted: Iterable[terms.Frequencies], measures: Measures, *, like: Postings | None = None) -> Postings:
    """The postings of documents; `like` others weighs them by what those know of the terms."""
    known: dict[str, int] = {}
    channels = array("f")
    numbers, held, weighed = array("I"), array("i"), array("f")
    for position, one in enumerate(counted):
        for term, frequency in one.weighed(measures.name_length, measures.body_length).items():
            place = known.setdefault(term, len(known))
            if place == len(channels):
                channels.append(terms.CHANNEL_WEIGHTS[term[0]])
            numbers.append(place)
            held.append(position)
            weighed.append(frequency)
    return _sorted(known, numpy.frombuffer(channels, numpy.float32), numbers, held, weighed, measures, like)


def _sorted(
    known: dict[str, int],
    channels: NDArray[numpy.float32],
    numbers: "array[int]",
    held: "array[int]",
    weighed: "array[float]",
    measures: Measures,
    like: Postings | None,
) -> Postings:
    hashed = numpy.fromiter((number_of(term) for term in known), numpy.uint64, len(known))
    rising = numpy.argsort(hashed)
    rank = numpy.empty(len(known), numpy.uint32)
    rank[rising] = numpy.arange(len(known), dtype=numpy.uint32)
    places = rank[numpy.frombuffer(numbers, numpy.uint32)] if len(numbers) else numpy.zeros(0, numpy.uint32)
    counts = numpy.bincount(places, minlength=len(known)).astype(numpy.int64)
    order = numpy.argsort(places, kind="stable")
    idf = _idf(counts, measures.documents) * channels[rising]
    if like is not None:
        idf = _as_known(list(known), rising, idf, measures, like)
    saturated = _saturated(
        numpy.frombuffer(weighed, numpy.float32)[order] if len(weighed) else numpy.zeros(0, numpy.float32)
    )
    weights = idf[places[order]] * saturated
    starts = numpy.concatenate(([0], numpy.cumsum(counts))).astype(numpy.int64)
    highest = numpy.maximum.reduceat(weights, starts[:-1]) if len(known) else weights
    return Postings(
        numbers=hashed[rising],
        starts=starts,
        documents=numpy.frombuffer(held, numpy.int32)[order] if len(held) else numpy.zeros(0, numpy.int32),
        weights=weights.astype(numpy.float16),
        idf=idf.astype(numpy.float32),
        attainable=numpy.maximum(highest, idf * NAMED).astype(numpy.float32),
    )


def _as_known(
    words: list[str], rising: Numbers, idf: NDArray[numpy.float32], measures: Measures, like: Postings
) -> NDArray[numpy.float32]:
    """What the older postings say of each term, and of one they do not know that it is the rarest."""
    ordered = [words[place] for place in rising.tolist()]
    places = like.places(ordered)
    rarest = numpy.array([terms.CHANNEL_WEIGHTS[term[0]] * measures.rarest for term in ordered], numpy.float32)
    known: NDArray[numpy.float32] = numpy.where(places < 0, rarest, like.idf[places] if len(like.idf) else rarest)
    return known


def _idf(held: Numbers, total: int) -> NDArray[numpy.float32]:
    idf: NDArray[numpy.float32] = numpy.log(1 + (total - held + 0.5) / (held + 0.5)).astype(numpy.float32)
    return idf


def _saturated(frequencies: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
    return frequencies * (SATURATION + 1) / (frequencies + SATURATION)


NAMED = terms.NAME_WEIGHT * (SATURATION + 1) / (terms.NAME_WEIGHT + SATURATION)


def _mean(lengths: Sequence[int]) -> float:
    return max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
