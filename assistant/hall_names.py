"""Halls and districts as people name them: 西岭区, 车管所, 出入境大厅."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

CITY = "city"
_OF_A_HALL = re.compile(r".+(?:厅|中心|局|所|会|站|办|队|街道|镇|村|社区)")
_ANY_HALL = re.compile(r"(?:政务|办事|办证|便民|行政|服务|审批)+(?:大厅|中心|局)")
_BARE = re.compile(r"(.{2,})(?:区|县|镇|街道|社区|村)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedHall:
    """A hall by its names; `path` tells under which it is, `region` what it is for."""

    code: str
    name: str
    short_name: str
    level: str
    path: str
    region: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What people call this very hall; 政务大厅 is any."""
        called = (self.name, self.short_name, *self.aliases)
        return tuple(one for one in called if _OF_A_HALL.fullmatch(one) and not _ANY_HALL.fullmatch(one))


@dataclass(frozen=True, slots=True)
class Place:
    """A hall, or the halls of a region, nearest to the name first; `is_hall` if one hall was named."""

    key: str
    codes: tuple[str, ...]
    is_hall: bool


class HallNames:
    """The names of the halls in use."""

    def __init__(self, halls: Iterable[NamedHall] = ()) -> None:
        every = tuple(halls)
        self._places: dict[str, Place] = {}
        self._words: dict[str, str] = {}
        for hall in every:
            if hall.region and hall.level != CITY:
                below = (other.code for other in every if other.path.startswith(hall.path) and other is not hall)
                self._put(Place(hall.region, (hall.code, *below), is_hall=False), (hall.region, *_bare(hall.region)))
        for hall in every:
            self._put(Place(hall.name, (hall.code,), is_hall=True), hall.names)
        self._longest_first = sorted(self._words, key=len, reverse=True)

    def named_in(self, said: str, *, is_name: Callable[[str], bool]) -> tuple[Place | None, str]:
        """The place a message names, and the message without it. A word of some guide's name (`is_name`) is none."""
        for words in self._longest_first:
            if words in said and not is_name(words):
                return self._places[self._words[words]], _without(words, said)
        return None, said

    def called(self, key: str) -> Place | None:
        """The place with that key, if it is still there."""
        return self._places.get(key)

    def _put(self, place: Place, words: Iterable[str]) -> None:
        self._places.setdefault(place.key, place)
        for one in words:
            self._words.setdefault(one, place.key)


def _without(words: str, said: str) -> str:
    """What is said besides a place, without the 在 before it: 在云溪镇上户口 asks 上户口."""
    return re.sub(rf"[在去到]?{re.escape(words)}(?:这边|那边|这里|那里)?", " ", said, count=1)


def _bare(region: str) -> tuple[str, ...]:
    match = _BARE.fullmatch(region)
    return (match.group(1),) if match else ()
