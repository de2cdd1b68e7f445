"""Writing a turn (对话轮次) into the log, with where its conversation then stands: one statement, however it begins."""

from datetime import datetime
from typing import Any

import msgspec

from assistant import masking, turns
from assistant.answering import Answer
from assistant.models import Conversation
from assistant.remembering import Memory
from foundation import database

LONGEST_KEPT = 500
_TURN = "question, band, answer, item_code, section, confidence, at"
_SAID = "$1, $2, $3::text::jsonb, $4, $5, $6, $7::timestamptz"
_BEGIN = f"""
    with number as (select nextval(pg_get_serial_sequence('turn', 'id')) as id),
         talk as (
             insert into conversation (token, citizen_id, state, created_at, changed_at)
             select $9, $10, jsonb_build_object('turn', number.id, 'misses', $8::int), $7, $7 from number
             returning id
         )
    insert into turn (id, conversation_id, {_TURN}) select number.id, talk.id, {_SAID} from number, talk returning id
"""
_GO_ON = f"""
    with said as (insert into turn (conversation_id, {_TURN}) values ($9, {_SAID}) returning id)
    update conversation
       set state = jsonb_build_object('turn', said.id, 'misses', $8::int), changed_at = $7, citizen_id = $10
      from said where conversation.id = $9
    returning said.id
"""


async def first(token: str, citizen_id: int | None, question: str, answer: Answer, memory: Memory, at: datetime) -> int:
    """The number of the turn with which a conversation begins."""
    return int(await database.fetchval(_BEGIN, *_row(question, answer, memory, at), token, citizen_id))


async def next_of(talk: Conversation, question: str, answer: Answer, memory: Memory, at: datetime) -> int:
    """The number of one more turn of a conversation, which the caller has locked."""
    citizen_id = talk.citizen_id  # type: ignore[attr-defined]
    return int(await database.fetchval(_GO_ON, *_row(question, answer, memory, at), talk.id, citizen_id))


def _row(question: str, answer: Answer, memory: Memory, at: datetime) -> tuple[Any, ...]:
    """What is kept of a turn; numbers of persons are masked before."""
    first = answer.passages[0].source if answer.passages else None
    kept = msgspec.json.encode(turns.kept(answer) | {"thread": memory}).decode()
    return (
        masking.masked(question[: LONGEST_KEPT * 2])[:LONGEST_KEPT],
        answer.kind,
        kept,
        first.item_code if first else "",
        first.section_kind if first else "",
        answer.confidence,
        at,
        memory.misses,
    )
