"""Names of the guides, prepared for comparing: as written, as spoken, as typed in letters."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy
from numpy.typing import NDArray

from assistant import analysis, pinyin, terms
from assistant.corpus import GuideDocument
from assistant.strings import Strings

REMEMBERED = 4096
KINDS = ("written", "spoken", "letters", "initials", "heard")


@dataclass(frozen=True, slots=True)
class Name:
    """A name prepared for comparing: `written` without punctuation, `spoken` as sounds."""

    written: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Ways:
    """All that one document is found by: each way `written` and, in the same order, `spoken`."""

    written: tuple[str, ...]
    spoken: tuple[str, ...]


def name_of(text: str) -> Name:
    """Prepare a canonical name or question for comparing."""
    parts = analysis.units(text)
    return Name("".join(parts), "".join(_spoken(part) for part in parts))


@dataclass(frozen=True)
class Names:
    """What some documents are found by, one after the other: of each its names, our wordings of them, its questions.

    `heard` are the sounds in context; `starts` says where each document's begin, `called` how many of them are its
    names, official and everyday.
    """

    written: Strings
    spoken: Strings
    letters: Strings
    initials: Strings
    heard: Strings
    starts: NDArray[numpy.int64]
    called: NDArray[numpy.int32]

    @classmethod
    def of(cls, documents: Iterable[GuideDocument], *, shown: Iterable[GuideDocument]) -> "Names":
        """The names of `documents`; `shown` are the same as people see them, without our wordings."""
        names, starts, called = [], [0], [len(document.names) for document in shown]
        for document in documents:
            names += [name_of(analysis.canon(way)) for way in (*document.names, *document.questions)]
            starts.append(len(names))
        spelt = [pinyin.spelt(name.written) for name in names]
        return cls(
            Strings.of(name.written for name in names),
            Strings.of(name.spoken for name in names),
            Strings.of(one.letters for one in spelt),
            Strings.of(one.initials for one in spelt),
            Strings.of(one.sounds for one in spelt),
            numpy.array(starts, numpy.int64),
            numpy.array(called, numpy.int32),
        )

    def write(self, folder: Path) -> None:
        for kind in KINDS:
            getattr(self, kind).write(folder / f"names-{kind}.txt")
        numpy.save(folder / "names-begin.npy", self.starts)
        numpy.save(folder / "names-called.npy", self.called)

    @classmethod
    def read(cls, folder: Path) -> "Names":
        texts = {kind: Strings.read(folder / f"names-{kind}.txt") for kind in KINDS}
        starts, called = numpy.load(folder / "names-begin.npy"), numpy.load(folder / "names-called.npy")
        return cls(**texts, starts=starts, called=called)

    @property
    def nbytes(self) -> int:
        """Bytes of the texts and of where they begin."""
        texts: list[Strings] = [getattr(self, kind) for kind in KINDS]
        return sum(text.nbytes for text in texts) + self.starts.nbytes + self.called.nbytes

    def document_of(self, position: int) -> int:
        """Whose name that is."""
        return int(numpy.searchsorted(self.starts, position, side="right")) - 1

    def is_name(self, position: int) -> bool:
        """Whether it is a name, and not a question or a wording of ours."""
        document = self.document_of(position)
        return position < int(self.starts[document]) + int(self.called[document])

    def is_official(self, position: int) -> bool:
        """Whether it is the official name of its document."""
        return position == int(self.starts[self.document_of(position)])

    def of_document(self, document: int) -> Ways:
        """All names and questions of a document."""
        return _remembered(self, document)

    def sounds(self, document: int) -> frozenset[str]:
        """The sounds of all names and questions of a document."""
        return _remembered_sounds(self, document)

    def __hash__(self) -> int:
        return id(self)


@functools.lru_cache(maxsize=REMEMBERED)
def _remembered(names: Names, document: int) -> Ways:
    first, end = names.starts[document], names.starts[document + 1]
    return Ways(names.written.between(first, end), names.spoken.between(first, end))


@functools.lru_cache(maxsize=REMEMBERED)
def _remembered_sounds(names: Names, document: int) -> frozenset[str]:
    first, end = names.starts[document], names.starts[document + 1]
    both = zip(names.written.between(first, end), names.heard.between(first, end), strict=True)
    return frozenset().union(*(terms.sounds_of(written, heard) for written, heard in both))


def _spoken(part: str) -> str:
    if analysis.is_han(part):
        return pinyin.sound(part)
    return next(iter(pinyin.spoken(part)), part)
