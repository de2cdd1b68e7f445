"""Neighbours typed in the wrong order (份身证): what was meant, where the guides show it.

A swap leaves a pair of characters behind that stands in no guide, and turned round it is a word of theirs.
"""

from collections.abc import Callable, Sequence

from assistant import analysis, terms

Holds = Callable[[Sequence[str]], Sequence[bool]]


def put_right(text: str, holds: Holds) -> str:
    """Canonical `text` with two neighbours swapped back: of several, those that leave the most pairs that guides know;
    as it is, where there is nothing to put right. `holds` says which terms stand in some guide."""
    pairs = list(dict.fromkeys(filter(_is_han, map("".join, zip(text, text[1:], strict=False)))))
    words = _that(pairs, holds([terms.WORD + pair[::-1] for pair in pairs]))
    unknown = _that(words, [not stands for stands in holds(_bigrams(words))])
    meant = [text.replace(pair, pair[::-1], 1) for pair in unknown]
    return max(meant, key=lambda other: sum(holds(_bigrams(analysis.bigrams([*other])))), default=text)


def _that(pairs: Sequence[str], marks: Sequence[bool]) -> list[str]:
    return [pair for pair, is_so in zip(pairs, marks, strict=True) if is_so]


def _bigrams(of: Sequence[str]) -> list[str]:
    return [terms.BIGRAM + pair for pair in of]


def _is_han(pair: str) -> bool:
    return all(map(analysis.is_han, pair))
