"""平台规矩: what people ask about booking, queueing, paying and progress themselves, answered from entries of our own.

The entries are found as guides are, in a small index of their own, so that no guide is harder to find for them. Their
sentences hold no number: what is in force fills them in (`rule_facts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant import analysis, pinyin
from assistant.corpus import GuideDocument
from assistant.snapshot import LONGEST, Snapshot

FILE = Path(__file__).with_name("ground_rules.yaml")
VERSION = "1"
SURELY_FROM, PERHAPS_FROM = 0.3, 0.45
"""From such a confidence on an entry is meant: where words say so that nobody says of anything else, and where words do
that are said of much (取消), or sound like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRule:
    """One entry. `text` has a {fact} wherever the rules in force say something; `source` and `effective` are quoted.

    `next` are screens of the citizen front end, `live` is the kind of live card beside it, or empty.
    """

    id: str
    title: str
    also: tuple[str, ...]
    text: str
    source: str
    effective: date
    next: tuple[str, ...] = ()
    live: str = ""


@dataclass(frozen=True, slots=True)
class Meant:
    """An entry that is meant, and how surely."""

    rule: GroundRule
    confidence: float


@cache
def known() -> Mapping[str, GroundRule]:
    """The entries shipped with the assistant, by id."""
    return {one.id: one for one in map(_rule, _file()["entries"])}


def lay_out() -> None:
    """Have the index of the entries before somebody asks: it takes a fifth of a second, off the loop."""
    _index()
    _sounds()


def meant(said: str) -> Meant | None:
    """The entry that canonical words without courtesies ask for, if they speak of the platform itself."""
    enough = _enough(said)
    results = _index().search(said[:LONGEST], limit=1) if enough else []
    if not results or results[0].confidence < enough:
        return None
    return Meant(known()[results[0].document.item_code], results[0].confidence)


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with the facts in force; what nothing is known of is left out."""
    return text.format_map(_Facts(facts))


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _enough(said: str) -> float:
    """How sure one must be of what is said; 0 where nothing of it speaks of the platform."""
    if any(word in said for word in _words("speaks_of")):
        return SURELY_FROM
    heard = pinyin.spoken(said) if said.isascii() else (pinyin.sound("".join(analysis.units(said))),)
    perhaps = _words("may_speak_of")
    if any(word in said for word in perhaps) or any(sound in way for sound in _sounds() for way in heard):
        return PERHAPS_FROM
    return 0.0


@cache
def _words(which: str) -> tuple[str, ...]:
    return tuple(word for line in _file()[which] for word in line)


@cache
def _sounds() -> tuple[str, ...]:
    return tuple(map(pinyin.sound, (*_words("speaks_of"), *_words("may_speak_of"))))


@cache
def _index() -> Snapshot:
    documents = [GuideDocument(item_code=one.id, name=one.title, aliases=one.also) for one in known().values()]
    return Snapshot(documents, synonyms={said: line[0] for line in _file()["synonyms"] for said in line[1:]})


@cache
def _file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def _rule(row: dict[str, Any]) -> GroundRule:
    return GroundRule(
        id=row["id"],
        title=row["title"],
        also=tuple(row["also"]),
        text=row["text"],
        source=row["from"],
        effective=row["effective"],
        next=tuple(row["next"]),
        live=row.get("live", ""),
    )
