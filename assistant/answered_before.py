"""What people answered before (公开答复): where no guide tells, the bot offers published answers to the like.

It quotes nothing of them: each is one tap away, under its own number, department and day.
"""

from dataclasses import replace

from assistant.answering import Answer, Kind
from assistant.navigation import Card, CardKind
from feedback import public_answers

OFFERED = 2
LABEL_LONGEST = 24
UNSURE = (Kind.UNKNOWN, Kind.CHOOSE)


async def beside(answer: Answer, question: str) -> Answer:
    """`answer`, with the published ones first among its next steps where it is unsure itself."""
    if answer.kind not in UNSURE:
        return answer
    found = await public_answers.search(question, least=public_answers.VERY_LIKE, limit=OFFERED)
    cards = [Card(CardKind.ANSWERED, f"有人问过：{_short(one.question)}", one.code) for one in found]
    return replace(answer, cards=(*cards, *answer.cards)) if cards else answer


def _short(question: str) -> str:
    return question if len(question) <= LABEL_LONGEST else f"{question[: LABEL_LONGEST - 1]}…"
