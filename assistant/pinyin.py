"""Sounds of words: folded syllables, so that typing by ear, by pinyin or with a southern accent finds the same guide.

Folding joins zh/z, ch/c, sh/s, ang/an, eng/en, ing/in and ü/u. Every folded syllable is one private code point, so that
a spoken word is a string of the same length as its characters and compares like one.
"""

import functools
import itertools
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

with warnings.catch_warnings():
    # Compiling these packages for the first time warns about their own string escapes; that is not our news.
    warnings.simplefilter("ignore")
    from pypinyin import lazy_pinyin
    from pypinyin.constants import PINYIN_DICT

_FIRST_CODE = 0xE000
_LONGEST_SYLLABLE = 6
_LONGEST_RUN = 256
_MOST_SPLITS = 8
_UNREADABLE = 100
_READABLE_SHARE = 5
_FOLDED_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def fold(syllable: str) -> str:
    """`zhang` → `zan`: one spelling for sounds that people mix up."""
    syllable = syllable.replace("ü", "u").replace("v", "u")
    for full, short in _FOLDED_STARTS:
        if syllable.startswith(full):
            syllable = short + syllable[2:]
    return syllable[:-1] if syllable.endswith(("ang", "eng", "ing")) else syllable


def _without_tone(reading: str) -> str:
    marked = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(mark for mark in marked if not unicodedata.combining(mark))


def _plain_readings() -> dict[int, str]:
    """Code point of a character → its most usual reading without tone."""
    plain = ((point, _without_tone(readings.split(",")[0])) for point, readings in PINYIN_DICT.items())
    return {point: reading for point, reading in plain if set(reading) & set("aeiouv")}


_READINGS = _plain_readings()
_SYLLABLES = {reading for reading in _READINGS.values() if reading.isascii() and len(reading) <= _LONGEST_SYLLABLE}
_CODES = {sound: chr(_FIRST_CODE + i) for i, sound in enumerate(sorted({fold(s) for s in _READINGS.values()}))}
_CODE_OF_CHARACTER = {point: _CODES[fold(reading)] for point, reading in _READINGS.items()}


def sound(text: str) -> str:
    """Each Chinese character becomes the code of its usual reading; everything else stays as it is."""
    return text.translate(_CODE_OF_CHARACTER)


def sound_in_context(text: str) -> str:
    """Like `sound`, but 银行 reads yin hang: for names, which are few; ten times slower."""
    return "".join(_CODES.get(fold(reading), reading) for reading in lazy_pinyin(text))


@dataclass(frozen=True, slots=True)
class Spelt:
    """`身份证`: letters `shenfenzheng`, initials `sfz`, and its `sounds` in context, without what is not Chinese."""

    letters: str
    initials: str
    sounds: str


def spelt(text: str) -> Spelt:
    """How a name is typed and heard: reading it takes long, so once for all three."""
    readings = lazy_pinyin(text)
    sounds = (_CODES.get(fold(reading), "") for reading in readings)
    return Spelt(
        letters="".join(readings).lower(),
        initials="".join(reading[0] for reading in readings if reading).lower(),
        sounds="".join(sounds),
    )


def letters(text: str) -> str:
    """`身份证` → `shenfenzheng`."""
    return spelt(text).letters


def initials(text: str) -> str:
    """`身份证` → `sfz`."""
    return spelt(text).initials


@functools.lru_cache(maxsize=4096)
def spoken(run: str) -> tuple[str, ...]:
    """All ways to read a run of letters as the fewest whole syllables, as codes; empty if too much cannot be read.

    `gangao` is both gan-gao and gang-ao: keeping one of them would lose 港澳. A few letters that belong to no syllable
    (a typing error, an unfinished last syllable) stay as letters.
    """
    if len(run) > _LONGEST_RUN:
        return ()
    cheapest = _cheapest(run)
    if cheapest[0] // _UNREADABLE * _READABLE_SHARE > len(run):
        return ()
    return tuple(dict.fromkeys(itertools.islice(_splits(run, 0, cheapest), _MOST_SPLITS)))


def _cheapest(run: str) -> list[int]:
    """For each position the cost of reading the rest: 1 a syllable, much more a letter that belongs to none."""
    cheapest = [0] * (len(run) + 1)
    for start in reversed(range(len(run))):
        cheapest[start] = min(cost + cheapest[end] for end, cost, _ in _steps(run, start))
    return cheapest


def _steps(run: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Where one step from `start` may end, what it costs and what it is read as."""
    for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(run)) + 1):
        if run[start:end] in _SYLLABLES:
            yield end, 1, _CODES[fold(run[start:end])]
    yield start + 1, _UNREADABLE, run[start]


def _splits(run: str, start: int, cheapest: list[int]) -> Iterator[str]:
    if start == len(run):
        yield ""
        return
    for end, cost, code in _steps(run, start):
        if cost + cheapest[end] == cheapest[start]:
            for tail in _splits(run, end, cheapest):
                yield code + tail
