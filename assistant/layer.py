"""A layer: guides that were laid out together, in memory or in a folder that all processes of a machine map.

A folder is written once, under another name, and then given its own: whoever finds it finds it whole.
"""

import functools
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, overload

import msgspec

from assistant import weighing
from assistant.corpus import GuideDocument
from assistant.names import Names
from assistant.postings import Postings
from assistant.segmenting import Segmenter
from assistant.strings import Strings
from assistant.weighing import Measures

FORMAT = 2
"""Moves whenever a folder written by older code could not be read, or would be read as something else."""
REMEMBERED = 512


class Documents(Sequence[GuideDocument]):
    """Guides kept as text and read one by one, when somebody asks for one."""

    def __init__(self, texts: Strings) -> None:
        self._texts = texts
        self._read = functools.lru_cache(maxsize=REMEMBERED)(self._decoded)

    @classmethod
    def of(cls, documents: Iterable[GuideDocument]) -> "Documents":
        return cls(Strings.of(msgspec.json.encode(document).decode() for document in documents))

    @property
    def texts(self) -> Strings:
        return self._texts

    @overload
    def __getitem__(self, place: int) -> GuideDocument: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[GuideDocument]: ...
    def __getitem__(self, place: int | slice) -> GuideDocument | Sequence[GuideDocument]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return self._read(place if place >= 0 else place + len(self))

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[GuideDocument]:
        return (self._decoded(place) for place in range(len(self)))

    def _decoded(self, place: int) -> GuideDocument:
        if not 0 <= place < len(self):
            raise IndexError(place)
        return msgspec.json.decode(self._texts[place], type=GuideDocument)


@dataclass(frozen=True)
class Layer:
    """`documents` as they are shown, their codes to take one by, names as they are compared, postings as searched."""

    documents: Sequence[GuideDocument]
    codes: Strings
    names: Names
    postings: Postings
    measures: Measures

    @classmethod
    def of(
        cls,
        documents: Sequence[GuideDocument],
        segmenter: Segmenter,
        *,
        spoken_of: Iterable[GuideDocument] | None = None,
        like: "Layer | None" = None,
    ) -> "Layer":
        """Lay `documents` out; `spoken_of` are the same with the names to find them by, `like` weighs as that did."""
        found_by = documents if spoken_of is None else list(spoken_of)
        measures = like.measures if like else weighing.measured(found_by)
        counted = weighing.frequencies(found_by, segmenter)
        postings = weighing.laid_out(counted, measures, like=like.postings if like else None)
        codes = Strings.of(document.item_code for document in documents)
        return cls(documents, codes, Names.of(found_by, shown=documents), postings, measures)

    @property
    def nbytes(self) -> int:
        """Bytes of postings and names; the documents lie beside them and are read one by one."""
        return self.postings.nbytes + self.names.nbytes + self.codes.nbytes

    def write(self, folder: Path, about: dict[str, Any]) -> None:
        """Write the layer, with what is to be known `about` it; a folder of that name is replaced."""
        making = folder.with_name(f".{folder.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        self.postings.write(making)
        self.names.write(making)
        self.codes.write(making / "codes.txt")
        Documents.of(self.documents).texts.write(making / "guides.txt")
        written = {"format": FORMAT, "measures": asdict(self.measures), "about": about}
        (making / "layer.json").write_bytes(msgspec.json.encode(written))
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)

    @classmethod
    def read(cls, folder: Path) -> "tuple[Layer, dict[str, Any]]":
        """The layer of a folder, memory-mapped, and what was written about it. Raises OSError or UnknownFormat."""
        written = msgspec.json.decode((folder / "layer.json").read_bytes())
        if written["format"] != FORMAT:
            raise UnknownFormat(written["format"])
        documents = Documents(Strings.read(folder / "guides.txt"))
        measures = Measures(**written["measures"])
        codes = Strings.read(folder / "codes.txt")
        return cls(documents, codes, Names.read(folder), Postings.read(folder), measures), written["about"]


class UnknownFormat(Exception):
    """The folder was written by another version of this code."""
