"""Vectors of names, kept beside the index in a folder that every process of the machine maps.

The nightly job turns only what is new (`building`), a portion at a time, so that one that is cut short goes on where it
was; a process that starts finds all of them there and turns nothing. A text is known by its number, and what another
model made is not read.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy
from numpy.typing import NDArray

from assistant.postings import number_of
from foundation import logs

NAME, FORM = "name ", "form "
"""What a text is: a name or question of a guide, or how everyday words are written."""
FOLDER = "meaning"
FORMAT = 2
KEPT = 2
"""The newest and the one before: somebody may be opening that."""

Vectors = NDArray[numpy.float32]
log = logs.logger(__name__)


@dataclass(frozen=True)
class KeptVectors:
    """`numbers` of the texts, rising, and the vector of each; `edition` is the catalogue's whose names they all are;
    empty while some are still to be made."""

    numbers: NDArray[numpy.uint64]
    vectors: Vectors
    edition: str = ""

    def places_of(self, kind: str, texts: Sequence[str]) -> NDArray[numpy.int64]:
        """Where the vector of each text stands; -1 where it does not."""
        wanted = numpy.array([number_of(kind + text) for text in texts], numpy.uint64)
        if not len(self.numbers):
            return numpy.full(len(wanted), -1, numpy.int64)
        places = numpy.minimum(numpy.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        return numpy.where(self.numbers[places] == wanted, places, -1).astype(numpy.int64)


NONE = KeptVectors(numpy.zeros(0, numpy.uint64), numpy.zeros((0, 1), numpy.float32))


def keep(folder: Path, edition: str, model: str, known: Mapping[str, Vectors], *, whole: bool = True) -> None:
    """Keep the vectors of these texts, each with its kind before it, and whether that is all of them.

    Whoever finds the folder finds all of its files.
    """
    by_number = {number_of(text): vector for text, vector in known.items()}
    making, made = folder / FOLDER / f".{edition}.making", folder / FOLDER / edition
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    numpy.save(making / "numbers.npy", numpy.array(sorted(by_number), numpy.uint64))
    numpy.save(making / "vectors.npy", numpy.stack([by_number[number] for number in sorted(by_number)]))
    (making / "about.json").write_bytes(msgspec.json.encode({"format": FORMAT, "model": model, "whole": whole}))
    shutil.rmtree(made, ignore_errors=True)
    making.rename(made)
    for old in _newest_first(folder)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def newest(folder: Path | None, model: str) -> KeptVectors:
    """The newest that this model made and that can be read, memory-mapped; none of them where there is none."""
    for one in _newest_first(folder) if folder else []:
        try:
            about = msgspec.json.decode((one / "about.json").read_bytes())
            if (about["format"], about["model"]) == (FORMAT, model):
                numbers, vectors = (
                    numpy.load(one / f"{name}.npy", mmap_mode="r").view(numpy.ndarray)
                    for name in ("numbers", "vectors")
                )
                return KeptVectors(numbers, vectors, one.name if about["whole"] else "")
        except (OSError, ValueError) as gone:
            log.info("assistant_vectors_unreadable", folder=one.name, error=repr(gone))
    return NONE


def _newest_first(folder: Path) -> list[Path]:
    within = folder / FOLDER
    kept = (one for one in within.iterdir() if one.name.isdecimal()) if within.is_dir() else ()
    return sorted(kept, key=lambda one: -int(one.name))
