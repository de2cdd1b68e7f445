"""Many short texts in one block of bytes, which processes share: read where they lie, searched all at once."""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray


class Strings:
    """A sequence of texts without line breaks. `block` is their UTF-8 with a line break before each and at the end."""

    def __init__(self, block: Any, starts: NDArray[numpy.int64]) -> None:
        self._block, self._starts = block, starts

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Strings":
        encoded = [text.encode() for text in texts]
        starts = numpy.cumsum([1, *(len(text) + 1 for text in encoded)], dtype=numpy.int64)
        return cls(b"\n" + b"".join(text + b"\n" for text in encoded), starts)

    @classmethod
    def read(cls, path: Path) -> "Strings":
        """The texts at `path`, memory-mapped."""
        with path.open("rb") as file:
            block = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(block, numpy.load(path.with_suffix(".npy"), mmap_mode="r").view(numpy.ndarray))

    def write(self, path: Path) -> None:
        """The block, and beside it where each text starts."""
        path.write_bytes(self._block[:])
        numpy.save(path.with_suffix(".npy"), self._starts)

    @property
    def nbytes(self) -> int:
        """Bytes of block and starts."""
        return len(self._block) + self._starts.nbytes

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, position: int) -> str:
        start, end = self._starts[position], self._starts[position + 1]
        return bytes(self._block[start : end - 1]).decode()

    def between(self, first: int, end: int) -> tuple[str, ...]:
        """The texts from `first` to before `end`, read at once."""
        if first >= end:
            return ()
        return tuple(bytes(self._block[self._starts[first] : self._starts[end] - 1]).decode().split("\n"))

    def __iter__(self) -> Iterator[str]:
        return (self[position] for position in range(len(self)))

    def place_of(self, text: str) -> int | None:
        """Where exactly that text stands, if it does."""
        place = self._block.find(f"\n{text}\n".encode())
        return None if place < 0 else int(numpy.searchsorted(self._starts, place + 1))

    def holding(self, part: str, *, from_start: bool = False) -> Iterator[int]:
        """Positions of the texts that hold `part`, or begin with it."""
        wanted = ("\n" if from_start else "") + part
        needle = wanted.encode()
        place = self._block.find(needle)
        while place >= 0:
            position = int(numpy.searchsorted(self._starts, place + from_start, side="right")) - 1
            yield position
            place = self._block.find(needle, int(self._starts[position + 1]) - 1)
