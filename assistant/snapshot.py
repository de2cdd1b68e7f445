"""A snapshot: everything the assistant knows at one moment, put together once and then only read."""

import copy
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant import analysis, confidence, elsewhere, ranking, semantic, swapped, terms
from assistant.base import Base, named_by
from assistant.confidence import Bands, Signs
from assistant.corpus import GuideDocument
from assistant.elsewhere import Matter
from assistant.index import Index, Match
from assistant.layer import Layer
from assistant.localities import NOWHERE_ELSE, Localities
from assistant.names import Name, name_of
from assistant.ranking import Hit
from assistant.semantic import Meaning, Vectors
from assistant.suggestions import Suggester
from assistant.wording import Wording

ALIKE_WEIGHT = 0.3
LOOKED_AT = 20
"""So many of the guides that share terms are at least looked at again by their names."""
LISTENED = 3
"""How many of the best hits are also judged by sound alone, and by what else they might be taken for."""
RIVAL_FROM = 0.9
MOST_RIVALS = 10
REMEMBERED = 4096
MOST_ASKED = 512
"""So many searches are remembered; what is asked all day comes back within minutes."""
LONGEST = 64
"""So many characters of a question are searched for: a pasted page must not cost more than a question."""


@dataclass(frozen=True)
class Result:
    """A guide found for a question, how sure that is (0..1), and on request why.

    With a `matter`, what is meant has no guide; the document then only bears its name.
    """

    matter: Matter | None
    confidence: float
    signs: Signs | None
    alike: float
    rank: float
    _found: "_Candidate"
    _index: Index

    @property
    def document(self) -> GuideDocument:
        """The guide itself."""
        return self._index.document(self.position)

    @property
    def position(self) -> int:
        """Where it stands in the index."""
        return self._found.hit.document

    @property
    def share(self) -> float:
        """How much of the best attainable score it reached."""
        return self._found.hit.share

    @property
    def closeness(self) -> float:
        """0..1: how close the question is to its nearest name."""
        return self._found.hit.closeness

    @property
    def distinct(self) -> float:
        """0..1: how surely no other guide is meant."""
        return confidence.distinctness(self.signs) if self.signs else 0.0

    @property
    def nearest(self) -> str:
        """The name or question of the guide that is written most like what was asked."""
        return ranking.nearest(self._found.question, self._index.names(self.position)).written

    def why(self) -> list[Match]:
        """The terms that spoke for this guide, the strongest first."""
        return self._index.explain(self.position, self._found.terms)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A hit of one wording of the question: how like it is to the guide, and how high that puts it."""

    hit: Hit
    question: Name
    terms: Mapping[str, float]
    alike: float
    rank: float


class _Learned:
    """What was learned of the names by meaning; all views of one snapshot share it."""

    meaning: Meaning | None = None


class Snapshot:
    """An immutable knowledge base: `search` finds guides, `guide` takes one by its code.

    `synonyms` says which words of the guides (values) people say differently (keys); `matters` are what has no guide
    here and must not be taken for one; `version` is the catalogue's. `localities` are the places that say otherwise.
    """

    localities: "Localities[Snapshot]" = NOWHERE_ELSE

    def __init__(
        self,
        documents: Sequence[GuideDocument],
        *,
        synonyms: Mapping[str, str] | None = None,
        matters: Sequence[Matter] = (),
        version: str = "",
    ) -> None:
        base = Base.of(tuple(documents), synonyms or {}, edition=version)
        self._put_together(base, (), frozenset(), synonyms or {}, matters, version)

    @classmethod
    def over(
        cls,
        base: Base,
        *,
        changed: Sequence[GuideDocument] = (),
        withdrawn: Collection[str] = (),
        synonyms: Mapping[str, str] | None = None,
        matters: Sequence[Matter] = (),
        version: str = "",
    ) -> "Snapshot":
        """The guides of `base` but for those `changed` or `withdrawn` (by code) since: only these are laid out."""
        snapshot = cls.__new__(cls)
        snapshot._put_together(base, tuple(changed), frozenset(withdrawn), synonyms or {}, matters, version)
        return snapshot

    @classmethod
    def found(
        cls,
        base: Base,
        *,
        unguided: Layer,
        matters: Sequence[Matter],
        synonyms: Mapping[str, str],
        bands: Bands,
        version: str,
    ) -> "Snapshot":
        """What another search found for one question, as a base of its own; `unguided` are the `matters` laid out."""
        snapshot = cls.__new__(cls)
        snapshot._put_together(base, (), frozenset(), synonyms, matters, version, unguided=unguided)
        snapshot.bands = bands
        return snapshot

    def trying(self, *changed: GuideDocument, synonyms: Mapping[str, str] | None = None) -> "Snapshot":
        """What this would be with those guides instead, and with more synonyms: to look at, before it is published."""
        recent = self._recent | {document.item_code: document for document in changed}
        return Snapshot.over(
            self.base,
            changed=tuple(recent.values()),
            withdrawn=self._gone - recent.keys(),
            synonyms={**self._synonyms, **(synonyms or {})},
            matters=self._all_matters,
            version=self.version,
        )

    def judged_by(self, bands: Bands) -> "Snapshot":
        """The same with other bands; everything is shared."""
        other = copy.copy(self)
        other.bands = bands
        return other

    def number_of(self, item_code: str) -> int | None:
        """Where the guide with that code stands in the index."""
        for number in reversed(range(len(self.index.layers) - 1)):
            place = self.index.layers[number].codes.place_of(item_code)
            if place is not None and not self.index.is_hidden(number, place):
                return self.index.number_of(number, place)
        return None

    def _put_together(
        self,
        base: Base,
        changed: Sequence[GuideDocument],
        withdrawn: frozenset[str],
        synonyms: Mapping[str, str],
        matters: Sequence[Matter],
        version: str,
        *,
        unguided: Layer | None = None,
    ) -> None:
        self.version, self.base = version, base
        self._synonyms, self._all_matters = synonyms, matters
        self._wording = Wording(synonyms)
        recent = self._laid_out(changed)
        gone = withdrawn | {document.item_code for document in changed}
        hidden = [place for code in gone if (place := base.layer.codes.place_of(code)) is not None]
        self._hidden = hidden
        self._recent = {document.item_code: document for document in changed}
        self._gone = gone
        self.here = base.here | named_by(changed)
        guides = Index((base.layer, recent), base.segmenter, hidden=hidden)
        self._matters = tuple(matters)
        if unguided is None:
            self._matters = elsewhere.without_guide(matters, is_taken=functools.partial(_is_called, guides))
            unguided = self._laid_out([matter.as_document() for matter in self._matters])
        self._first_matter = len(base.layer.documents) + len(changed)
        self.index = Index((base.layer, recent, unguided), base.segmenter, hidden=hidden)
        self.suggester = Suggester(self.index, layers=2)
        self._learned = _Learned()
        self._stands_for: Mapping[int, int] = {}
        self.bands = confidence.bands_for(base.everyday_names)
        self._remember()

    def _remember(self) -> None:
        """Nothing here ever changes: what many ask is searched for once."""
        self.is_name = functools.lru_cache(maxsize=REMEMBERED)(self._is_name)
        self._searched = functools.lru_cache(maxsize=MOST_ASKED)(self._search)

    @property
    def meaning(self) -> Meaning | None:
        """What was learned of the names by meaning, once it was."""
        return self._learned.meaning

    @meaning.setter
    def meaning(self, learned: Meaning) -> None:
        self._learned.meaning = learned

    @property
    def synonyms(self) -> Mapping[str, str]:
        """What people say → the word of the guides."""
        return self._synonyms

    @property
    def documents(self) -> tuple[GuideDocument, ...]:
        """All guides: of very many, a long list."""
        kept = (document for document in self.base.layer.documents if document.item_code not in self._gone)
        return (*kept, *self._recent.values())

    @property
    def numbered(self) -> tuple[GuideDocument, ...]:
        """All guides in the order of their numbers, also those that were replaced since."""
        return (*self.base.layer.documents, *self._recent.values())

    def guide(self, item_code: str) -> GuideDocument | None:
        """The guide with that code, if it is published."""
        if item_code in self._gone:
            return self._recent.get(item_code)
        return self.base.guide(item_code)

    def called(self, name: str) -> GuideDocument | None:
        """The guide with that official name."""
        guides = (self.index.document(number) for number in _called(self.index, name) if number < self._first_matter)
        return next((guide for guide in guides if guide.name == name), None)

    def search(self, question: str, *, limit: int = 10) -> list[Result]:
        """The guides that `question` may be about, best first. An empty question finds nothing."""
        return [result for result in self.search_everything(question, limit=limit) if not result.matter]

    def search_everything(self, question: str, *, limit: int = 10) -> list[Result]:
        """Like `search`, and among them the matters that have no guide."""
        return list(self._searched(analysis.canon(question)[:LONGEST], limit))

    def _search(self, text: str, limit: int) -> tuple[Result, ...]:
        best: dict[int, _Candidate] = {}
        for form in self._forms(text):
            for candidate in self._search_form(form, max(limit, LOOKED_AT)):
                known = best.get(candidate.hit.document)
                if known is None or candidate.rank > known.rank:
                    best[candidate.hit.document] = candidate
        ordered = sorted(best.values(), key=lambda candidate: -candidate.rank)[:limit]
        return tuple(self._result(place, ordered) for place in range(len(ordered)))

    @property
    def depth(self) -> int:
        """How many guides words are to find: more where meaning moves them."""
        return semantic.BY_WORDS if self.meaning else MOST_RIVALS

    def by_meaning(self, results: list[Result], said: str) -> list[Result]:
        """What words found and what meaning finds, together; `results` alone unless a vector of `said` was prepared.

        What only meaning finds is near enough to be offered, never to be answered from.
        """
        vector = self.meaning.understanding.of(said) if self.meaning else None
        if self.meaning is None or vector is None:
            return results[:MOST_RIVALS]
        nearness = self.meaning.meanings.nearness(vector, self._first_matter)
        for place, instead_of in self._stands_for.items():
            nearness[place] = nearness[instead_of]
        nearness[self._hidden] = -1.0
        known = {result.position: result for result in results}
        sure = results[0].confidence if results else 0.0
        together = semantic.blended({place: one.rank for place, one in known.items()}, nearness, sure=sure)
        ordered = sorted(together, key=lambda place: -together[place])[:MOST_RIVALS]
        together_found = (known.get(place) or self._meant(place, said) for place in ordered)
        return [
            replace(one, rank=together[one.position], confidence=max(one.confidence, self._offered(one, nearness)))
            for one in together_found
        ]

    def _offered(self, one: Result, nearness: Vectors) -> float:
        near = one.position < len(nearness) and nearness[one.position] >= semantic.NEAR_ENOUGH
        return self.bands.ask_from if near else 0.0

    def _meant(self, place: int, said: str) -> Result:
        alike = self.bands.ask_from
        found = _Candidate(Hit(place, 0.0, 0.0, 0.0), name_of(said), {}, alike, 0.0)
        return Result(None, 0.0, None, alike, 0.0, found, self.index)

    def written(self, said: str) -> str:
        """Canonical text in the words of the guides: 二代证 → 居民身份证."""
        return self._wording.ours(said)

    def is_unheard_of(self, topic: str) -> bool:
        """Whether canonical words speak of something of which no guide says a word: 火星探测补贴 of 火星."""
        words = {word for word in self.base.segmenter.words(topic) if len(word) > 1 and all(map(analysis.is_han, word))}
        strange = any(not any(self.index.holds(terms.pairs_of(word))) for word in words)
        return strange and swapped.put_right(topic, self.index.holds) == topic

    def _is_name(self, words: str) -> bool:
        """Whether a name of a guide, or the official one of a matter, contains `words` (canonical text)."""
        said = "".join(analysis.units(words))
        *guides, matters = (layer.names for layer in self.index.layers)
        return any(names.is_name(place) for names in guides for place in names.written.holding(said)) or any(
            matters.is_official(place) for place in matters.written.holding(said)
        )

    def _forms(self, text: str) -> list[str]:
        """The question as asked, and as it is meant: in the right order, in the words of the guides."""
        in_order = swapped.put_right(text, self.index.holds)
        meant = self.written(self.base.initials.written_out(in_order))
        return [text] if meant == text else [text, meant]

    def _search_form(self, text: str, limit: int) -> Iterator[_Candidate]:
        found, question = self.index.search(text, limit=limit), name_of(text)
        for place, hit in enumerate(ranking.ranked(question, found, self.index.names)):
            heard = self.index.heard(hit.document, found) if place < LISTENED else 0.0
            alike = confidence.likeness(hit, heard=heard)
            yield _Candidate(hit, question, found.terms, alike, hit.rank + ALIKE_WEIGHT * alike)

    def _result(self, place: int, ordered: Sequence[_Candidate]) -> Result:
        found = ordered[place]
        signs = self._signs(place, ordered) if place < LISTENED else None
        sure = confidence.confidence(found.alike, confidence.distinctness(signs) if signs else 0.0)
        beyond = found.hit.document - self._first_matter
        matter = self._matters[beyond] if beyond >= 0 else None
        return Result(matter, sure, signs, found.alike, found.rank, found, self.index)

    def _signs(self, place: int, ordered: Sequence[_Candidate]) -> Signs:
        found = ordered[place]
        number = found.hit.document
        other = max((one.rank for one in ordered if one is not found), default=0.0)
        named = ranking.nearest(found.question, self.index.names(number))
        return Signs(
            gap=max((found.rank - other) / found.rank, -1.0),
            asked=self.index.asked_of(named, found.question),
            rivals=sum(one.rank >= RIVAL_FROM * ordered[0].rank for one in ordered[:MOST_RIVALS]) / MOST_RIVALS,
        )

    def _laid_out(self, documents: Sequence[GuideDocument]) -> Layer:
        """A layer over the base, weighed as that is."""
        both = map(self._wording.both, documents)
        return Layer.of(documents, self.base.segmenter, spoken_of=both, like=self.base.layer)


def _called(index: Index, name: str, *, or_asked: bool = False) -> Iterable[int]:
    """Numbers of the documents that have exactly that name, official or everyday, or a common question worded so."""
    said = "".join(analysis.units(analysis.canon(name)))
    before = 0
    for number, layer in enumerate(index.layers):
        for position in layer.names.written.holding(said, from_start=True):
            place = layer.names.document_of(position)
            exactly = layer.names.written[position] == said
            if exactly and (or_asked or layer.names.is_name(position)) and not index.is_hidden(number, place):
                yield before + place
        before += len(layer.documents)


def _is_called(index: Index, name: str) -> bool:
    return any(True for _ in _called(index, name, or_asked=True))
