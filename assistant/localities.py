"""Localities (知识库 of places and departments): which are there, and which a message or a hall belongs to."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

S = TypeVar("S")
SHORTEST_NAME = 2
_RULES = "规定|办法|政策|标准|要求|说法|做法"
_CITY = (
    rf"(?:按照?)?(?:全市|本市|市级)的?(?:统一|通用|一样)?的?(?:{_RULES})|(?:全市|本市)统一的?"
    rf"|市里(?:面|边)?(?:统一)?(?:的(?:{_RULES})?)?"
)
_OURS = rf"(?:(?:我们|咱们?|你们)的?|本)?(?:区里|县里|本区|本县|我们区|咱们区|你们区)(?:的)?(?:{_RULES})?"
_BEFORE = "(?:我|俺|我们|咱们?)?(?:(?P<not>不在|不是|不属于|不归|非)|(?:人|户口|家)?(?:是|住?在|到)|住|按)?"
_AFTER = rf"(?:这边|那边|这里|那里|本地|当地)?(?:的(?:{_RULES})?|内|里|和|与|跟|、)?"
_NOTHING_ELSE = re.compile(
    rf"(?:[\s,。!?;、]|那么?|如果|要是|换成|换到|看看?|问|的话|的|{_RULES}|是?什么|怎么(?:样|规定|说|办)?|呢|吗|啊|呀|吧|有)*"
)


@dataclass(frozen=True, slots=True)
class Locality:
    """One knowledge base: `hall_path` of the halls that are its own, `names` as people call it."""

    code: str
    name: str
    kind: str = "city"
    parent: str = ""
    hall_path: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """Which base a message speaks of, by what name (none where it says not to be there); what it says besides, and
    whether that is nothing.
    """

    code: str = ""
    named: str = ""
    rest: str = ""
    nothing_else: bool = False


@dataclass(frozen=True)
class Localities(Generic[S]):
    """`views` are what each base knows, by code; `places` what people call the places of the city, and whose they are.

    A place without a base of its own belongs to the nearest above it, in the end to the city's, `top`.
    """

    top: Locality
    below: Sequence[Locality] = ()
    views: Mapping[str, S] = field(default_factory=dict)
    halls: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _spoken(self) -> "re.Pattern[str]":
        longest_first = sorted(self.places, key=len, reverse=True)
        any_of = "|".join(map(re.escape, longest_first)) or r"(?!)"
        return re.compile(rf"{_BEFORE}(?P<name>{any_of}){_AFTER}|(?P<city>{_CITY})|(?P<ours>{_OURS})")

    @cached_property
    def departments(self) -> frozenset[str]:
        """The bases that go with what is asked and not with where: they hold for one matter only."""
        return frozenset(one.code for one in self.below if one.kind == "department")

    def view(self, code: str) -> S | None:
        """What the base of that code knows; the city's own is not among the views."""
        return self.views.get(code)

    def base_at(self, place: str) -> str:
        """The base of a hall, by its code, or the base that is called so; the city's for any other."""
        return place if place in self.views else self.halls.get(place, self.top.code)

    def named(self, code: str) -> str:
        """The name of a base."""
        return next((one.name for one in self.below if one.code == code), self.top.name)

    def heard(self, said: str, *, ours: str, is_name: Callable[[str], bool]) -> Heard:
        """Which base is spoken of; `ours` is the one that 区里 means. Where several are named, it is the city's.

        Words that stand in a name of a guide (`is_name`) name no place.
        """
        if not self.below:
            return Heard(rest=said)
        found = [match for match in self._spoken.finditer(said) if self._speaks_of_place(match, is_name)]
        codes = dict.fromkeys(self._meant(match, ours) for match in found)
        if not found:
            return Heard(rest=said)
        if len(codes) > 1:
            return Heard(self.top.code, rest=_without(said, found))
        (code,) = codes
        names = [name for match in found if (name := match.group("name")) and not match.group("not")]
        rest = said if code in self.departments else _without(said, found)
        return Heard(code, names[0] if names else "", rest, _NOTHING_ELSE.fullmatch(_without(said, found)) is not None)

    def _speaks_of_place(self, match: "re.Match[str]", is_name: Callable[[str], bool]) -> bool:
        name = match.group("name")
        return not is_name(name or match.group()) or (name is not None and self.places[name] in self.departments)

    def _meant(self, match: "re.Match[str]", ours: str) -> str:
        if match.group("city"):
            return self.top.code
        if match.group("ours"):
            return ours or self.top.code
        return self.top.code if match.group("not") else self.places[match.group("name")]


def _without(said: str, found: "Sequence[re.Match[str]]") -> str:
    for match in reversed(found):
        said = said[: match.start()] + said[match.end() :]
    return said


TOP = Locality("city", "全市")
NOWHERE_ELSE: Localities[Any] = Localities(TOP)


def nearest(path: str, bases: Sequence[Locality], *, top: Locality) -> Locality:
    """The base whose halls a hall at `path` is among, the nearest of them."""
    holding = [one for one in bases if one.hall_path and path.startswith(one.hall_path)]
    return max(holding, key=lambda one: len(one.hall_path), default=top)
