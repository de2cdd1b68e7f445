"""How sure the assistant may be: answer, ask back, or say it does not know.

Confidence is the share of the best attainable score, with a little of how close the question is to the guide's name.
The thresholds were chosen by `python -m assistant.evaluation FOLDER --off-topic FILE --disturbed` over 1,965 guides,
306 everyday questions and 4,000 off-topic utterances, none of them shipped: 76 % answered, 94 % of those rightly, 18 %
asked back; 0.2 % of the off-topic answered. Of questions whose guide is missing 22 % still get a wrong guide, which is
why every answer carries its guide's name. At ANSWER_FROM 0.6: 69 %, 95 % rightly, 13 % of the missing.
"""

from enum import StrEnum

from assistant.ranking import Hit

SHARE_WEIGHT, CLOSENESS_WEIGHT = 0.7, 0.3
HEARD_WEIGHT = 0.9
ANSWER_FROM = 0.5
ASK_FROM = 0.38
SAME_AS = 0.95


class Band(StrEnum):
    """What a confidence allows: an answer (回答), an offer of named choices (反问), or neither (不知道)."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    UNKNOWN = "unknown"


def confidence(hit: Hit, *, heard: float = 0.0) -> float:
    """0..1 that the guide of `hit` is meant; `heard` is its share by sound alone (公鸡金), trusted a little less."""
    share = max(hit.share, HEARD_WEIGHT * heard)
    return min(1.0, SHARE_WEIGHT * share + CLOSENESS_WEIGHT * hit.closeness)


def band(value: float) -> Band:
    """The band a confidence falls into."""
    if value >= ANSWER_FROM:
        return Band.ANSWER
    return Band.ASK_BACK if value >= ASK_FROM else Band.UNKNOWN


def too_near(first: float, second: float) -> bool:
    """Whether two ranks are so near that choosing between the guides would be guessing."""
    return second >= SAME_AS * first
