"""The base: all guides of one edition laid out together, with what is learned from all of them at once.

It is made where nobody waits, kept in a folder, and mapped by every process of the machine.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from assistant import analysis, places
from assistant.corpus import PLACES, GuideDocument
from assistant.initials import Initials
from assistant.layer import Layer, UnknownFormat
from assistant.segmenting import Segmenter
from assistant.wording import Wording
from foundation import logs

log = logs.logger(__name__)


@dataclass(frozen=True)
class Base:
    """A layer and its words; `initials` of the names, `here` the places that guides name.

    `edition` is the catalogue's at that time, `marks` what tells of each guide whether it has changed since.
    """

    layer: Layer
    segmenter: Segmenter
    initials: Initials
    here: frozenset[str]
    edition: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        documents: Sequence[GuideDocument],
        synonyms: Mapping[str, str],
        *,
        edition: str = "",
        marks: Mapping[str, str] | None = None,
    ) -> "Base":
        """Lay all guides out: the work of minutes where there are very many."""
        wording = Wording(synonyms)
        both = [wording.both(document) for document in documents]
        names = [analysis.canon(name) for document in documents for name in document.names]
        segmenter = Segmenter({analysis.canon(name) for document in both for name in document.names})
        layer = Layer.of(documents, segmenter, spoken_of=both)
        return cls(layer, segmenter, Initials.of(names, segmenter), named_by(documents), edition, marks or {})

    def write(self, folder: Path) -> None:
        """Keep it in `folder`, which is there whole or not at all."""
        about = {
            "edition": self.edition,
            "here": sorted(self.here),
            "initials": self.initials.meant,
            "marks": self.marks,
        }
        self.layer.write(folder, about)

    @classmethod
    def read(cls, folder: Path) -> "Base":
        """What was kept in `folder`, memory-mapped. Raises OSError or UnknownFormat."""
        layer, about = Layer.read(folder)
        segmenter = Segmenter(layer.names.written)
        here, initials = frozenset(about["here"]), Initials(about["initials"])
        return cls(layer, segmenter, initials, here, about["edition"], about["marks"])

    @cached_property
    def everyday_names(self) -> float:
        """How many names a guide has on average besides its official one."""
        called = self.layer.names.called
        return float(called.mean()) - 1 if len(called) else 0.0

    def guide(self, item_code: str) -> GuideDocument | None:
        """The guide with that code."""
        place = self.layer.codes.place_of(item_code)
        return None if place is None else self.layer.documents[place]


def keep(made: Base, folder: Path) -> None:
    """Keep a base beside the others of the folder, and of those only the one before: somebody may be opening it."""
    made.write(folder / made.edition)
    for old in _kept(folder)[2:]:
        shutil.rmtree(old, ignore_errors=True)


def newest(folder: Path | None, *, since: str = "0") -> Base | None:
    """The newest base kept in the folder that can be read and is not older than the edition `since`."""
    for one in _kept(folder) if folder else []:
        if int(one.name) < int(since):
            break
        try:
            return Base.read(one)
        except (OSError, UnknownFormat) as gone:
            log.info("assistant_base_unreadable", folder=one.name, error=repr(gone))
    return None


def newest_kept(folder: Path) -> tuple[str, Mapping[str, str]]:
    """Edition and marks of the newest base of the folder that can be read; empty where there is none."""
    for one in _kept(folder):
        with suppress(OSError, UnknownFormat):
            _, about = Layer.read(one)
            return about["edition"], about["marks"]
    return "", {}


def _kept(folder: Path) -> list[Path]:
    """The bases of the folder, the newest edition first."""
    kept = (one for one in folder.iterdir() if one.name.isdecimal()) if folder.is_dir() else ()
    return sorted(kept, key=lambda one: -int(one.name))


def named_by(documents: Sequence[GuideDocument]) -> frozenset[str]:
    """The places that guides name: where their windows are, or what they are called by."""
    addresses = (section.text for document in documents for section in document.all_of(PLACES))
    names = (analysis.canon(name) for document in documents for name in document.names)
    return places.named_in((*names, *addresses))
