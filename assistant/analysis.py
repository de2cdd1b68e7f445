"""From text to terms: canonical form, units, words.

A unit is one Chinese character or one whole run of letters or digits; it is what bigrams are made of.
"""

import re
import unicodedata
from functools import cache

import opencc

_UNITS = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]")
_BLANKS = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _simplified() -> dict[int, str]:
    """Traditional → simplified, one character for one character, so that positions in a text stay what they were."""
    characters = [chr(point) for point in range(0x3400, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1}


def canon(text: str) -> str:
    """One spelling for all: full-width and compatibility forms, case, traditional characters and blanks made equal."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).lower().translate(_simplified())).strip()


def units(text: str) -> list[str]:
    """Units of canonical text in order; punctuation and blanks fall away."""
    return _UNITS.findall(text)


def bigrams(parts: list[str]) -> list[str]:
    """Neighbouring units joined."""
    return [left + right for left, right in zip(parts, parts[1:], strict=False)]


def is_han(unit: str) -> bool:
    """Whether a unit is a Chinese character (and not letters or digits)."""
    return _HAN.match(unit) is not None
