"""A snapshot: everything the assistant knows at one moment, built once and then only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant import analysis, elsewhere, places, ranking
from assistant.confidence import confidence
from assistant.corpus import PLACES, QUESTION, VARIANT, GuideDocument, Section
from assistant.elsewhere import Matter
from assistant.index import Found, Index, Match
from assistant.initials import Initials
from assistant.ranking import Hit
from assistant.suggestions import Suggester

SURE_WEIGHT = 0.3
LISTENED = 3
"""How many of the best hits are also judged by sound alone."""


@dataclass(frozen=True)
class Result:
    """A guide found for a question, how sure that is (0..1), and on request why.

    With a `matter`, what is meant has no guide; the document then only bears its name.
    """

    document: GuideDocument
    matter: Matter | None
    confidence: float
    rank: float
    _hit: Hit
    _found: Found
    _index: Index

    @property
    def position(self) -> int:
        """Where it stands in the index."""
        return self._hit.document

    def why(self) -> list[Match]:
        """The terms that spoke for this guide, the strongest first."""
        return self._index.explain(self._hit.document, self._found.terms)


class Snapshot:
    """An immutable knowledge base: `search` finds guides, `guide` takes one by its code.

    `synonyms` says which words of the guides (values) people say differently (keys); `matters` are what has no guide
    here and must not be taken for one; `version` is the catalogue's.
    """

    def __init__(
        self,
        documents: Sequence[GuideDocument],
        *,
        synonyms: Mapping[str, str] | None = None,
        matters: Sequence[Matter] = (),
        version: str = "",
    ) -> None:
        self.version = version
        self.documents = tuple(documents)
        self._synonyms = {analysis.canon(said): analysis.canon(meant) for said, meant in (synonyms or {}).items()}
        self._matters = elsewhere.without_guide(matters, self.documents)
        self._all = (*self.documents, *(matter.as_document() for matter in self._matters))
        spoken = [self._in_our_words(document) for document in self._all]
        self.index = Index(spoken)
        self.suggester = Suggester(self.documents)
        names = [analysis.canon(name) for document in self.documents for name in document.names]
        self._called = "\n".join([*names, *(analysis.canon(matter.name) for matter in self._matters)])
        self._by_code = {document.item_code: document for document in self.documents}
        self._initials = Initials(names, self.index.segmenter)
        self._names = [[ranking.name_of(analysis.canon(name)) for name in (*d.names, *d.questions)] for d in spoken]

    def guide(self, item_code: str) -> GuideDocument | None:
        """The guide with that code, if it is published."""
        return self._by_code.get(item_code)

    @cached_property
    def here(self) -> frozenset[str]:
        """The places our own guides name: where their windows are, or what they are called by."""
        addresses = (section.text for document in self.documents for section in document.all_of(PLACES))
        return places.named_in((self._called, *addresses))

    def is_name(self, words: str) -> bool:
        """Whether the name of a guide or of a matter contains `words` (canonical text)."""
        return words.strip() in self._called

    def search(self, question: str, *, limit: int = 10) -> list[Result]:
        """The guides that `question` may be about, best first. An empty question finds nothing."""
        return [result for result in self.search_everything(question, limit=limit) if not result.matter]

    def search_everything(self, question: str, *, limit: int = 10) -> list[Result]:
        """Like `search`, and among them the matters that have no guide."""
        best: dict[int, Result] = {}
        for form in self._forms(analysis.canon(question)):
            for result in self._search_form(form):
                known = best.get(result.position)
                if known is None or result.rank > known.rank:
                    best[result.position] = result
        return sorted(best.values(), key=lambda result: -result.rank)[:limit]

    def called(self, name: str) -> GuideDocument | None:
        """The guide with that official name."""
        return next((document for document in self.documents if document.name == name), None)

    @cached_property
    def _longest_synonyms(self) -> list[str]:
        return sorted(self._synonyms, key=len, reverse=True)

    def _forms(self, text: str) -> list[str]:
        """The question as asked, and in the words of the guides where people say it differently."""
        meant = self._meant(self._initials.written_out(text))
        return [text] if meant == text else [text, meant]

    def _meant(self, text: str) -> str:
        for said in self._longest_synonyms:
            if said in text and self._synonyms[said] not in text:
                text = text.replace(said, self._synonyms[said])
        return text

    def _in_our_words(self, document: GuideDocument) -> GuideDocument:
        """A guide that can also be found by its names in the words of the guides, as questions are."""
        return replace(
            document,
            aliases=self._with_meant(document.aliases),
            sections=tuple(self._section_in_our_words(section) for section in document.sections),
        )

    def _section_in_our_words(self, section: Section) -> Section:
        if section.kind not in (QUESTION, VARIANT):
            return section
        return replace(section, also=self._with_meant((section.title, *section.also))[1:])

    def _with_meant(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*names, *(self._meant(analysis.canon(name)) for name in names))))

    def _search_form(self, text: str) -> list[Result]:
        found = self.index.search(text)
        hits = ranking.ranked(ranking.name_of(text), found, self._names)
        return [self._result(hit, found, listen=place < LISTENED) for place, hit in enumerate(hits)]

    def _result(self, hit: Hit, found: Found, *, listen: bool) -> Result:
        heard = self.index.heard(hit.document, found.terms) if listen else 0.0
        sure = confidence(hit, heard=heard)
        beyond = hit.document - len(self.documents)
        matter = self._matters[beyond] if beyond >= 0 else None
        return Result(self._all[hit.document], matter, sure, hit.rank + SURE_WEIGHT * sure, hit, found, self.index)
