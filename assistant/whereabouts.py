"""Whereabouts: from which knowledge base a message is to be answered, and what is said about that.

A place that is named holds for the conversation until another is. Before any is, it is where the question comes from
(`at`: a hall, or a base). Nobody is answered from the base of a place that is neither.
"""

from dataclasses import dataclass, replace

from assistant import question
from assistant.answering import Answer
from assistant.corpus import QUESTION
from assistant.snapshot import Snapshot

OTHERWISE = "{base}有与全市不同的规定，已按{base}的写；想看全市统一的，可以问“市里的规定呢”。"
AS_IN_THE_CITY = "{place}没有另外的规定，下面是全市统一的办法。"
ELSEWISE = "{base}与全市不同的是{titles}；下面这几项与全市相同。"


@dataclass(frozen=True, slots=True)
class Standpoint:
    """`snapshot` to answer from, what is `said` besides the place, the base it is (`place`), the last that is not the
    city's (`ours`), by what name it was `named` in this message; `nothing_else` was said."""

    snapshot: Snapshot
    said: str
    place: str
    ours: str
    named: str = ""
    nothing_else: bool = False


def taken(city: Snapshot, said: str, *, place: str, ours: str, at: str) -> Standpoint:
    """Where a message is to be answered from; `place` and `ours` are what the conversation remembers."""
    localities = city.localities
    here = localities.base_at(at)
    heard = localities.heard(said, ours=ours or here, is_name=city.is_name)
    stays = heard.code or _remembered(city, place, said)
    code = stays or here
    ours = code if localities.view(code) and code not in localities.departments else ours or here
    return Standpoint(localities.view(code) or city, heard.rest, stays, ours, heard.named, heard.nothing_else)


def told(answer: Answer, stand: Standpoint) -> Answer:
    """The answer with the base of each passage named, and with what there is to say of it."""
    localities = stand.snapshot.localities
    if not localities.below or not answer.passages:
        return answer
    local = dict.fromkeys(one.source.base for one in answer.passages if one.source.base)
    passages = tuple(
        replace(one, source=replace(one.source, base=one.source.base or localities.top.name)) for one in answer.passages
    )
    note = OTHERWISE.format(base="、".join(local)) if local else _as_in_the_city(answer, stand)
    return replace(answer, passages=passages, note="\n".join(filter(None, (note, answer.note))))


def _as_in_the_city(answer: Answer, stand: Standpoint) -> str:
    """What is said where nothing differs, at least in what was asked; nothing to whom named no place."""
    guide = stand.snapshot.guide(answer.passages[0].source.item_code)
    otherwise = [one for one in guide.sections if one.local and one.kind != QUESTION] if guide else []
    if otherwise and otherwise[0].local:
        titles = "、".join(dict.fromkeys(section.title for section in otherwise))
        return ELSEWISE.format(base=otherwise[0].local.base, titles=titles)
    localities = stand.snapshot.localities
    named = stand.named if stand.named != localities.top.name and stand.place not in localities.departments else ""
    return AS_IN_THE_CITY.format(place=named) if named else ""


def _remembered(city: Snapshot, place: str, said: str) -> str:
    """A department was named for one matter: another matter is not its."""
    if place not in city.localities.departments:
        return place
    return "" if any(one.topic for one in question.read(said, is_name=city.is_name)) else place
