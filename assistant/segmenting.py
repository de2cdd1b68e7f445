"""Words (分词): `jieba` cuts; its Rust twin `rjieba`, ten times faster, where it is here and cuts the same."""

import re
import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol

with warnings.catch_warnings():
    # Compiling jieba for the first time warns about its own string escapes; that is not our news.
    warnings.simplefilter("ignore")
    import jieba

try:
    import rjieba
except ImportError:
    rjieba = None

LONGEST_NAME = 12
MOST_NAMES = 5_000
"""More names than these are not taught: the copy of the dictionary costs every process, and words only explain."""
_WORTHY = re.compile(r"[a-z0-9\u3400-\u9fff]")
_TAUGHT = ("往来港澳通行证", "住房公积金提取")
_PROBES = (
    "办理往来港澳通行证需要什么材料",
    "身份证丢了怎么补办",
    "我想把住房公积金提取出来还房贷",
    "个体工商户注销登记在哪里办",
    "城乡居民基本养老保险待遇申领",
    "建设工程规划许可证核发(市政类)",
    "gongjijin提取 12345热线",
)


class Cutter(Protocol):
    """What both twins can do."""

    def search(self, text: str) -> list[tuple[str, int, int]]:
        """Search-mode words with where they begin and end."""
        ...


class Segmenter:
    """Cuts canonical text into search words; knows the names it was given besides the general dictionary.

    Each has its own dictionary, so that a new catalogue never changes how an older snapshot reads a question.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        taught = [name for name in names if 1 < len(name) <= LONGEST_NAME]
        taught = taught if len(taught) <= MOST_NAMES else []
        self._cutter: Cutter = _Rust(taught) if twins_agree() else _Python(taught)

    def words(self, text: str) -> list[str]:
        """Search-mode words: the whole word and the shorter words inside it. Unknown characters are left single."""
        return [word for word, _, _ in self._cutter.search(text) if _WORTHY.search(word)]

    def edges(self, text: str) -> list[int]:
        """Positions where a word of `text` begins or ends, from 0 to its length."""
        return sorted({0, *(edge for _, start, end in self._cutter.search(text) for edge in (start, end))})


@cache
def twins_agree() -> bool:
    """Whether the Rust twin is here and cuts the probes, with names taught, as `jieba` does."""
    if rjieba is None:
        return False
    twins: Sequence[Cutter] = (_Rust(_TAUGHT), _Python(_TAUGHT))
    ours, theirs = ([set(twin.search(probe)) for probe in _PROBES] for twin in twins)
    return ours == theirs


class _Python:
    def __init__(self, names: Iterable[str]) -> None:
        frequencies, total = _base_dictionary()
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.FREQ, self._tokenizer.total = frequencies, total
        self._tokenizer.initialized = True
        for place, name in enumerate(names):
            if not place:
                self._tokenizer.FREQ = dict(frequencies)
            self._tokenizer.add_word(name)

    def search(self, text: str) -> list[tuple[str, int, int]]:
        return list(self._tokenizer.tokenize(text, mode="search", HMM=False))


class _Rust:
    def __init__(self, names: Iterable[str]) -> None:
        self._tokenizer: Any = rjieba.Jieba()
        for name in names:
            self._tokenizer.add_word(name, None, None)

    def search(self, text: str) -> list[tuple[str, int, int]]:
        return [tuple(cut) for cut in self._tokenizer.tokenize(text, "search", False)]


@cache
def _base_dictionary() -> tuple[dict[str, int], int]:
    # jieba's own initialize() logs and leaves a cache in the shared temporary folder; reading the dictionary does not.
    tokenizer = jieba.Tokenizer()
    frequencies, total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    return frequencies, total
