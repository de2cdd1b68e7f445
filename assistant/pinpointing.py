"""Pinpointing: inside the guide that is meant, the one place that says it — a common question or a telling section."""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant import analysis, aspects, names, question, ranking
from assistant.aspects import Aspect
from assistant.corpus import QUESTION, GuideDocument, Section
from assistant.names import Name

SAME_QUESTION, NEARLY_THE_SAME = 0.62, 0.8
SAME_BEYOND, LEAST_SHARED = 0.55, 2
HALF_TOLD, TOLD = 0.5, 0.8
REMEMBERED = 8192
_EMPTY_WORDS = frozenset("了怎么吗呢啊吧的得地要不是在有什哪能可以去给我你办请问咋如何多少还和就都也想会需")
_PLAINLY = {"母亲": "妈", "父亲": "爸", "随": "跟", "母": "妈", "父": "爸", "娘": "妈", "爹": "爸", "妻子": "老婆"}
_RELATIVES = re.compile("|".join(_PLAINLY))


def frequent_question(document: GuideDocument, topic: str, asked: tuple[Aspect, ...]) -> Section | None:
    """The common question (常见问题) that asks the same of the same aspect: near in wording, or telling the same beyond
    the guide's own names."""
    beyond = _beyond(document, topic)
    enough = SAME_QUESTION if beyond or asked else NEARLY_THE_SAME
    best, value = None, (0.0, 0.0)
    for section in document.all_of(QUESTION):
        near, ways = _nearness(document, section, topic, asked), _fitting(section, asked)
        said = ((_sameness(beyond, _beyond(document, way)), _alike(topic, way)) for way in ways)
        same, whole = max(said, default=(0.0, 0.0))
        found = (max(near, same), whole)
        if found > value and ((near >= enough and _tells(section, beyond)) or same >= SAME_BEYOND):
            best, value = section, found
    return best


def telling_section(document: GuideDocument, topic: str) -> Section | None:
    """The section that holds most of what the question says beyond the guide's own names."""
    beyond = _beyond(document, topic)
    shares = [(_share(beyond, section.text), section) for section in document.sections if len(beyond) > 2]
    share, section = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return section if share >= TOLD else None


def says_more(document: GuideDocument, topic: str) -> bool:
    """Whether the question says something beyond the names of the guide."""
    return len(_beyond(document, topic)) >= LEAST_SHARED


def _nearness(document: GuideDocument, section: Section, topic: str, asked: tuple[Aspect, ...]) -> float:
    """0..1: how near the wording is, without the words that ask; 0 when something else is asked.

    Who says nothing beyond the guide's names does not ask what says more: 护照怎么办 is not 护照丢了怎么办.
    """
    said, bare = names.name_of(topic), not _beyond(document, topic)
    near = (
        value
        for way in _fitting(section, asked).values()
        if (value := ranking.closeness(said, way.rest)) >= NEARLY_THE_SAME
        or not (bare and _telling_name(way.rest.written) - _telling_name(topic))
    )
    return max(near, default=0.0)


@dataclass(frozen=True, slots=True)
class _Way:
    """A wording of a common question: what it asks for, and what is left without the words that ask."""

    asks: frozenset[Aspect]
    rest: Name


def _fitting(section: Section, asked: tuple[Aspect, ...]) -> dict[str, _Way]:
    """The wordings that ask for one of the same aspects.

    过期了 and 过期了怎么办 ask the same.
    """
    wanted, found = frozenset(asked), {}
    for way in (section.title, *section.also):
        one = _taken_apart(way)
        if one.asks == wanted or one.asks & wanted or one.asks ^ wanted == {Aspect.STEPS}:
            found[way] = one
    return found


@lru_cache(maxsize=REMEMBERED)
def _taken_apart(way: str) -> _Way:
    about, rest = aspects.read(question.plain(analysis.canon(way)), is_name=lambda words: False)
    return _Way(frozenset(about), names.name_of(rest))


def _sameness(beyond: frozenset[str], told: frozenset[str]) -> float:
    """0..1: how far two questions say the same beyond the guide's names; 0 when that is too little to tell."""
    shared = len(beyond & told)
    return 2 * shared / (len(beyond) + len(told)) if shared >= LEAST_SHARED else 0.0


def _alike(topic: str, way: str) -> float:
    """0..1: how far two questions say the same, the guide's own names with it: 随妈姓 is not 户口随妈."""
    said, told = _telling_name(topic), _telling_name(way)
    return 2 * len(said & told) / max(len(said) + len(told), 1)


def _tells(section: Section, beyond: frozenset[str]) -> bool:
    return not beyond or _share(beyond, "".join((section.title, *section.also, section.text))) >= HALF_TOLD


def _beyond(document: GuideDocument, topic: str) -> frozenset[str]:
    return _telling_name(topic).difference(*map(_telling_name, document.names))


def _share(wanted: frozenset[str], text: str) -> float:
    return len(wanted & _telling(text)) / len(wanted)


def _telling(text: str) -> frozenset[str]:
    """The characters that say something; relatives, and to go with one of them, are said in one way."""
    said = _RELATIVES.sub(lambda match: _PLAINLY[match.group()], analysis.canon(text))
    return frozenset(analysis.units(said)) - _EMPTY_WORDS


_telling_name = lru_cache(maxsize=REMEMBERED)(_telling)
"""The same for what is short and asked for again and again: names, and how questions are worded."""
