"""Going on (接着说): when a message belongs to the item spoken of before, though no word of it points back.

Who goes on says little. So what is found must be named, if only by two neighbouring characters, to be another item:
after 新生儿医保, 啥时候交 is not 契税什么时候交, but 契税呢 is.
"""

from dataclasses import replace

from assistant import analysis, question
from assistant.choosing import MOST_CHOICES, Decision, decide, named_among, shares_a_name
from assistant.corpus import GuideDocument
from assistant.pinpointing import frequent_question
from assistant.question import Question
from assistant.remembering import Memory
from assistant.snapshot import Snapshot

FEW_WORDS = 10
"""Who says more than so many characters says what it is about."""


def returned_to(snapshot: Snapshot, one: Question, memory: Memory) -> GuideDocument | None:
    """The item spoken of before to which a message returns, by name or because it says no other: 刚才那个要照片吗."""
    if not question.goes_back(one.said):
        return None
    recent = [guide for code in reversed(memory.items) if (guide := snapshot.guide(code))]
    named = named_among(one.topic, recent)
    if named or not recent:
        return named
    return None if decide(snapshot, one, recent=()).document else recent[0]


def told_by_the_latest(snapshot: Snapshot, one: Question, memory: Memory, decision: Decision) -> GuideDocument | None:
    """The item spoken of last, if that is asked about: by one of its common questions (人不在本地能办吗), or by an
    element that every guide has, where nothing else is named (多少钱一年)."""
    latest = _latest(snapshot, memory)
    if not latest or _is_named(one, decision):
        return None
    asked_of_any = one.asked and _is_short(one) and (decision.document or decision.matter)
    return latest if asked_of_any or frequent_question(latest, one.topic, one.asked) else None


def with_the_latest(snapshot: Snapshot, one: Question, memory: Memory, decision: Decision) -> Decision:
    """The decision, where a few words name nothing: what was spoken of last is then offered first (眼睛不好能换不)."""
    latest = _latest(snapshot, memory)
    found = (decision.document,) if decision.document else decision.choices
    if not latest or decision.document == latest or not found or not _is_short(one) or _is_named(one, decision):
        return decision
    others = tuple(guide for guide in found if guide.item_code != latest.item_code)
    return replace(decision, document=None, choices=(latest, *others)[:MOST_CHOICES])


def _latest(snapshot: Snapshot, memory: Memory) -> GuideDocument | None:
    return snapshot.guide(memory.items[-1]) if memory.items else None


def _is_short(one: Question) -> bool:
    return len(analysis.units(one.said)) <= FEW_WORDS


def _is_named(one: Question, decision: Decision) -> bool:
    """Whether what was found is called by a part of what was said."""
    if decision.matter:
        return shares_a_name(one.topic, decision.matter.as_document())
    found = (decision.document,) if decision.document else decision.choices
    return any(shares_a_name(one.topic, guide) for guide in found)
