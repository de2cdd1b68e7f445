"""Everyday words (日常说法): what people say and what is written in the names of items, the same in every city.

They widen a question and replace nothing in it. Names that are a city's own stand in its catalogue: everyday names of
the guides and groups of synonyms.
"""

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("everyday.yaml")


def written(text: str) -> list[str]:
    """What canonical `text` says in everyday words, as it is written in names; what it says itself is left out."""
    beginning = (words for first in set(text) for words in _by_first().get(first, ()))
    said = sorted(words for words in beginning if words in text)
    longest = [words for words in said if not any(words != other and words in other for other in said)]
    forms = dict.fromkeys(form for words in longest for form in _known()[words])
    return [form for form in forms if form not in text]


def forms() -> list[str]:
    """All that everyday words are written as."""
    return list(dict.fromkeys(form for written_as in _known().values() for form in written_as))


@cache
def _by_first() -> dict[str, tuple[str, ...]]:
    """The everyday words by their first character: of hundreds only a few are looked for in one question."""
    firsts = {words[0] for words in _known()}
    return {first: tuple(words for words in _known() if words[0] == first) for first in firsts}


@cache
def _known() -> dict[str, tuple[str, ...]]:
    known: dict[str, list[str]] = {}
    for rows in yaml.safe_load(FILE.read_text(encoding="utf-8")).values():
        for row in rows:
            for said, forms in row.items():
                for words in said.split("|"):
                    known.setdefault(words, []).extend(forms.split())
    return {words: tuple(dict.fromkeys(forms)) for words, forms in known.items()}
