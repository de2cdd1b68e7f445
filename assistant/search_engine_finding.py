"""Finding guides with a search engine: it brings the few that may be meant, and our own search decides among them.

For one message the engine is asked for the best guides by the same terms and weights that our index would add up. What
comes back is laid out as a small base, weighed by the rarities of the whole, so that everything after the search, from
the second look at names to confidence, is the same code on the same numbers.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from assistant import analysis, confidence, elsewhere, places, question, search_engine_documents, terms
from assistant.base import Base
from assistant.corpus import GuideDocument
from assistant.elsewhere import Matter
from assistant.index import MOST_TERMS
from assistant.initials import Initials
from assistant.layer import Layer
from assistant.names import Names
from assistant.postings import Postings, number_of
from assistant.search_engine import SearchEngine
from assistant.search_engine_documents import About, name_of
from assistant.search_engine_errors import StaleIndex
from assistant.segmenting import Segmenter
from assistant.snapshot import LONGEST, Snapshot
from assistant.strings import Strings
from assistant.weighing import Measures
from assistant.wording import Wording
from foundation import settings

MOST_REMEMBERED = 200_000
MOST_TEXTS = 8
ROUNDS = 2
"""Once as the message reads by itself, once more as it reads with the names of the guides at hand."""


def engine(*, read: float | None = None) -> SearchEngine | None:
    """The engine of the settings, if there is one."""
    ours = settings.current()
    if not ours.processes.assistant_search_url:
        return None
    patience = {} if read is None else {"read": read}
    return SearchEngine(
        ours.processes.assistant_search_url, ours.processes.assistant_search_alias,
        key=ours.secrets.assistant_search_key, **patience,
    )  # fmt: skip


def read_about(index: str, told: Mapping[str, Any]) -> About:
    """What was written about an index. Raises StaleIndex for one that other code built."""
    if told["format"] != search_engine_documents.FORMAT:
        raise StaleIndex(detail={"index": index})
    facts = {name: value for name, value in told.items() if name != "format"}
    return About(**{**facts, "measures": Measures(**told["measures"])})


def initials_name(letters: str) -> str:
    """Under what id the words stand that letters are the initials of."""
    return f"i-{letters}"


class Rarities:
    """How much terms say, asked of the engine once and remembered; also what initials stand for."""

    def __init__(self, of: SearchEngine) -> None:
        self._engine = of
        self._known: dict[str, dict[str, Any]] = {}

    def __contains__(self, term: object) -> bool:
        return self.of(str(term)) is not None

    def of(self, term: str) -> tuple[float, float] | None:
        """What a term says and the most that it adds; None where it stands nowhere."""
        known = self._known.get(name_of(term))
        return (known["idf"], known["most"]) if known else None

    def meant(self, letters: Iterable[str]) -> dict[str, str]:
        """Which of these letters are initials, and of what."""
        known = {one: self._known.get(initials_name(one)) for one in letters}
        return {one: held["meant"] for one, held in known.items() if held}

    async def look_up(self, names: Iterable[str]) -> None:
        """Know these from now on; what stands nowhere is asked for again, for an edit may bring it any moment."""
        new = sorted({*names} - self._known.keys())
        if not new:
            return
        if len(self._known) + len(new) > MOST_REMEMBERED:
            self._known.clear()
        self._known |= await self._engine.known(new)


@dataclass(frozen=True)
class Found:
    """What the engine brought for some texts: guides with the weights of the terms asked."""

    guides: Mapping[str, GuideDocument]
    weights: Mapping[str, Mapping[str, float]]
    asked: Collection[str]
    initials: Mapping[str, str] = field(default_factory=dict)


class Finder:
    """The guides of one version of the index, found message by message."""

    def __init__(self, of: SearchEngine, index: str, about: About) -> None:
        self.engine, self.index, self.about = of, index, about
        self._rarities = Rarities(of)
        self._segmenter = Segmenter()
        self._matters: tuple[Matter, ...] = ()
        self._unguided: Layer | None = None

    @classmethod
    async def open(
        cls, of: SearchEngine, synonyms: Mapping[str, str], matters: Sequence[Matter] | None = None
    ) -> "Finder":
        """The version that answers now; `matters` have no guide. Raises what SearchEngine does, and StaleIndex."""
        index, told = await of.about()
        finder = cls(of, index, read_about(index, told))
        await finder._lay_out_matters(elsewhere.known() if matters is None else matters, Wording(synonyms))
        return finder

    async def snapshot(self, said: str, codes: Collection[str], synonyms: Mapping[str, str]) -> Snapshot:
        """What may be meant by a message, beside the guides of `codes`, as something to answer from."""
        wording, cleaned = Wording(synonyms), question.clean(said)
        texts = _texts(cleaned, lambda _: False)
        for _ in range(ROUNDS):
            found = await self._found(texts, codes, wording)
            snapshot = await asyncio.to_thread(self._laid_out, found, synonyms, wording)
            general = places.without_names(cleaned, here=snapshot.here)
            more = [text for text in _texts(general, snapshot.is_name) if text not in texts]
            if not more:
                break
            texts = [*texts, *more]
        return snapshot

    async def _found(self, texts: Sequence[str], codes: Collection[str], wording: Wording) -> Found:
        letters = [run for text in texts for run in search_engine_documents.letters_of(text)]
        await self._rarities.look_up(
            [*map(initials_name, letters), *(name_of(terms.CHARACTER + run) for run in letters)]
        )
        initials = Initials(self._rarities.meant(letters))
        forms = dict.fromkeys(form for text in texts for form in (text, wording.ours(initials.written_out(text))))
        asked = {form: terms.of_question(form, self._rarities, self._segmenter) for form in forms}
        together = sorted({term for each in asked.values() for term in each})
        await self._rarities.look_up(map(name_of, together))
        known = [term for term in together if term in self._rarities]
        bodies = [body for each in asked.values() if (body := self._body(each, known))]
        hits = [hit for some in await self.engine.search(bodies) for hit in some] if bodies else []
        hits += await self.engine.guides(list(codes), search_engine_documents.sources(known)) if codes else []
        guides = {hit["_id"]: search_engine_documents.guide_of(hit) for hit in hits}
        named = {terms.CHARACTER + unit for one in guides.values() for name in _ways(one, wording) for unit in name}
        await self._rarities.look_up(map(name_of, named))
        weights = {hit["_id"]: hit["_source"].get("weights", {}) for hit in hits}
        return Found(guides, weights, {*known, *(term for term in named if term in self._rarities)}, initials.meant)

    def _body(self, asked: Mapping[str, float], known: Sequence[str]) -> dict[str, Any] | None:
        """The search for one text: each term counts its share times what it says; none, if it has no term at all.

        Of very many terms those that say the most, as `Index.search` keeps them: what is unknown takes its place, too.
        """
        reached = {term: share * self._most(term) for term, share in asked.items()}
        heaviest = sorted(reached, key=lambda term: (-reached[term], term))[:MOST_TERMS]
        counts = {term: asked[term] * rarity[0] for term in heaviest if (rarity := self._rarities.of(term))}
        return search_engine_documents.search_body(counts, known) if counts else None

    def _most(self, term: str) -> float:
        rarity = self._rarities.of(term)
        return rarity[1] if rarity else self.about.measures.unknown(term[0])

    def _laid_out(self, found: Found, synonyms: Mapping[str, str], wording: Wording) -> Snapshot:
        guides = tuple(found.guides.values())
        both = [wording.both(guide) for guide in guides]
        weights = [found.weights[code] for code in found.guides]
        layer = Layer(
            guides, Strings.of(guide.item_code for guide in guides), Names.of(both, shown=guides),
            self._postings(found.asked, weights), self.about.measures,
        )  # fmt: skip
        base = Base(layer, self._segmenter, Initials(found.initials), frozenset(self.about.here), self.about.edition)
        assert self._unguided
        return Snapshot.found(
            base, unguided=self._unguided, matters=self._matters, synonyms=synonyms,
            bands=confidence.bands_for(self.about.everyday_names), version=self.about.edition,
        )  # fmt: skip

    def _postings(self, asked: Collection[str], weights: Sequence[Mapping[str, float]]) -> Postings:
        """Only of the terms that were asked, weighed as `weighing` weighs them."""
        numbered = sorted((number_of(term), term) for term in asked)
        held: list[list[tuple[int, float]]] = []
        rarity = []
        for _, term in numbered:
            name, (idf, most) = name_of(term), self._rarities.of(term) or (0.0, 0.0)
            held.append([(place, idf * each[name]) for place, each in enumerate(weights) if name in each])
            rarity.append((idf, most))
        rows = [row for some in held for row in some]
        return Postings(
            numbers=numpy.array([number for number, _ in numbered], numpy.uint64),
            starts=numpy.concatenate(([0], numpy.cumsum([len(some) for some in held]))).astype(numpy.int64),
            documents=numpy.array([place for place, _ in rows], numpy.int32),
            weights=numpy.array([weight for _, weight in rows], numpy.float16),
            idf=numpy.array([idf for idf, _ in rarity], numpy.float32),
            attainable=numpy.array([most for _, most in rarity], numpy.float32),
        )

    async def _lay_out_matters(self, matters: Sequence[Matter], wording: Wording) -> None:
        """What has no guide, but for those that a guide is called by; once for as long as this version answers."""
        names = {plain for one in matters for plain in map(search_engine_documents.plain, (one.name, *one.also))}
        hits = await self.engine.search([search_engine_documents.names_body(sorted(names))]) if names else []
        taken = {name for some in hits for hit in some for name in hit["_source"]["names"]}
        self._matters = elsewhere.without_guide(
            matters, is_taken=lambda name: search_engine_documents.plain(name) in taken
        )
        documents = [one.as_document() for one in self._matters]
        both = [wording.both(one) for one in documents]
        counted = [terms.Frequencies(one, self._segmenter) for one in both]
        asked = {term for one in counted for term in one.weighed(1.0, 1.0)}
        await self._rarities.look_up(map(name_of, asked))
        known = self._postings([term for term in asked if term in self._rarities], [])
        empty = Layer((), Strings.of(()), Names.of((), shown=()), known, self.about.measures)
        self._unguided = await asyncio.to_thread(Layer.of, documents, self._segmenter, spoken_of=both, like=empty)


def _texts(cleaned: str, is_name: Any) -> list[str]:
    """What is searched for in a message: as `choosing.search` does, and all that is said."""
    questions = question.read(cleaned, is_name=is_name)
    told = [words for one in questions for words in (one.topic, one.said, one.core)]
    return list(dict.fromkeys(words[:LONGEST] for words in (*told, cleaned) if analysis.units(words)))[:MOST_TEXTS]


def _ways(guide: GuideDocument, wording: Wording) -> Iterable[str]:
    both = wording.both(guide)
    return ("".join(analysis.units(analysis.canon(way))) for way in (*both.names, *both.questions))
