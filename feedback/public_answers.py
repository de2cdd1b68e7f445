"""公开答复: questions and answers that everybody may read, find, and be pointed to by the bot.

Staff write both anew, without traces of a person (`traces`), and only of those whose askers agreed. They are found by
pairs of neighbouring characters, which need no dictionary: 居住证续签 shares 居住 住证 with 居住证怎么办.
"""

from dataclasses import dataclass
from datetime import date

from tortoise.exceptions import IntegrityError

from feedback import known_names, traces
from feedback.consultation_errors import (
    AnswerEmpty,
    NotMeantForPublic,
    PublicAnswerNotFound,
    PublishedAlready,
)
from feedback.consultation_events import AnswerPublished
from feedback.consultation_models import Consultation, PublicAnswer
from feedback.consultations import canonical, locked, subject
from feedback.errors import NothingWritten, PersonalTraces
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.events import tell

CODE_LENGTH = 8
LIKE, VERY_LIKE = 0.3, 0.6  # the share of what was asked that a question has, to be listed and to be offered unasked
_EMPTY = frozenset("的了吗呢啊吧么请问我想要是在和与及把被给对你您们这那哪")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A question and its answer as the public reads it: no person, no hour."""

    code: str
    kind: str
    question: str
    answer: str
    department: str
    item_code: str
    item_name: str
    published_on: date


async def publish(*, consultation_id: int, question: str, answer: str, by: Actor) -> PublicAnswer:
    """公开, once, as written here.

    Raises ConsultationNotFound, NotInThisState before it is answered, NotMeantForPublic, AnswerEmpty, PersonalTraces
    with what has to go, PublishedAlready.
    """
    question, answer = question.strip(), answer.strip()
    if not question or not answer:
        raise AnswerEmpty
    try:
        async with database.transaction():
            one = await locked(consultation_id, "answered")
            await _may_be_read(one, question, answer)
            made = await _keep(one, question, answer, by)
            await audit.record("consultation.published", subject=subject(one), by=by)
            citizen_id: int | None = one.citizen_id  # type: ignore[attr-defined]
            await tell(AnswerPublished(consultation_id=one.id, citizen_id=citizen_id, code=made.code))
    except IntegrityError:
        raise PublishedAlready from None
    return made


async def take_back(*, code: str, why: str, by: Actor) -> None:
    """撤下: nobody finds it any more. Raises PublicAnswerNotFound, NothingWritten."""
    if not why.strip():
        raise NothingWritten
    async with database.transaction():
        of = await database.fetchval(
            """update public_answer set taken_back_at = $2, taken_back_why = $3
                where code = $1 and taken_back_at is null returning consultation_id""",
            code, clock.now(), why.strip()[:200],
        )  # fmt: skip
        if of is None:
            raise PublicAnswerNotFound
        await audit.record("consultation.taken_back", subject=f"consultation:{of}", by=by, reason=why.strip())


async def find(code: str) -> Shown:
    """Raises PublicAnswerNotFound."""
    row = await database.fetchrow(f"{READ} where taken_back_at is null and code = $1", crypto.read_code(code))
    if row is None:
        raise PublicAnswerNotFound
    return Shown(**dict(row))


async def latest(*, limit: int = 20) -> list[Shown]:
    rows = await database.fetch(f"{READ} where taken_back_at is null order by id desc limit $1", limit)
    return [Shown(**dict(row)) for row in rows]


async def search(asked: str, *, least: float = LIKE, limit: int = 10) -> list[Shown]:
    """Those that have most of what was asked, the likest first."""
    wanted = pairs_of(asked)
    if not wanted:
        return []
    rows = await database.fetch(LIKEST, wanted, least * len(wanted), limit)
    return [Shown(**{name: row[name] for name in Shown.__dataclass_fields__}) for row in rows]


READ = "select code, kind, question, answer, department, item_code, item_name, published_on from public_answer"
LIKEST = """
select code, kind, question, answer, department, item_code, item_name, published_on from public_answer p
 cross join lateral (select count(*) as shared from jsonb_array_elements_text(p.pairs) one (pair)
                      where one.pair = any($1::text[])) found
 where taken_back_at is null and p.pairs ?| $1::text[] and found.shared >= $2
 order by found.shared desc, jsonb_array_length(p.pairs), p.id desc limit $3"""


def pairs_of(text: str) -> list[str]:
    """Pairs of neighbouring characters, without those that only hold a sentence together."""
    words = "".join(one if one not in _EMPTY else " " for one in canonical(text[:200]))
    return sorted({words[at : at + 2] for at in range(len(words) - 1) if " " not in words[at : at + 2]})


async def _may_be_read(one: Consultation, question: str, answer: str) -> None:
    """Raises NotMeantForPublic, PersonalTraces."""
    if not one.may_publish:
        raise NotMeantForPublic
    names = await known_names.around(one.citizen_id)  # type: ignore[attr-defined]
    if left := traces.left_in(f"{question}\n{answer}", names=names):
        raise PersonalTraces(detail=left)


async def _keep(one: Consultation, question: str, answer: str, by: Actor) -> PublicAnswer:
    return await PublicAnswer.create(
        code=crypto.random_code(CODE_LENGTH), consultation=one, kind=one.kind, question=question[:400],
        answer=answer[:4000], department=one.department, item_code=one.item_code, item_name=one.item_name,
        pairs=pairs_of(f"{question} {one.item_name}"), published_by_id=by.number, published_on=clock.today(),
    )  # fmt: skip
