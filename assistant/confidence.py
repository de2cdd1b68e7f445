"""How sure the assistant may be: answer, offer named choices, or say that it does not know.

Confidence is how like the question is to a guide, less the doubt whether another is meant that is not here. Like: the
share of the best attainable score, by letter or by ear, and how close the question is to the nearest name. Distinct:
no other guide comes near, and the name says little that was not asked (虚拟财产权利公证 for 虚拟财产公证). Doubt weighs
the more, the more alike they are: what is hardly alike is not meant anyway.

The numbers stand in `confidence.json`, made by `python -m assistant.fitting`; `docs/retrieval.md` says what they do.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from assistant.ranking import Hit

FILE = Path(__file__).with_name("confidence.json")
SAME_RANK, SAME_LIKENESS = 0.92, 0.85
NAMED_FROM = 1.0


class Band(StrEnum):
    """What a confidence allows: an answer (回答), an offer of named choices (反问), or neither (不知道)."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bands:
    """From where on a confidence is enough to answer, and to ask back."""

    answer_from: float
    ask_from: float

    def of(self, value: float) -> Band:
        """The band a confidence falls into."""
        if value >= self.answer_from:
            return Band.ANSWER
        return Band.ASK_BACK if value >= self.ask_from else Band.UNKNOWN


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells that no other guide is meant: its lead over the next, how much of its name was asked for, and (against
    it) the share of the guides found that rank nearly as high."""

    gap: float
    asked: float
    rivals: float


@dataclass(frozen=True, slots=True)
class Distinct:
    """The weights of the logistic that says how distinct a guide is."""

    gap: float
    asked: float
    rivals: float
    bias: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was fitted: `share` against closeness, `heard` against written, `doubt`; `version` moves with each fit.

    `named` bands hold where guides are known by everyday names, `bare` where they have their official name only: there
    much that people ask for sounds like a guide and is another one.
    """

    version: int
    share: float
    heard: float
    doubt: float
    distinct: Distinct
    named: Bands
    bare: Bands
    fitted_on: dict[str, Any]


PARAMETERS = msgspec.json.decode(FILE.read_bytes(), type=Parameters)


def likeness(hit: Hit, *, heard: float = 0.0) -> float:
    """0..1: how like the question is to the guide of `hit`; `heard` is its share by sound alone (公鸡金)."""
    share = max(min(hit.share, 1.0), PARAMETERS.heard * heard)
    return min(1.0, PARAMETERS.share * share + (1 - PARAMETERS.share) * hit.closeness)


def distinctness(signs: Signs, weights: Distinct | None = None) -> float:
    """0..1 that no other guide is meant."""
    of = weights or PARAMETERS.distinct
    return 1 / (1 + math.exp(-(of.gap * signs.gap + of.asked * signs.asked + of.rivals * signs.rivals + of.bias)))


def confidence(alike: float, distinct: float) -> float:
    """0..1 that this guide is meant."""
    return alike * (1 - PARAMETERS.doubt * alike * (1 - distinct))


def bands_for(everyday_names: float) -> Bands:
    """The bands of a knowledge base whose guides have so many everyday names on average."""
    return PARAMETERS.named if everyday_names >= NAMED_FROM else PARAMETERS.bare


def too_near(rank: float, alike: float) -> bool:
    """Whether a guide is so near the first that choosing would be guessing; both as shares of what the first has."""
    return rank >= SAME_RANK and alike >= SAME_LIKENESS
