"""Answers: which sentences of which guide answer what was asked. Nothing here writes a fact of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant import analysis, audience, coming, ground_rules, question
from assistant.aspects import SECTIONS, Aspect
from assistant.confidence import Band
from assistant.corpus import (
    FEES,
    MATERIALS,
    PERIODS,
    QUESTION,
    SUMMARY,
    VARIANT,
    GuideDocument,
    Section,
)
from assistant.ground_rules import VERSION, GroundRule
from assistant.navigation import Card, Live
from assistant.pinpointing import frequent_question, says_more, telling_section

GENERAL = "指南里没找到专门回答这一句的话，下面是《{name}》的要点。"
LONGEST_PASSAGE = 600
SHORT = 4
OVERVIEW = (SUMMARY, MATERIALS, PERIODS, FEES)


class Kind(StrEnum):
    """What sort of reply it is; stored with the turn."""

    ANSWER = "answer"
    CHOOSE = "choose"
    UNKNOWN = "unknown"
    PERSON = "person"
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    GREETING = "greeting"
    EMPTY = "empty"
    WITH_PERSON = "with_person"  # a person holds the conversation: no turn of the bot


@dataclass(frozen=True, slots=True)
class Source:
    """Where a passage was taken from; shown with it. A rule of the platform has no item code.

    `base` is the knowledge base that says so, among several.
    """

    item_code: str
    item_name: str
    section_kind: str
    section_title: str
    version: str
    effective_date: date | None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences of one section, word for word; `shortened` when the section goes on."""

    text: str
    source: Source
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A guide offered by name when it is not certain which is meant."""

    item_code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply. `note` is our own fixed wording; everything a guide says stands in `passages` with its source.

    `live` names what the door looks up beside it.
    """

    kind: Kind
    band: Band
    confidence: float = 0.0
    note: str = ""
    passages: tuple[Passage, ...] = ()
    choices: tuple[Choice, ...] = ()
    cards: tuple[Card, ...] = ()
    live: tuple[Live, ...] = ()

    @property
    def text(self) -> str:
        """The reply as one text: the note, then the passages."""
        return "\n\n".join(filter(None, (self.note, *(passage.text for passage in self.passages))))


def passages_for(
    document: GuideDocument, topic: str, asked: Iterable[Aspect], *, whom: str = ""
) -> tuple[tuple[Passage, ...], str]:
    """The passages of `document` that answer a question about `topic`, and a note on what the guide does not say.

    `whom` is for whom it is: the variants that are for them come along.
    """
    wanted = tuple(asked)
    sections = list(_special(document, topic, wanted)) + list(_of_aspects(document, wanted))
    missing = [aspect for aspect in wanted if aspect is not Aspect.PROGRESS and not _sections(document, aspect)]
    note = f"《{document.name}》的办事指南没有写明：{'、'.join(missing)}。" if missing else ""
    if not sections:
        sections = [*_of_place(document), *_overview(document, topic)]
        note = note or (GENERAL.format(name=document.name) if says_more(document, topic) else "")
    elif not wanted and all(section.kind == VARIANT for section in sections):
        sections += _first_of(document, OVERVIEW[1:])
    sections += audience.variants(document, whom)
    return tuple(_passage(document, section) for section in dict.fromkeys(sections)), note


def rule_passage(rule: GroundRule, facts: Mapping[str, str]) -> Passage:
    """What a rule of the platform says, with what is in force now."""
    source = Source("", rule.source, rule.id, rule.title, VERSION, rule.effective)
    return Passage(ground_rules.filled(rule.text, facts), source)


def choices_of(documents: Iterable[GuideDocument], *, limit: int = 4) -> tuple[Choice, ...]:
    """Guides as named choices, each once."""
    unique = dict.fromkeys((document.item_code, document.name) for document in documents)
    return tuple(Choice(code, name) for code, name in list(unique)[:limit])


def _overview(document: GuideDocument, topic: str) -> list[Section]:
    """What everybody asks first; of a guide with variants (情形) called by its bare name, what they are."""
    variants = document.all_of(VARIANT)
    if len(variants) > 1 and analysis.canon(topic) in analysis.canon(document.name):
        return [*_first_of(document, OVERVIEW[:1]), *variants, *_first_of(document, OVERVIEW[1:2])]
    return _first_of(document, OVERVIEW) or list(document.sections[:2])


def _of_place(document: GuideDocument) -> list[Section]:
    """What the knowledge base of a place says otherwise comes first: all else is told next to it."""
    return [section for section in document.sections if section.local and section.kind != QUESTION]


def _first_of(document: GuideDocument, kinds: Iterable[str]) -> list[Section]:
    return [section for kind in kinds if (section := document.section(kind))]


def _of_aspects(document: GuideDocument, asked: tuple[Aspect, ...]) -> list[Section]:
    return [section for aspect in asked for section in _sections(document, aspect)]


def _sections(document: GuideDocument, aspect: Aspect) -> list[Section]:
    return coming.sections(document, aspect) or _first_of(document, SECTIONS[aspect])


def _special(document: GuideDocument, topic: str, asked: tuple[Aspect, ...]) -> Iterable[Section]:
    """The common question (常见问题) asked in other words, the variant (情形) named, or the section telling of it."""
    if not topic:
        return
    common = frequent_question(document, topic, asked)
    if common:
        yield common
    variants = [variant for variant in document.all_of(VARIANT) if _named(variant, topic, document)]
    yield from variants
    if not asked and not common and not variants:
        yield from filter(None, [telling_section(document, topic)])


def _named(variant: Section, topic: str, document: GuideDocument) -> bool:
    """Whether the variant is called so, or partly so (小孩 of 小孩护照) by words that are not the guide's own name."""
    names = [analysis.canon(name) for name in (variant.title, *variant.also) if len(name) > 1]
    said = question.about_then(topic)
    partly = 2 <= len(said) <= SHORT and said not in analysis.canon(document.name)
    return any(name in topic or (partly and said in name) for name in names)


def _passage(document: GuideDocument, section: Section) -> Passage:
    of = section.local or document
    source = Source(
        item_code=document.item_code,
        item_name=document.name,
        section_kind=section.kind,
        section_title=section.title,
        version=of.version,
        effective_date=of.effective_date,
        base=section.local.base if section.local else "",
    )
    text = _shortened(section.text)
    return Passage(text, source, shortened=len(text) < len(section.text.strip()))


def _shortened(text: str) -> str:
    """At most `LONGEST_PASSAGE` characters, cut after a whole line or sentence."""
    text = text.strip()
    if len(text) <= LONGEST_PASSAGE:
        return text
    cut = max(text.rfind(end, 0, LONGEST_PASSAGE) for end in "\n。；")
    return text[: cut + 1].strip() if cut > 0 else text[:LONGEST_PASSAGE]
