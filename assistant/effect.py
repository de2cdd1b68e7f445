"""What a change would do, before it is made: the labelled set and the group's own questions, answered before and after.

A labelled question counts 2 when it is answered as it should be, 0 when a guide answers that should not, else 1: an
offer or an honest 不知道 is better than a wrong guide.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant import corpus, dialogue, knowledge, labelling
from assistant.answering import Answer, Kind
from assistant.corpus import GuideDocument, Section
from assistant.labelling import Label
from assistant.local_sheet import TITLES
from assistant.remembering import Memory
from assistant.snapshot import Snapshot
from catalogue.errors import ItemNotFound
from catalogue.models import ServiceItem

AS_IT_SHOULD, NOT_WRONG, WRONG = 2, 1, 0
Trial = Callable[[Snapshot], Snapshot]


@dataclass(frozen=True, slots=True)
class Shift:
    """One question and what is said to it before and after; `by` is above 0 when that is better."""

    question: str
    before: str
    after: str
    by: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """`own` are the questions of the group itself; of the labelled ones those that `same` counts stay as they are."""

    better: list[Shift]
    worse: list[Shift]
    same: int
    own: list[Shift]

    @property
    def measured(self) -> int:
        return self.same + len(self.better) + len(self.worse)


async def of_name(*, slug: str, name: str, asked: Sequence[str]) -> Effect:
    """Of an everyday name more. Raises ItemNotFound."""
    return await _of(await _with(slug, lambda guide: replace(guide, aliases=(*guide.aliases, name.strip()))), asked)


async def of_question(*, slug: str, question: str, answer: str, asked: Sequence[str]) -> Effect:
    """Of a common question more. Raises ItemNotFound."""
    section = Section(corpus.QUESTION, question.strip(), answer.strip())
    return await _of(await _with(slug, lambda guide: replace(guide, sections=(*guide.sections, section))), asked)


async def of_section(*, slug: str, element: str, text: str, asked: Sequence[str]) -> Effect:
    """Of an entry more in an element of a guide. Raises ItemNotFound."""

    def changed(guide: GuideDocument) -> GuideDocument:
        known = next((one for one in guide.sections if one.kind == element), None)
        if known is None:
            return replace(guide, sections=(*guide.sections, Section(element, TITLES[element], text.strip())))
        longer = replace(known, text=f"{known.text}\n{text.strip()}")
        return replace(guide, sections=tuple(longer if one is known else one for one in guide.sections))

    return await _of(await _with(slug, changed), asked)


async def of_synonym(*, said: str, word: str, asked: Sequence[str]) -> Effect:
    return await _of(lambda before: before.trying(synonyms={said.strip(): word.strip()}), asked)


async def standing() -> list[tuple[Label, int, str]]:
    """Every labelled question, what it counts as things are now, and what is said to it."""
    snapshot, labels = await knowledge.current(), await labelling.everything()
    return await asyncio.to_thread(counted, snapshot, labels)


def counted(snapshot: Snapshot, labels: Iterable[Label]) -> list[tuple[Label, int, str]]:
    """What each of `labels` counts, and what is said to it."""
    answered = ((label, _answer(snapshot, label.question)) for label in labels)
    return [(label, worth(answer, label), told(answer)) for label, answer in answered]


async def _with(slug: str, changed: Callable[[GuideDocument], GuideDocument]) -> Trial:
    item = await ServiceItem.get_or_none(slug=slug, guide_id__isnull=False)
    if item is None:
        raise ItemNotFound
    code = item.item_code

    def trial(before: Snapshot) -> Snapshot:
        guide = before.guide(code)
        if guide is None:
            raise ItemNotFound
        return before.trying(changed(guide))

    return trial


async def _of(trial: Trial, asked: Sequence[str]) -> Effect:
    before, labels = await knowledge.current(), await labelling.everything()
    return await asyncio.to_thread(lambda: compared(before, trial(before), labels, asked))


def compared(before: Snapshot, after: Snapshot, labels: Iterable[Label], asked: Iterable[str]) -> Effect:
    """Both asked the same questions, each as the first of a conversation."""
    shifts = [_shift(before, after, label) for label in labels]
    return Effect(
        better=[one for one in shifts if one.by > 0],
        worse=[one for one in shifts if one.by < 0],
        same=sum(one.by == 0 for one in shifts),
        own=[Shift(said, told(_answer(before, said)), told(_answer(after, said))) for said in dict.fromkeys(asked)],
    )


def _shift(before: Snapshot, after: Snapshot, label: Label) -> Shift:
    then, now = _answer(before, label.question), _answer(after, label.question)
    return Shift(label.question, told(then), told(now), worth(now, label) - worth(then, label))


def worth(answer: Answer, label: Label) -> int:
    """2 as it should be, 1 not wrong, 0 wrong."""
    guides = {passage.source.item_code for passage in answer.passages}
    sections = {passage.source.section_kind for passage in answer.passages}
    if label.expects == Kind.ANSWER and guides == {label.item_code}:
        return AS_IT_SHOULD if not label.section or label.section in sections else NOT_WRONG
    if guides:
        return WRONG
    given = Kind.UNKNOWN if answer.kind is Kind.PERSON else answer.kind
    return AS_IT_SHOULD if given == label.expects else NOT_WRONG


def told(answer: Answer) -> str:
    """An answer in one line: which guide and section, what is offered, or that it does not know."""
    if answer.passages:
        sources = (f"《{one.source.item_name}》{one.source.section_title}" for one in answer.passages)
        return "；".join(dict.fromkeys(sources))
    offered = "、".join(choice.name for choice in answer.choices)
    if answer.kind is Kind.CHOOSE:
        return f"反问：{offered}" if offered else "反问是哪个事项"
    if answer.kind in (Kind.UNKNOWN, Kind.PERSON):
        return f"没有答案，附近有：{offered}" if offered else "没有答案"
    return answer.note[:60]


def _answer(snapshot: Snapshot, said: str) -> Answer:
    return dialogue.reply(snapshot, said, Memory())[0]
