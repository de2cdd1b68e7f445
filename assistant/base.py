"""The base: all guides of one edition laid out together, with what is learned from all of them at once.

It is made where nobody waits, kept in a folder, and mapped by every process of the machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant import analysis, places
from assistant.corpus import PLACES, GuideDocument
from assistant.initials import Initials
from assistant.layer import Layer
from assistant.segmenting import Segmenter
from assistant.wording import Wording


@dataclass(frozen=True)
class Base:
    """A layer and its words; `initials` of the names, `here` the places that guides name, `edition` when it was."""

    layer: Layer
    segmenter: Segmenter
    initials: Initials
    here: frozenset[str]
    edition: str = ""

    @classmethod
    def of(cls, documents: Sequence[GuideDocument], synonyms: Mapping[str, str], *, edition: str = "") -> "Base":
        """Lay all guides out: the work of minutes where there are very many."""
        wording = Wording(synonyms)
        both = [wording.both(document) for document in documents]
        names = [analysis.canon(name) for document in documents for name in document.names]
        segmenter = Segmenter({analysis.canon(name) for document in both for name in document.names})
        layer = Layer.of(documents, segmenter, spoken_of=both)
        return cls(layer, segmenter, Initials.of(names, segmenter), named_by(documents), edition)

    def write(self, folder: Path) -> None:
        """Keep it in `folder`, which is there whole or not at all."""
        about = {"edition": self.edition, "here": sorted(self.here), "initials": self.initials.meant}
        self.layer.write(folder, about)

    @classmethod
    def read(cls, folder: Path) -> "Base":
        """What was kept in `folder`, memory-mapped. Raises OSError or UnknownFormat."""
        layer, about = Layer.read(folder)
        segmenter = Segmenter(layer.names.written)
        return cls(layer, segmenter, Initials(about["initials"]), frozenset(about["here"]), about["edition"])

    @cached_property
    def everyday_names(self) -> float:
        """How many names a guide has on average besides its official one."""
        called = self.layer.names.called
        return float(called.mean()) - 1 if len(called) else 0.0

    def guide(self, item_code: str) -> GuideDocument | None:
        """The guide with that code."""
        place = self.layer.codes.place_of(item_code)
        return None if place is None else self.layer.documents[place]


def named_by(documents: Sequence[GuideDocument]) -> frozenset[str]:
    """The places that guides name: where their windows are, or what they are called by."""
    addresses = (section.text for document in documents for section in document.all_of(PLACES))
    names = (analysis.canon(name) for document in documents for name in document.names)
    return places.named_in((*names, *addresses))
