"""Terms: what a text is made of when it is compared.

Words, bigrams of characters, characters, bigrams of sounds, and pairs of characters that stand apart. A term is a
channel's letter followed by the word, bigram or sound itself, so that one vocabulary holds all channels.
"""

from collections import Counter
from collections.abc import Container, Iterator

from assistant import analysis, corpus, everyday, pinyin
from assistant.corpus import GuideDocument
from assistant.segmenting import Segmenter

WORD, BIGRAM, CHARACTER, SOUND, APART = "w", "b", "u", "p", "s"
CHANNEL_WEIGHTS = {WORD: 0.4, BIGRAM: 1.0, CHARACTER: 0.6, SOUND: 0.2, APART: 0.4}
NAME_WEIGHT, NAME_NORMALISATION = 4.0, 0.5
QUESTION_WEIGHT = 2.0
BODY_WEIGHT, BODY_NORMALISATION = 0.3, 0.6
EVERYDAY_WEIGHT = 0.5
FARTHEST = 6
"""How far two characters of a name may stand apart and still be a pair: 律所 in 律师事务所, 社保 in 社会保险."""
SILENT = frozenset({corpus.PLACES, corpus.CONTACTS, corpus.PERIODS, corpus.FACTS})
"""Sections that tell many guides the same: addresses, telephones, periods. They answer, but find nothing."""


def of_question(text: str, vocabulary: Container[str], segmenter: Segmenter) -> dict[str, float]:
    """The terms of a canonical question and their weights.

    Letters which the guides know as letters stay letters; others are read as pinyin (`shenfenzheng`) if they can be.
    What is said in everyday words counts half as it is written in names.
    """
    asked = dict.fromkeys(_said(text, vocabulary, segmenter), 1.0)
    for form in everyday.written(text):
        for term in _written(analysis.units(form)):
            asked.setdefault(term, EVERYDAY_WEIGHT)
        for word in segmenter.words(form):
            asked.setdefault(WORD + word, EVERYDAY_WEIGHT)
    return asked


def pairs_of(text: str) -> list[str]:
    """The terms of neighbouring units of a canonical text."""
    return [BIGRAM + pair for pair in analysis.bigrams(analysis.units(text))]


def of_body(text: str) -> Iterator[str]:
    """The terms of a canonical section, as often as they stand there: sections are found by what is written."""
    return _written(analysis.units(text))


def of_way(text: str, segmenter: Segmenter) -> set[str]:
    """The terms of a canonical name or way to ask, however often they stand there."""
    parts = analysis.units(text)
    words = (WORD + word for word in segmenter.words(text))
    return {*_written(parts), *words, *_pairs(pinyin.sound(_han(text)))}


def of_name(name: str, segmenter: Segmenter) -> set[str]:
    """The terms of a canonical name: those of a way to ask, its sounds in context (银行 yin hang), pairs apart."""
    sounds = _pairs(pinyin.sound_in_context(_han(name)))
    return {*of_way(name, segmenter), *sounds, *_apart(analysis.units(name))}


def sounds_of(text: str, in_context: str) -> set[str]:
    """The sounds of a canonical name, in either reading; the one in context takes long and is known."""
    return {*_pairs(pinyin.sound(_han(text))), *_pairs(in_context)}


def body_of(document: GuideDocument) -> str:
    """The sections by which a guide is found, canonical."""
    telling = [section for section in document.sections if section.kind not in SILENT]
    return analysis.canon("\n".join(f"{section.title}\n{section.text}" for section in telling))


def length_of(text: str) -> int:
    """How many units a text has."""
    return len(analysis.units(text))


class Frequencies:
    """How often each term stands in the names and in the sections of one guide."""

    def __init__(self, document: GuideDocument, segmenter: Segmenter) -> None:
        names = [analysis.canon(name) for name in document.names]
        questions = [analysis.canon(way) for way in document.questions]
        self.names = [of_name(name, segmenter) for name in names]
        self.questions = [of_way(way, segmenter) for way in questions]
        self.name_lengths = [length_of(name) for name in names]
        self.question_lengths = [length_of(way) for way in questions]
        body = body_of(document)
        self.body = Counter(of_body(body))
        self.body_length = length_of(body)

    def weighed(self, name_length: float, body_length: float) -> dict[str, float]:
        """Frequencies made comparable by the mean lengths given; a term counts in the name that says it best."""
        share = BODY_WEIGHT / (1 - BODY_NORMALISATION + BODY_NORMALISATION * self.body_length / body_length)
        weighed = {term: share * count for term, count in self.body.items()}
        best: dict[str, float] = {}
        _raise(best, NAME_WEIGHT, self.names, self.name_lengths, name_length)
        _raise(best, QUESTION_WEIGHT, self.questions, self.question_lengths, name_length)
        for term, frequency in best.items():
            weighed[term] = weighed.get(term, 0.0) + frequency
        return weighed


def _raise(best: dict[str, float], weight: float, texts: list[set[str]], lengths: list[int], mean: float) -> None:
    for terms, length in zip(texts, lengths, strict=True):
        share = weight / (1 - NAME_NORMALISATION + NAME_NORMALISATION * length / mean)
        for term in terms:
            best[term] = max(best.get(term, 0.0), share)


def _said(text: str, vocabulary: Container[str], segmenter: Segmenter) -> Iterator[str]:
    yield from _sounds_asked(text)
    parts = [unit for unit in analysis.units(text) if _stays(unit, vocabulary)]
    yield from _written(parts)
    yield from (APART + pair for pair in analysis.bigrams(parts))
    yield from (WORD + word for word in segmenter.words("".join(parts)))


def _stays(unit: str, vocabulary: Container[str]) -> bool:
    return analysis.is_han(unit) or not unit.isalpha() or CHARACTER + unit in vocabulary or not pinyin.spoken(unit)


def _written(parts: list[str]) -> Iterator[str]:
    yield from (CHARACTER + unit for unit in parts)
    yield from (BIGRAM + pair for pair in analysis.bigrams(parts))


def _apart(parts: list[str]) -> Iterator[str]:
    for start, first in enumerate(parts):
        yield from (APART + first + later for later in parts[start + 2 : start + FARTHEST + 1])


def _sounds_asked(text: str) -> Iterator[str]:
    before: set[str] = set()
    for unit in analysis.units(text):
        ways = (pinyin.sound(unit),) if analysis.is_han(unit) else pinyin.spoken(unit)
        for way in ways:
            yield from (SOUND + last + way[0] for last in before)
            yield from _pairs(way)
        before = {way[-1] for way in ways}


def _pairs(sounds: str) -> Iterator[str]:
    return (SOUND + pair for pair in analysis.bigrams(list(sounds)))


def _han(text: str) -> str:
    return "".join(filter(analysis.is_han, analysis.units(text)))
