"""A local view: the city's guides as they hold in one place. Only what differs there is laid out; all else is shared.

A view stands on the one above it. Its layer hides the guides that it says otherwise, so that a search costs what it
costs in the city, and a base costs the memory of its own entries.
"""

from collections.abc import Mapping

from assistant.confidence import Bands
from assistant.index import Index
from assistant.layer import Layer
from assistant.snapshot import Snapshot
from assistant.suggestions import Suggester
from assistant.wording import Wording


class LocalView(Snapshot):
    """`above` but for the guides of `layer`, with more synonyms (`words`), and its own `bands` if it has some."""

    def __init__(self, above: Snapshot, layer: Layer, *, words: Mapping[str, str], bands: Bands | None) -> None:
        codes = {document.item_code: document for document in layer.documents}
        self.version, self.base, self.here = above.version, above.base, above.here
        self._synonyms = {**above._synonyms, **words}
        self._wording = Wording(self._synonyms) if words else above._wording
        self._all_matters, self._matters = above._all_matters, above._matters
        self._recent, self._gone = above._recent | codes, above._gone | codes.keys()
        self._first_matter = above._first_matter + len(codes)
        replaced = {code: number for code in codes if (number := above.number_of(code)) is not None}
        self._stands_for = {
            **above._stands_for,
            **{above._first_matter + n: replaced[code] for n, code in enumerate(codes) if code in replaced},
        }
        self._hidden = [*above._hidden, *replaced.values()]
        *guides, unguided = above.index.layers
        self.index = Index((*guides, layer, unguided), above.index.segmenter, hidden=self._hidden)
        self.suggester = Suggester(self.index, layers=len(guides) + 1)
        self._learned = above._learned
        self.bands = bands or above.bands
        self._remember()
