"""What other thresholds would do, before they are set: the labelled set answered in one base, before and after.

share      of the questions that come into a band
right      share of these that are answered as they should be
false      of the questions that nothing here answers, the share that comes into the band
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant import choosing, dialogue, effect, knowledge, labelling, question
from assistant.answering import Answer, Kind
from assistant.confidence import Band, Bands
from assistant.effect import Shift
from assistant.labelling import Label
from assistant.remembering import Memory
from assistant.snapshot import Snapshot

BINS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """One band, either before or after. Shares are None where there is nothing to share."""

    asked: int
    share: float | None
    right: float | None
    false: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdEffect:
    """`bands` before and after; answers that are wrong; how many questions of each tenth of confidence there are that
    something here answers, and that nothing does."""

    now: Bands
    then: Bands
    measured: int
    bands: dict[Band, tuple[Column, Column]]
    wrong: tuple[int, int]
    better: list[Shift]
    worse: list[Shift]
    answerable: list[int]
    others: list[int]


@dataclass(frozen=True, slots=True)
class _Judged:
    label: Label
    band: Band
    worth: int
    told: str


async def of_bands(code: str, bands: Bands) -> ThresholdEffect:
    """Of other bands in the base of that code."""
    city, labels = await knowledge.current(), await labelling.everything()
    return await asyncio.to_thread(compared, city, code, bands, labels)


async def holding(code: str) -> Bands:
    """The bands that hold in a base now, its own or inherited."""
    return _view(await knowledge.current(), code).bands


def compared(city: Snapshot, code: str, bands: Bands, labels: Sequence[Label]) -> ThresholdEffect:
    """The same on one snapshot."""
    before, after = _judged(city, code, labels), _judged(judged_by(city, code, bands), code, labels)
    shifts = [
        Shift(one.label.question, one.told, two.told, two.worth - one.worth)
        for one, two in zip(before, after, strict=True)
    ]
    sure = [(label, _tenth(_view(city, code), label.question)) for label in labels]
    answerable = [tenth for label, tenth in sure if label.expects == Kind.ANSWER]
    others = [tenth for label, tenth in sure if label.expects == Kind.UNKNOWN]
    return ThresholdEffect(
        now=_view(city, code).bands,
        then=bands,
        measured=len(labels),
        bands={band: (_column(before, band), _column(after, band)) for band in Band},
        wrong=(_wrong(before), _wrong(after)),
        better=[one for one in shifts if one.by > 0],
        worse=[one for one in shifts if one.by < 0],
        answerable=[answerable.count(tenth) for tenth in range(BINS)],
        others=[others.count(tenth) for tenth in range(BINS)],
    )


def judged_by(city: Snapshot, code: str, bands: Bands) -> Snapshot:
    """The city with other bands in one base; everything else is shared."""
    localities = city.localities
    view = localities.view(code)
    if view is None:
        return city.judged_by(bands)
    other = city.judged_by(city.bands)
    other.localities = replace(localities, views={**localities.views, code: view.judged_by(bands)})
    return other


def _view(city: Snapshot, code: str) -> Snapshot:
    return city.localities.view(code) or city


def _judged(city: Snapshot, code: str, labels: Sequence[Label]) -> list[_Judged]:
    answers = ((label, dialogue.reply(city, label.question, Memory(), at=code)[0]) for label in labels)
    return [
        _Judged(label, _band(answer), effect.worth(answer, label), effect.told(answer)) for label, answer in answers
    ]


def _band(answer: Answer) -> Band:
    if answer.passages:
        return Band.ANSWER
    return Band.ASK_BACK if answer.kind is Kind.CHOOSE else Band.UNKNOWN


def _column(judged: Sequence[_Judged], band: Band) -> Column:
    here = [one for one in judged if one.band is band]
    foreign = [one for one in judged if one.label.expects == Kind.UNKNOWN]
    right = sum(one.worth == effect.AS_IT_SHOULD for one in here)
    false = sum(one.band is band for one in foreign)
    return Column(len(here), _share(len(here), len(judged)), _share(right, len(here)), _share(false, len(foreign)))


def _wrong(judged: Sequence[_Judged]) -> int:
    return sum(one.worth == effect.WRONG for one in judged)


def _tenth(snapshot: Snapshot, said: str) -> int:
    """Which tenth the confidence of the first guide found falls into."""
    one = next(iter(question.read(said, is_name=snapshot.is_name)), None)
    results = choosing.search(snapshot, one) if one else []
    return min(int((results[0].confidence if results else 0.0) * BINS), BINS - 1)


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
