"""Pinpointing: inside the guide that is meant, the one place that says it — a common question or a telling section."""

from assistant import analysis, aspects, ranking
from assistant.aspects import Aspect
from assistant.corpus import QUESTION, GuideDocument, Section

SAME_QUESTION, NEARLY_THE_SAME = 0.62, 0.8
HALF_TOLD, TOLD = 0.5, 0.8
_EMPTY_WORDS = frozenset("了怎么吗呢啊吧的得地要不是在有什哪能可以去给我你办请问咋如何多少还和就都也想会需")


def frequent_question(document: GuideDocument, topic: str, asked: tuple[Aspect, ...]) -> Section | None:
    """The common question (常见问题) that asks the same: near in wording, of the same aspect, telling the rest."""
    beyond = _beyond(document, topic)
    enough = SAME_QUESTION if beyond or asked else NEARLY_THE_SAME
    near = [(_nearness(section, topic, asked), section) for section in document.all_of(QUESTION)]
    fitting = [(value, section) for value, section in near if value >= enough and _tells(section, beyond)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def telling_section(document: GuideDocument, topic: str) -> Section | None:
    """The section that holds most of what the question says beyond the guide's own names."""
    beyond = _beyond(document, topic)
    shares = [(_share(beyond, section.text), section) for section in document.sections if len(beyond) > 2]
    share, section = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return section if share >= TOLD else None


def _nearness(section: Section, topic: str, asked: tuple[Aspect, ...]) -> float:
    """0..1: how near the wording is, without the words that ask; 0 when something else is asked."""
    said = ranking.name_of(topic)
    values = [0.0]
    for way in (section.title, *section.also):
        about, rest = aspects.read(analysis.canon(way), is_name=lambda words: False)
        if set(asked) == set(about) or (asked and set(asked) <= set(about)):
            values.append(ranking.closeness(said, ranking.name_of(rest)))
    return max(values)


def _tells(section: Section, beyond: set[str]) -> bool:
    return not beyond or _share(beyond, "".join((section.title, *section.also, section.text))) >= HALF_TOLD


def _beyond(document: GuideDocument, topic: str) -> set[str]:
    return _telling(topic) - {unit for name in document.names for unit in _telling(name)}


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & _telling(text)) / len(wanted)


def _telling(text: str) -> set[str]:
    """The characters that say something."""
    return set(analysis.units(analysis.canon(text))) - _EMPTY_WORDS
