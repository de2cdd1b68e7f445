"""`python -m deploy.client.hant`: the letters of the client's own words in 繁體, as the door says its own, into
`src/hant.json`.

What is read as one letter everywhere is kept as a letter; where the words around it decide, the words are kept as well,
so that the small table says exactly what the door would say of every text of the sources.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import TypedDict

from deploy.client.places import SOURCE
from foundation.web import language

TABLE = SOURCE / "src" / "hant.json"
CHINESE = re.compile(r"[㐀-鿿][㐀-鿿，。；：、“”（）《》！？ ]*")
WIDEST = 8


class Table(TypedDict):
    """`letters` become `become`, one by one, after `phrases` were taken out."""

    letters: str
    become: str
    phrases: dict[str, str]


def made() -> Table:
    """The table of the sources as they are. Raises ValueError for a text that it could not say."""
    texts = sorted(set(_texts()))
    letters = {one: language.text(one) for one in sorted(set("".join(texts))) if language.text(one) != one}
    phrases: dict[str, str] = {}
    for text in texts:
        while wrong := _first_wrong(text, letters, phrases):
            phrases |= wrong
    by_length = dict(sorted(phrases.items(), key=lambda pair: (-len(pair[0]), pair[0])))
    return {"letters": "".join(letters), "become": "".join(letters.values()), "phrases": by_length}


def said(text: str, letters: dict[str, str], phrases: dict[str, str]) -> str:
    """What the client says (`traditional` in language.ts)."""
    held: list[str] = []
    for phrase in sorted(phrases, key=lambda one: (-len(one), one)):
        if phrase in text:
            held.append(phrases[phrase])
            text = text.replace(phrase, chr(0xE000 + len(held) - 1))
    return "".join(held[ord(one) - 0xE000] if 0xE000 <= ord(one) < 0xF000 else letters.get(one, one) for one in text)


def _first_wrong(text: str, letters: dict[str, str], phrases: dict[str, str]) -> dict[str, str]:
    """The shortest words around the first letter that is not as the door has it; empty when all are."""
    meant, found = language.text(text), said(text, letters, phrases)
    if meant == found:
        return {}
    if len(meant) != len(text) or len(found) != len(text):
        raise ValueError(text)
    at = next(nth for nth in range(len(text)) if meant[nth] != found[nth])
    for width in range(2, WIDEST + 1):
        for start in range(max(at - width + 1, 0), min(at, len(text) - width) + 1):
            words = text[start : start + width]
            if language.text(words) == meant[start : start + width] and words not in phrases:
                return {words: language.text(words)}
    raise ValueError(text)


def _texts() -> Iterator[str]:
    for path in sorted((SOURCE / "src").rglob("*")):
        if path.suffix in {".vue", ".ts"} and path.name != "types.d.ts":
            yield from CHINESE.findall(_spoken(path.read_text(encoding="utf-8").splitlines()))


def _spoken(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if not line.lstrip().startswith("//"))


def written(table: Table) -> str:
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    table = made()
    TABLE.write_text(written(table), encoding="utf-8")
    sys.stdout.write(f"{len(table['letters'])} letters, {len(table['phrases'])} phrases\n")


if __name__ == "__main__":
    main()
