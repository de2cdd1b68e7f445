"""Initials: `sfz` for 身份证, `gjj` for 公积金, learned from the names of the guides."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from assistant import analysis, pinyin

LONGEST = 8
_LETTERS = re.compile(r"[a-z]{2,}")


class Initials:
    """What runs of letters stand for: for each, the run of whole words with those initials that most names contain."""

    def __init__(self, names: Iterable[str], segmenter: analysis.Segmenter) -> None:
        meant: dict[str, Counter[str]] = defaultdict(Counter)
        for name in names:
            for letters, run in _runs("".join(filter(analysis.is_han, analysis.units(name))), segmenter):
                meant[letters][run] += 1
        self._meant = {letters: runs.most_common(1)[0][0] for letters, runs in meant.items()}

    def written_out(self, text: str) -> str:
        """Canonical text with its initials replaced by words; other letters stay."""
        return _LETTERS.sub(lambda letters: self._meant.get(letters.group(), letters.group()), text)


def _runs(han: str, segmenter: analysis.Segmenter) -> set[tuple[str, str]]:
    letters = pinyin.initials(han)
    if len(letters) != len(han):
        return set()
    edges = segmenter.edges(han)
    spans = ((start, end) for start in edges for end in edges if 2 <= end - start <= LONGEST)
    return {(letters[start:end], han[start:end]) for start, end in spans}
