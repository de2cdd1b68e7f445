"""From text to terms: canonical form, units, words.

A unit is one Chinese character or one whole run of letters or digits; it is what bigrams are made of.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterable
from functools import cache

import opencc

with warnings.catch_warnings():
    # Compiling jieba for the first time warns about its own string escapes; that is not our news.
    warnings.simplefilter("ignore")
    import jieba

_UNITS = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]")
_BLANKS = re.compile(r"\s+")
_WORTHY = re.compile(r"[a-z0-9\u3400-\u9fff]")
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


@cache
def _base_dictionary() -> tuple[dict[str, int], int]:
    # jieba's own initialize() logs and leaves a cache in the shared temporary folder; reading the dictionary does not.
    tokenizer = jieba.Tokenizer()
    frequencies, total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    return frequencies, total


class Segmenter:
    """Cuts canonical text into search words (分词); knows the names it was given besides the general dictionary.

    Each has its own dictionary, so that a new catalogue never changes how an older snapshot reads a question.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        frequencies, total = _base_dictionary()
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.FREQ, self._tokenizer.total = dict(frequencies), total
        self._tokenizer.initialized = True
        for name in names:
            if 1 < len(name) <= 12:
                self._tokenizer.add_word(name)

    def words(self, text: str) -> list[str]:
        """Search-mode words: the whole word and the shorter words inside it. Unknown characters are left single."""
        return [word for word in self._tokenizer.cut_for_search(text, HMM=False) if _WORTHY.search(word)]

    def edges(self, text: str) -> list[int]:
        """Positions where a word of `text` begins or ends, from 0 to its length."""
        words = self._tokenizer.tokenize(text, mode="search", HMM=False)
        return sorted({0, *(edge for _, start, end in words for edge in (start, end))})
