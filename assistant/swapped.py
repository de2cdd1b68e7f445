"""Neighbours typed in the wrong order (份身证): what was meant, where the guides show it.

A swap leaves a pair of characters behind that stands in no guide, and turned round it is a word of theirs.
"""

from collections.abc import Callable, Sequence

from assistant import analysis, terms

Holds = Callable[[Sequence[str]], Sequence[bool]]


def put_right(text: str, holds: Holds) -> str:
    """Canonical `text` with two neighbours swapped back, those that leave the most pairs that guides know; as it is,
    where that knows as many: 员工开户 is no 员开工户. `holds` says which terms stand in some guide."""
    pairs = list(dict.fromkeys(filter(_is_han, map("".join, zip(text, text[1:], strict=False)))))
    words = _that(pairs, holds([terms.WORD + pair[::-1] for pair in pairs]))
    unknown = _that(words, [not stands for stands in holds([terms.BIGRAM + pair for pair in words])])
    meant = [text.replace(pair, pair[::-1], 1) for pair in unknown]
    return max((text, *meant), key=lambda other: sum(holds(terms.pairs_of(other)))) if meant else text


def _that(pairs: Sequence[str], marks: Sequence[bool]) -> list[str]:
    return [pair for pair, is_so in zip(pairs, marks, strict=True) if is_so]


def _is_han(pair: str) -> bool:
    return all(map(analysis.is_han, pair))
