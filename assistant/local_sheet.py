"""What a base says otherwise of an item (本地办法), and a guide with that written into it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from assistant import analysis, corpus
from assistant.corpus import GuideDocument, Local, Section

TITLES = {
    corpus.SUMMARY: "事项简介",
    corpus.CONDITIONS: "受理条件",
    corpus.MATERIALS: "申请材料",
    corpus.STEPS: "办理流程",
    corpus.PERIODS: "办理时限",
    corpus.FEES: "收费标准",
    corpus.PLACES: "办理地点和时间",
    corpus.ONLINE: "网上办理",
    corpus.BOOKING: "预约办理",
    corpus.RESULT: "结果送达",
    corpus.CONTACTS: "咨询投诉",
    corpus.NOTES: "注意事项",
}
"""The elements that may differ from place to place, and what people read above them."""
Line = Annotated[str, Meta(min_length=1, max_length=120)]


class LocalSection(Struct, frozen=True, forbid_unknown_fields=True):
    """One element instead of the one above."""

    kind: str
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class LocalFaq(Struct, frozen=True, forbid_unknown_fields=True):
    """A common question more, or in place of the same one above."""

    question: Line
    answer: Annotated[str, Meta(min_length=1, max_length=2000)]
    also: list[Line] = []


class LocalSheet(Struct, frozen=True, forbid_unknown_fields=True):
    """`halls` in place of those above, where there are any; the rest is written over or added."""

    sections: list[LocalSection] = []
    aliases: list[Line] = []
    faqs: list[LocalFaq] = []
    halls: list[str] = []

    @property
    def says_nothing(self) -> bool:
        return not (self.sections or self.aliases or self.faqs or self.halls)


def merged(above: GuideDocument, sheet: LocalSheet, *, base: str, version: int, since: date | None) -> GuideDocument:
    """The guide as it holds in `base`; what is written there says so."""
    local = Local(base, str(version), since)
    return replace(
        above,
        aliases=tuple(dict.fromkeys((*above.aliases, *sheet.aliases))),
        sections=tuple(_sections(above, sheet, local)),
        halls=tuple(sheet.halls) or above.halls,
    )


def _sections(above: GuideDocument, sheet: LocalSheet, local: Local) -> Iterator[Section]:
    instead = {one.kind: one.text for one in sheet.sections}
    told = {analysis.canon(one.question) for one in sheet.faqs}
    new = [kind for kind in instead if above.section(kind) is None]
    yield from (Section(kind, TITLES[kind], instead[kind], local=local) for kind in new)
    yield from (Section(corpus.QUESTION, one.question, one.answer, (*one.also,), local) for one in sheet.faqs)
    for section in above.sections:
        if section.kind in instead:
            yield replace(section, text=instead.pop(section.kind), local=local)
        elif section.kind != corpus.QUESTION or analysis.canon(section.title) not in told:
            yield section
