"""Suggestions while typing: names that begin with, contain, sound like or nearly are what has been typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import fuzz

from assistant import analysis, pinyin
from assistant.index import Index
from assistant.names import Names
from assistant.strings import Strings

NEARLY = 70.0
MOST_LOOKED_AT = 200
"""So many names of one kind are looked at: one letter begins half of them, and people type on."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name to offer and the guide it belongs to."""

    text: str
    item_code: str
    item_name: str


class Suggester:
    """All names of the guides in the lowest `layers` of an index."""

    def __init__(self, index: Index, *, layers: int) -> None:
        self._index, self._layers = index, layers

    def suggest(self, typed: str, *, limit: int = 8) -> list[Suggestion]:
        """At most `limit` suggestions, one per guide: beginnings first, then inside, then by sound, then nearly so."""
        said = "".join(analysis.units(analysis.canon(typed)[:30]))
        if not said:
            return []
        best: dict[str, Suggestion] = {}
        for one in self._by_rating(said):
            best.setdefault(one.item_code, one)
            if len(best) == limit:
                break
        return list(best.values())

    def _by_rating(self, said: str) -> Iterator[Suggestion]:
        rated: dict[tuple[int, int], float] = {}
        for rating, number, position in self._holding(said):
            rated[number, position] = max(rating, rated.get((number, position), 0.0))
        if len(rated) < MOST_LOOKED_AT and not said.isascii() and len(said) > 2:
            for rating, number, position in self._nearly(said):
                rated.setdefault((number, position), rating)
        written = {place: self._index.layers[place[0]].names.written[place[1]] for place in rated}
        for place in sorted(rated, key=lambda place: (-rated[place], len(written[place]), written[place])):
            yield from self._suggestion(*place)

    def _holding(self, said: str) -> Iterator[tuple[float, int, int]]:
        """Rating, layer and position of the names that hold what was typed in one way or another."""
        for number, layer in enumerate(self._index.layers[: self._layers]):
            for rating, texts, part, from_start in _ways(layer.names, said):
                for position in islice(texts.holding(part, from_start=from_start), MOST_LOOKED_AT):
                    yield rating, number, position

    def _nearly(self, said: str) -> Iterator[tuple[float, int, int]]:
        """Of the guides that share the most with it, the names that nearly sound like what was typed."""
        sounds = pinyin.sound(said)
        for document in self._index.search(said).documents:
            number, place = self._index.at(document)
            names = self._index.layers[number].names
            for position in range(names.starts[place], names.starts[place + 1] if number < self._layers else 0):
                nearly = fuzz.partial_ratio(sounds, names.spoken[position])
                if nearly >= NEARLY:
                    yield nearly, number, position

    def _suggestion(self, number: int, position: int) -> Iterator[Suggestion]:
        """The name as it is written in the guide; nothing if it is no name, or of a guide that was replaced."""
        layer = self._index.layers[number]
        place = layer.names.document_of(position)
        if layer.names.is_name(position) and not self._index.is_hidden(number, place):
            guide = layer.documents[place]
            yield Suggestion(guide.names[position - int(layer.names.starts[place])], guide.item_code, guide.name)


def _ways(names: Names, said: str) -> Iterator[tuple[float, Strings, str, bool]]:
    yield 500.0, names.written, said, True
    yield 400.0, names.written, said, False
    if not said.isascii():
        yield 300.0, names.spoken, pinyin.sound(said), False
        return
    yield 350.0, names.letters, said, True
    yield 350.0, names.initials, said, True
    if len(said) > 1:
        yield 250.0, names.initials, said, False
        yield 250.0, names.letters, said, False
    yield from ((200.0, names.spoken, way, False) for way in pinyin.spoken(said))
