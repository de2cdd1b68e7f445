"""Postings: for every term the documents it stands in and what it adds there, as arrays that processes can share.

Terms are known by their numbers only: 64 bits that a term always gives, so that no dictionary has to be kept. The
arrays are laid out once (`weighing`), written to a folder, and read where they lie (memory-mapped).
"""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

MOST_ADDED = 120_000
"""So many postings are added up for one question; the terms beyond, the commonest, only where a guide may still win."""
MOST_CANDIDATES = 400
BLOCK = 64

Numbers = NDArray[numpy.int64]
Scores = NDArray[numpy.float64]


def number_of(term: str) -> int:
    """The number by which a term is known everywhere and always."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


_remembered = functools.lru_cache(maxsize=1 << 16)(number_of)


def numbers_of(terms: Sequence[str]) -> NDArray[numpy.uint64]:
    """The numbers of several terms."""
    return numpy.array([_remembered(term) for term in terms], numpy.uint64)


@dataclass(frozen=True, slots=True)
class Postings:
    """`numbers` of the terms, rising; where each one's documents start; the documents, rising, and their weights.

    `idf` is how much a term says, times its channel's weight; `attainable` the most it can add to any guide.
    """

    numbers: NDArray[numpy.uint64]
    starts: Numbers
    documents: NDArray[numpy.int32]
    weights: NDArray[numpy.float16]
    idf: NDArray[numpy.float32]
    attainable: NDArray[numpy.float32]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(getattr(self, one.name).nbytes for one in fields(self))

    def places(self, terms: Sequence[str]) -> Numbers:
        """Where each term stands; -1 where it does not."""
        return self.places_of(numbers_of(terms))

    def places_of(self, wanted: NDArray[numpy.uint64]) -> Numbers:
        """Where the terms of those numbers stand; -1 where one does not."""
        if not len(self.numbers):
            return numpy.full(len(wanted), -1, numpy.int64)
        places = numpy.searchsorted(self.numbers, wanted)
        places[places == len(self.numbers)] = 0
        return numpy.where(self.numbers[places] == wanted, places, -1).astype(numpy.int64)

    def scores(self, places: Numbers, shares: Scores, total: int) -> Scores:
        """What the terms at `places`, each counted by its share, add up to for documents 0 to `total`.

        The rarest terms are added up in full until enough is added; the others only decide between those that lead.
        """
        lengths = self.starts[places + 1] - self.starts[places]
        order = numpy.argsort(lengths, kind="stable")
        full = max(int(numpy.searchsorted(numpy.cumsum(lengths[order]), MOST_ADDED, side="right")), 1)
        scores = self._added(places[order[:full]], shares[order[:full]], total)
        if full < len(order):
            self._add_to_leaders(scores, places[order[full:]], shares[order[full:]])
        return scores

    def weight(self, place: int, document: int) -> float:
        """What the term at `place` adds to `document`; 0 if it does not stand there."""
        start, end = int(self.starts[place]), int(self.starts[place + 1])
        found = start + int(numpy.searchsorted(self.documents[start:end], document))
        return float(self.weights[found]) if found < end and self.documents[found] == document else 0.0

    def write(self, folder: Path) -> None:
        """One file an array, as `numpy.load` reads it."""
        for one in fields(self):
            numpy.save(folder / f"{one.name}.npy", getattr(self, one.name))

    @classmethod
    def read(cls, folder: Path) -> "Postings":
        """The arrays of `folder`, memory-mapped: pages are shared by all processes and read when needed."""
        arrays: dict[str, Any] = {
            one.name: numpy.load(folder / f"{one.name}.npy", mmap_mode="r").view(numpy.ndarray) for one in fields(cls)
        }
        return cls(**arrays)

    def _added(self, places: Numbers, shares: Scores, total: int) -> Scores:
        slices = [slice(self.starts[place], self.starts[place + 1]) for place in places.tolist()]
        documents = numpy.concatenate([self.documents[part] for part in slices])
        weights = numpy.concatenate([self.weights[part] for part in slices]).astype(numpy.float32)
        weights *= numpy.repeat(shares.astype(numpy.float32), [part.stop - part.start for part in slices])
        return numpy.bincount(documents, weights, total).astype(numpy.float64, copy=False)

    def _add_to_leaders(self, scores: Scores, places: Numbers, shares: Scores) -> None:
        several = min(MOST_CANDIDATES, len(scores))
        leaders = numpy.sort(numpy.argpartition(-scores, several - 1)[:several])
        for place, share in zip(places.tolist(), shares.tolist(), strict=True):
            start, end = int(self.starts[place]), int(self.starts[place + 1])
            held = self.documents[start:end]
            found = numpy.minimum(numpy.searchsorted(held, leaders), len(held) - 1)
            here = held[found] == leaders
            scores[leaders[here]] += share * self.weights[start:end][found[here]].astype(numpy.float64)


def best(scores: Scores, limit: int) -> Numbers:
    """The documents with the highest scores above 0, highest first; among equals the first.

    Where there are many, only those are sorted that reach as high as the best of `limit` blocks do.
    """
    blocks = len(scores) // BLOCK
    least = 0.0
    if blocks > limit:
        highest = scores[: blocks * BLOCK].reshape(blocks, BLOCK).max(axis=1)
        least = float(numpy.partition(highest, blocks - limit)[blocks - limit])
    candidates = ((scores >= least) & (scores > 0)).nonzero()[0]
    return candidates[numpy.lexsort((candidates, -scores[candidates]))][:limit]
