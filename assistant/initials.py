"""Initials: `sfz` for 身份证, `gjj` for 公积金, learned from the names of the guides."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from assistant import analysis, pinyin
from assistant.segmenting import Segmenter

LONGEST = 8
MOST_NAMES = 20_000
"""From so many names initials are learned: the first ones; more would say hardly anything new, in far more memory."""
_LETTERS = re.compile(r"[a-z]{2,}")


class Initials:
    """What runs of letters stand for: for each, the run of whole words with those initials that most names contain."""

    def __init__(self, meant: Mapping[str, str]) -> None:
        self.meant = dict(meant)

    @classmethod
    def of(cls, names: Iterable[str], segmenter: Segmenter) -> "Initials":
        """Learned from canonical names."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for _, name in zip(range(MOST_NAMES), names, strict=False):
            for letters, run in _runs("".join(filter(analysis.is_han, analysis.units(name))), segmenter):
                counted[letters][run] += 1
        return cls({letters: runs.most_common(1)[0][0] for letters, runs in counted.items()})

    def written_out(self, text: str) -> str:
        """Canonical text with its initials replaced by words; other letters stay."""
        return _LETTERS.sub(lambda letters: self.meant.get(letters.group(), letters.group()), text)


def _runs(han: str, segmenter: Segmenter) -> set[tuple[str, str]]:
    letters = pinyin.initials(han)
    if len(letters) != len(han):
        return set()
    edges = segmenter.edges(han)
    spans = ((start, end) for start in edges for end in edges if 2 <= end - start <= LONGEST)
    return {(letters[start:end], han[start:end]) for start, end in spans}
