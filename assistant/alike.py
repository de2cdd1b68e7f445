"""Questions that mean the same: one topic, written or spoken nearly alike (公积金提取, 公鸡金提取, gongjijin tiqu).

The same analysis as for finding guides. Deterministic: a question joins the group it is most like, the oldest of
equals.
"""

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from assistant import analysis, names, question
from assistant.names import Name

SAME_FROM = 78.0
"""Percent of letters or sounds that two topics share from where on they are one: 身份证 and 居住证 have a third."""


def topic_of(said: str) -> str:
    """What a question is about, without courtesies and without what is asked of any item (材料, 多少钱, 在哪)."""
    questions = question.read(said, is_name=lambda words: False)
    topics = [one.topic for one in questions if one.topic]
    return " ".join(topics) or question.plain(question.clean(said)) or analysis.canon(said)


class Groups:
    """Topics by their groups; what is like none of them begins a group of its own."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._written: list[str] = []
        self._spoken: list[str] = []
        self._exactly: dict[str, int] = {}
        for topic in topics:
            self.begin(topic)

    def like(self, topic: str) -> int | None:
        """The place of the group that `topic` belongs to, if there is one."""
        exactly = self._exactly.get(topic)
        if exactly is not None:
            return exactly
        name = names.name_of(topic)
        found = [one for one in (_best(name.written, self._written), _best(name.spoken, self._spoken)) if one]
        return min(found, key=lambda one: (-one[0], one[1]))[1] if found else None

    def begin(self, topic: str) -> int:
        """A new group, and its place."""
        name: Name = names.name_of(topic)
        self._exactly.setdefault(topic, len(self._written))
        self._written.append(name.written)
        self._spoken.append(name.spoken)
        return len(self._written) - 1


def _best(said: str, known: Sequence[str]) -> tuple[float, int] | None:
    found = process.extractOne(said, known, scorer=fuzz.ratio, score_cutoff=SAME_FROM) if said else None
    return (found[1], found[2]) if found else None
