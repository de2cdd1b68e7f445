"""摇号算法: how lots are cast and places given. The house draws by it and everybody checks by it (`docs/draw.md`).

Every step is SHA-256 or a sort of texts, so that a shell with `sha256sum` and `openssl` comes to the same result.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

NAME = "hmac-sha256/1"


@dataclass(frozen=True, slots=True)
class Entry:
    """登记: a public number, the slots wished for in order, and whether any other slot would do as well."""

    number: str
    wishes: tuple[int, ...] = ()
    any_slot: bool = False

    @property
    def line(self) -> str:
        """The entry as the list of entries is hashed: number, wishes, ``*`` for any; ends in a line feed."""
        return " ".join([self.number, *map(str, self.wishes), *(["*"] if self.any_slot else [])]) + "\n"


def seed_hash(seed: str, code: str) -> str:
    """承诺: what is published before anybody registers: SHA-256 of the seed followed by the code of the draw."""
    return hashlib.sha256(f"{seed}{code}".encode()).hexdigest()


def entries_hash(entries: Iterable[Entry]) -> str:
    """SHA-256 of the lines of all entries, sorted by number."""
    lines = (one.line for one in sorted(entries, key=lambda one: one.number))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def lot(seed: str, of_entries: str, number: str) -> str:
    """签值: HMAC-SHA256 under the seed, over the hash of all entries and the number of this one."""
    return hmac.new(seed.encode(), f"{of_entries}{number}".encode(), hashlib.sha256).hexdigest()


def in_order(seed: str, entries: Collection[Entry]) -> list[Entry]:
    """The entries from rank 1 on: by their lots, smallest first."""
    of_entries = entries_hash(entries)
    return sorted(entries, key=lambda one: (lot(seed, of_entries, one.number), one.number))


def wanted(entry: Entry, slots: Iterable[int]) -> Iterator[int]:
    """Slots in the order this entry would take them; `slots` are those of the draw, the earliest first."""
    yield from entry.wishes
    if entry.any_slot:
        yield from (one for one in slots if one not in entry.wishes)


def allocate(
    ordered: Sequence[Entry],
    places: Mapping[int, int],
    *,
    barred: Collection[str] = (),
    passed: Mapping[str, Collection[int]] | None = None,
) -> dict[str, int | None]:
    """Number → the slot it gets, or None. Rank by rank, each the first slot it wants that has a place left.

    `barred` numbers get none; a number takes none of the slots it `passed`.
    """
    left, given, skipped = dict(places), dict[str, int | None](), passed or {}
    for one in ordered:
        free = (slot for slot in wanted(one, places) if left.get(slot) and slot not in skipped.get(one.number, ()))
        given[one.number] = got = None if one.number in barred else next(free, None)
        if got is not None:
            left[got] -= 1
    return given
