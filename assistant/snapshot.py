"""A snapshot: everything the assistant knows at one moment, built once and then only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant import analysis, ranking
from assistant.confidence import confidence
from assistant.corpus import GuideDocument
from assistant.index import Found, Index, Match
from assistant.initials import Initials
from assistant.ranking import Hit
from assistant.suggestions import Suggester

SURE_WEIGHT = 0.3
LISTENED = 3
"""How many of the best hits are also judged by sound alone."""


@dataclass(frozen=True)
class Result:
    """A guide found for a question, how sure that is (0..1), and on request why."""

    document: GuideDocument
    confidence: float
    rank: float
    _hit: Hit
    _found: Found
    _index: Index

    def why(self) -> list[Match]:
        """The terms that spoke for this guide, the strongest first."""
        return self._index.explain(self._hit.document, self._found.terms)


class Snapshot:
    """An immutable knowledge base: `search` finds guides, `guide` takes one by its code.

    `synonyms` says which words of the guides (values) people say differently (keys); `version` is the catalogue's.
    """

    def __init__(
        self, documents: Sequence[GuideDocument], *, synonyms: Mapping[str, str] | None = None, version: str = ""
    ) -> None:
        self.version = version
        self.documents = tuple(documents)
        self.index = Index(self.documents)
        self.suggester = Suggester(self.documents)
        self._called = "\n".join(analysis.canon(name) for document in self.documents for name in document.names)
        self._by_code = {document.item_code: document for document in self.documents}
        self._synonyms = {analysis.canon(said): analysis.canon(meant) for said, meant in (synonyms or {}).items()}
        self._initials = Initials(self._called.split("\n"), self.index.segmenter)
        self._names = [[ranking.name_of(analysis.canon(name)) for name in (*d.names, *d.questions)] for d in documents]

    def guide(self, item_code: str) -> GuideDocument | None:
        """The guide with that code, if it is published."""
        return self._by_code.get(item_code)

    def is_name(self, words: str) -> bool:
        """Whether a guide's name contains `words` (canonical text)."""
        return words.strip() in self._called

    def search(self, question: str, *, limit: int = 10) -> list[Result]:
        """The guides that `question` may be about, best first. An empty question finds nothing."""
        best: dict[str, Result] = {}
        for form in self._forms(analysis.canon(question)):
            for result in self._search_form(form):
                known = best.get(result.document.item_code)
                if known is None or result.rank > known.rank:
                    best[result.document.item_code] = result
        return sorted(best.values(), key=lambda result: -result.rank)[:limit]

    @cached_property
    def _longest_synonyms(self) -> list[str]:
        return sorted(self._synonyms, key=len, reverse=True)

    def _forms(self, text: str) -> list[str]:
        """The question as asked, and in the words of the guides where people say it differently."""
        meant = self._initials.written_out(text)
        for said in self._longest_synonyms:
            if said in meant and self._synonyms[said] not in meant:
                meant = meant.replace(said, self._synonyms[said])
        return [text] if meant == text else [text, meant]

    def _search_form(self, text: str) -> list[Result]:
        found = self.index.search(text)
        hits = ranking.ranked(ranking.name_of(text), found, self._names)
        return [self._result(hit, found, listen=place < LISTENED) for place, hit in enumerate(hits)]

    def _result(self, hit: Hit, found: Found, *, listen: bool) -> Result:
        heard = self.index.heard(hit.document, found.terms) if listen else 0.0
        sure = confidence(hit, heard=heard)
        return Result(self.documents[hit.document], sure, hit.rank + SURE_WEIGHT * sure, hit, found, self.index)
