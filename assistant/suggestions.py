"""Suggestions while typing: names that begin with, contain, sound like or nearly are what has been typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant import analysis, pinyin
from assistant.corpus import GuideDocument

NEARLY = 70.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name to offer and the guide it belongs to."""

    text: str
    item_code: str
    item_name: str


@dataclass(frozen=True, slots=True)
class _Entry:
    written: str
    spoken: str
    letters: str
    initials: str
    suggestion: Suggestion


class Suggester:
    """All names of the published guides, prepared for `suggest`; never changes."""

    def __init__(self, documents: Sequence[GuideDocument]) -> None:
        self._entries = [_entry(document, name) for document in documents for name in document.names]

    def suggest(self, typed: str, *, limit: int = 8) -> list[Suggestion]:
        """At most `limit` suggestions, one per guide: beginnings first, then inside, then by sound, then nearly so."""
        said = "".join(analysis.units(analysis.canon(typed)[:30]))
        if not said:
            return []
        rated = [(rating, entry) for entry in self._entries if (rating := _rating(said, entry))]
        rated.sort(key=lambda pair: (-pair[0], len(pair[1].written), pair[1].written))
        best: dict[str, Suggestion] = {}
        for _, entry in rated:
            best.setdefault(entry.suggestion.item_code, entry.suggestion)
            if len(best) == limit:
                break
        return list(best.values())


def _entry(document: GuideDocument, name: str) -> _Entry:
    written = "".join(analysis.units(analysis.canon(name)))
    suggestion = Suggestion(name, document.item_code, document.name)
    return _Entry(written, pinyin.sound(written), pinyin.letters(written), pinyin.initials(written), suggestion)


def _rating(said: str, entry: _Entry) -> float:
    if entry.written.startswith(said):
        return 500.0
    if said in entry.written:
        return 400.0
    if said.isascii():
        return _rating_of_letters(said, entry)
    sounds = pinyin.sound(said)
    if sounds in entry.spoken:
        return 300.0
    nearly = fuzz.partial_ratio(sounds, entry.spoken) if len(said) > 2 else 0.0
    return nearly if nearly >= NEARLY else 0.0


def _rating_of_letters(said: str, entry: _Entry) -> float:
    if entry.letters.startswith(said) or entry.initials.startswith(said):
        return 350.0
    if len(said) > 1 and (said in entry.initials or said in entry.letters):
        return 250.0
    return 200.0 if any(way in entry.spoken for way in pinyin.spoken(said)) else 0.0
