"""问一问: the guide bot in the chat."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from assistant import asking, hot_questions
from assistant.answering import Passage
from assistant.errors import ConversationNotFound, TurnNotFound
from foundation.errors import Malformed
from foundation.idempotency import KeyReused, StillInFlight
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Header, Limit, Routes
from identity.sessions import Session
from miniprogram_bff.fields import ItemCode, ItemName
from miniprogram_bff.session import VISITOR, actor

routes = Routes("问一问", tag="ask")

Conversation = Annotated[str, Meta(max_length=40, examples=["amAQzdxsCBvS9YLzL5QucVCuDuXxX8XB"])]


class TurnKeyUnreadable(Malformed):
    """幂等键无法识别，请使用 16 至 80 位字母、数字或横线。"""


KEY = Header(
    name="Idempotency-Key",
    description="每次提问一个；网络中断后用同一个重试，得到同一回答，不会重复提问",
    pattern="[A-Za-z0-9-]{16,80}",
    example="5f0c1a6e-8a54-4a0e-9d2b-6f3d0a6f7c11",
    missing=TurnKeyUnreadable,
    optional=True,
)


class Question(Asked):
    """`conversation`：上次回答返回的会话标识，追问时带上；`place`：所在的大厅编码或知识库编码，没有就不填."""

    question: Annotated[str, Meta(max_length=5000, examples=["身份证丢了怎么补办"])]
    conversation: Conversation = ""
    place: Annotated[str, Meta(max_length=40, examples=["9901-02"])] = ""


class SourceView(Struct):
    item_code: ItemCode
    item_name: ItemName
    section_title: Annotated[str, Meta(examples=["办理流程"])]
    version: Annotated[str, Meta(examples=["1"])]
    effective_date: date | None
    base: Annotated[str, Meta(examples=["西岭区"])] = ""


class PassageView(Struct):
    text: Annotated[str, Meta(examples=["本人到任一户政窗口补领，40 元，带不带户口簿都可以先来。"])]
    shortened: bool
    source: SourceView


class ChoiceView(Struct):
    item_code: ItemCode
    name: ItemName


class CardView(Struct):
    """`kind`：guide book pay form map progress phone complaint person."""

    kind: Annotated[str, Meta(examples=["book"])]
    label: Annotated[str, Meta(examples=["预约办理"])]
    target: ItemCode


class AnswerView(Struct):
    """`kind`：answer choose unknown person emergency complaint greeting empty；`note` 是固定用语，内容在 `passages`.

    人工接待中 `kind` 为 with_person：内容已转给工作人员，`turn` 为 0，答复见对话消息。
    """

    conversation: Conversation
    turn: int
    kind: Annotated[str, Meta(examples=["answer"])]
    band: Annotated[str, Meta(examples=["answer"])]
    confidence: Annotated[float, Meta(examples=[0.93])]
    note: str
    passages: list[PassageView]
    choices: list[ChoiceView]
    cards: list[CardView]


class HotQuestions(Struct):
    questions: Annotated[list[str], Meta(examples=[["身份证丢了怎么补办", "居住证要什么材料"]])]


class Feedback(Asked):
    conversation: Annotated[str, Meta(min_length=1, max_length=40)]
    turn: Annotated[int, Meta(ge=1, le=2**62)]
    helpful: bool


@routes.post(
    "/v1/ask",
    access=VISITOR,
    summary="提问",
    errors=(ConversationNotFound, TurnKeyUnreadable, KeyReused, StillInFlight),
    headers=(KEY,),
    limit=Limit(ip=120, seconds=60),
)
async def ask(request: Request, body: Question, who: Session | None) -> AnswerView:
    """回答只取自已发布的办事指南，并注明出处；没有把握时反问或转人工。"""
    asked = await asking.ask(
        question=body.question,
        conversation=body.conversation or None,
        place=body.place,
        key=KEY.of(request),
        by=actor(who) if who else None,
    )
    answer = asked.answer
    return AnswerView(
        conversation=asked.conversation,
        turn=asked.turn_id,
        kind=answer.kind,
        band=answer.band,
        confidence=round(answer.confidence, 3),
        note=answer.note,
        passages=[_passage(one) for one in answer.passages],
        choices=[ChoiceView(one.item_code, one.name) for one in answer.choices],
        cards=[CardView(one.kind, one.label, one.target) for one in answer.cards],
    )


@routes.post("/v1/ask/feedback", access=VISITOR, summary="回答是否有帮助", errors=(TurnNotFound,), status=204)
async def feedback(body: Feedback) -> None:
    await asking.rate(turn_id=body.turn, conversation=body.conversation, helpful=body.helpful)


@routes.get("/v1/ask/hot", access=PUBLIC, summary="大家都在问", limit=Limit(ip=240), cache=PUBLIC_MINUTE)
async def hot() -> HotQuestions:
    """近三十天里多人问过、能答上的问题，点一下即可提问。"""
    return HotQuestions(list(await hot_questions.lately()))


def _passage(one: Passage) -> PassageView:
    source = one.source
    return PassageView(
        one.text,
        one.shortened,
        SourceView(
            source.item_code, source.item_name, source.section_title, source.version, source.effective_date, source.base
        ),
    )
