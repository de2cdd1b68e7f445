"""What the outside world remembers: records by kind and key, in memory, with every change appended to a journal.

A killed process loses nothing it has answered for: the line is handed to the operating system before the answer.
Records are msgspec structures; change one, then ``put`` it back.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

Record = TypeVar("Record", bound=msgspec.Struct)


class Line(msgspec.Struct):
    """One change: the record ``value`` now stands under ``key``, or nothing does."""

    shelf: str
    key: str
    value: msgspec.Raw = msgspec.Raw(b"null")


class Shelf(Generic[Record]):
    """All records of one kind, by key, oldest first."""

    def __init__(self, memory: "Memory", name: str, kind: type[Record]) -> None:
        self._memory, self._name = memory, name
        self._records: dict[str, Record] = {
            key: msgspec.json.decode(raw, type=kind) for key, raw in memory.remembered(name).items()
        }

    def get(self, key: str) -> Record | None:
        return self._records.get(key)

    def put(self, key: str, record: Record) -> Record:
        self._records[key] = record
        self._memory.write(Line(self._name, key, msgspec.Raw(msgspec.json.encode(record))))
        return record

    def drop(self, key: str) -> None:
        if self._records.pop(key, None) is not None:
            self._memory.write(Line(self._name, key))

    def newest(self, count: int) -> list[Record]:
        return list(self._records.values())[: -count - 1 : -1]

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def __len__(self) -> int:
        return len(self._records)


class Memory:
    """The shelves of one sandbox and the journal they share; without a folder nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = folder / "journal.jsonl" if folder else None
        self._remembered = self._replay()
        self._shelves: dict[str, Shelf[Any]] = {}
        self._journal = self._compact()

    def shelf(self, name: str, kind: type[Record]) -> Shelf[Record]:
        """The shelf of that name; the same one for every caller."""
        if name not in self._shelves:
            self._shelves[name] = Shelf(self, name, kind)
        return self._shelves[name]

    def remembered(self, name: str) -> dict[str, bytes]:
        return self._remembered.pop(name, {})

    def write(self, line: Line) -> None:
        if self._journal:
            self._journal.write(msgspec.json.encode(line) + b"\n")

    def forget(self) -> None:
        """Empty every shelf and the journal."""
        self._remembered.clear()
        for shelf in self._shelves.values():
            shelf._records.clear()
        if self._journal:
            self._journal.truncate(0)

    def close(self) -> None:
        if self._journal:
            self._journal.close()

    def _replay(self) -> dict[str, dict[str, bytes]]:
        shelves: dict[str, dict[str, bytes]] = {}
        if self._path and self._path.exists():
            for text in self._path.read_bytes().splitlines():
                try:
                    line = msgspec.json.decode(text, type=Line)
                except msgspec.DecodeError:
                    continue  # the last line of a process that was killed while writing it
                shelf = shelves.setdefault(line.shelf, {})
                if bytes(line.value) == b"null":
                    shelf.pop(line.key, None)
                else:
                    shelf[line.key] = bytes(line.value)
        return shelves

    def _compact(self) -> Any:
        """Rewrite the journal with what is still true, and open it unbuffered for what comes."""
        if not self._path:
            return None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".unfinished")
        with fresh.open("wb") as journal:
            for name, records in self._remembered.items():
                for key, raw in records.items():
                    journal.write(msgspec.json.encode(Line(name, key, msgspec.Raw(raw))) + b"\n")
        fresh.replace(self._path)
        return self._path.open("ab", buffering=0)
