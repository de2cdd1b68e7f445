"""Whereabouts: from which knowledge base a message is to be answered, what is said about that, and where to go.

A place that is named holds for the conversation until another is, both for the halls to go to and for the base to
answer from. Before any is, the base is that of where the question comes from (`at`: a hall, or a base). Nobody is
answered from the base of a place that is neither.
"""

from dataclasses import dataclass, replace

from assistant import question
from assistant.answering import Answer, Passage
from assistant.corpus import QUESTION
from assistant.hall_names import HallNames, Place
from assistant.localities import Heard
from assistant.remembering import Memory
from assistant.snapshot import Snapshot

OTHERWISE = "{base}有与全市不同的规定，已按{base}的写；想看全市统一的，可以问“市里的规定呢”。"
AS_IN_THE_CITY = "{place}没有另外的规定，下面是全市统一的办法。"
ELSEWISE = "{base}与全市不同的是{titles}；下面这几项与全市相同。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """`snapshot` to answer from, what is `said` besides the place, the `base` it is, the last that is not the city's
    (`ours`), by what name it was `named` in this message; the hall or region named (`hall`); `nothing_else` was said.
    """

    snapshot: Snapshot
    said: str
    base: str
    ours: str
    named: str = ""
    hall: Place | None = None
    nothing_else: bool = False

    @property
    def names_a_place(self) -> bool:
        """Whether somewhere to go was named: a hall, a region, a district that has none of its own."""
        return self.hall is not None or self._names_a_district

    def remembered(self, memory: Memory) -> Memory:
        """The memory with where it now is: a district without a hall of its own leaves none to go to."""
        place = self.hall.key if self.hall else "" if self._names_a_district else memory.place
        return replace(memory, place=place, base=self.base, ours=self.ours)

    @property
    def _names_a_district(self) -> bool:
        localities = self.snapshot.localities
        return bool(self.named and localities.view(self.base)) and self.base not in localities.departments


def taken(city: Snapshot, said: str, *, memory: Memory, halls: HallNames, at: str) -> Standpoint:
    """Where a message is to be answered from, and the hall it names."""
    localities = city.localities
    here = localities.base_at(at)
    heard = localities.heard(said, ours=memory.ours or here, is_name=city.is_name)
    hall, rest = _hall_in(city, said, heard, halls)
    named = heard.code or (localities.base_at(hall.codes[0]) if hall else "")
    base = named or _remembered(city, memory.base, said)
    code = base or here
    ours = code if localities.view(code) and code not in localities.departments else memory.ours or here
    return Standpoint(
        snapshot=localities.view(code) or city, said=rest, base=base, ours=ours, named=heard.named, hall=hall,
        nothing_else=heard.nothing_else,
    )  # fmt: skip


def _hall_in(city: Snapshot, said: str, heard: Heard, halls: HallNames) -> tuple[Place | None, str]:
    """The hall or region that is named, and what is said besides. A place that the asker is not at is none.

    A hall may bear the name of its district, which is then gone from the rest; the name of a department stays with the
    matter that is asked of it.
    """
    hall, rest = halls.named_in(heard.rest, is_name=city.is_name)
    if hall is None and heard.named:
        hall, without = halls.named_in(said, is_name=city.is_name)
        if hall and hall.is_hall:
            rest = city.localities.heard(without, ours="", is_name=city.is_name).rest
    names_the_matter = heard.code in city.localities.departments and _has_topic(city, rest)
    return hall, (heard.rest if names_the_matter else rest)


def told(answer: Answer, stand: Standpoint) -> Answer:
    """The answer with the base of each passage named, and with what there is to say of it."""
    localities = stand.snapshot.localities
    if not localities.below or not any(one.source.item_code for one in answer.passages):
        return answer
    local = dict.fromkeys(one.source.base for one in answer.passages if one.source.base)
    note = OTHERWISE.format(base="、".join(local)) if local else _as_in_the_city(answer, stand)
    return replace(
        answer,
        passages=tuple(_of_base(one, localities.top.name) for one in answer.passages),
        note="\n".join(filter(None, (note, answer.note))),
    )


def _of_base(passage: Passage, city: str) -> Passage:
    """A passage of a guide says whose it is; the platform's own rules are nobody's."""
    source = passage.source
    return replace(passage, source=replace(source, base=source.base or city)) if source.item_code else passage


def _as_in_the_city(answer: Answer, stand: Standpoint) -> str:
    """What is said where nothing differs, at least in what was asked; nothing to whom named no place."""
    code = next(one.source.item_code for one in answer.passages if one.source.item_code)
    guide = stand.snapshot.guide(code)
    otherwise = [one for one in guide.sections if one.local and one.kind != QUESTION] if guide else []
    if otherwise and otherwise[0].local:
        titles = "、".join(dict.fromkeys(section.title for section in otherwise))
        return ELSEWISE.format(base=otherwise[0].local.base, titles=titles)
    localities = stand.snapshot.localities
    named = stand.named if stand.named != localities.top.name and stand.base not in localities.departments else ""
    return AS_IN_THE_CITY.format(place=named) if named else ""


def _remembered(city: Snapshot, base: str, said: str) -> str:
    """A department was named for one matter: another matter is not its."""
    return "" if base in city.localities.departments and _has_topic(city, said) else base


def _has_topic(city: Snapshot, said: str) -> bool:
    return any(one.topic for one in question.read(said, is_name=city.is_name))
