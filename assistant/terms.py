"""Terms: what a text is made of when it is compared.

Words, bigrams of characters, characters, bigrams of sounds. A term is a channel's letter followed by the
word, bigram or sound itself, so that one vocabulary holds all channels.
"""

from collections import Counter
from collections.abc import Container, Iterator

from assistant import analysis, pinyin
from assistant.corpus import GuideDocument

WORD, BIGRAM, CHARACTER, SOUND = "w", "b", "u", "p"
CHANNEL_WEIGHTS = {WORD: 0.4, BIGRAM: 1.0, CHARACTER: 0.6, SOUND: 0.2}
NAME_WEIGHT, NAME_NORMALISATION = 4.0, 0.3
QUESTION_WEIGHT = 2.0
BODY_WEIGHT, BODY_NORMALISATION = 0.6, 0.6


def of_question(text: str, vocabulary: Container[str], segmenter: analysis.Segmenter) -> list[str]:
    """The terms of a canonical question, each once.

    Letters which the guides know as letters stay letters; others are read as pinyin (`shenfenzheng`) if they can be.
    """
    terms = list(_sounds_asked(text))
    parts = []
    for unit in analysis.units(text):
        if analysis.is_han(unit) or CHARACTER + unit in vocabulary or not unit.isalpha():
            parts.append(unit)
        elif not pinyin.spoken(unit):
            parts.append(unit)
    terms += _written(parts)
    terms += (WORD + word for word in segmenter.words("".join(parts)))
    return list(dict.fromkeys(terms))


def of_text(text: str, segmenter: analysis.Segmenter) -> Iterator[str]:
    """The terms of canonical guide text, as often as they stand there."""
    parts = analysis.units(text)
    yield from _written(parts)
    yield from (WORD + word for word in segmenter.words(text))
    yield from _pairs(pinyin.sound(_han(text)))


def of_name(name: str, segmenter: analysis.Segmenter) -> Counter[str]:
    """The terms of a canonical name: those of its text and its sounds in context (银行 yin hang)."""
    terms = Counter(of_text(name, segmenter))
    han = _han(name)
    for pair in _pairs(pinyin.sound_in_context(han)):
        terms.setdefault(pair, 1)
    return terms


class Frequencies:
    """How often each term stands in the names and in the sections of one guide."""

    def __init__(self, document: GuideDocument, segmenter: analysis.Segmenter) -> None:
        names = [analysis.canon(name) for name in document.names]
        questions = [analysis.canon(way) for way in document.questions]
        self.names = [of_name(name, segmenter) for name in names]
        self.questions = [Counter(of_text(way, segmenter)) for way in questions]
        self.name_lengths = [len(analysis.units(name)) for name in names]
        self.question_lengths = [len(analysis.units(way)) for way in questions]
        body = analysis.canon("\n".join(f"{section.title}\n{section.text}" for section in document.sections))
        self.body = Counter(of_text(body, segmenter))
        self.body_length = len(analysis.units(body))

    @property
    def name_sounds(self) -> frozenset[str]:
        """The sounds of all names and common questions."""
        return frozenset(term for text in (*self.names, *self.questions) for term in text if term[0] == SOUND)

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


def _raise(best: dict[str, float], weight: float, texts: list[Counter[str]], lengths: list[int], mean: float) -> None:
    for terms, length in zip(texts, lengths, strict=True):
        share = weight / (1 - NAME_NORMALISATION + NAME_NORMALISATION * length / mean)
        for term, count in terms.items():
            best[term] = max(best.get(term, 0.0), share * count)


def _written(parts: list[str]) -> Iterator[str]:
    yield from (CHARACTER + unit for unit in parts)
    yield from (BIGRAM + pair for pair in analysis.bigrams(parts))


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
