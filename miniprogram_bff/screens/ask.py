"""问一问: the guide bot in the chat."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from assistant import also_needed, around, asking, hot_questions, live_cards, turns
from assistant.answering import Answer, Passage
from assistant.errors import ConversationNotFound, TurnNotFound
from assistant.hall_today import Position
from assistant.live_cards import LiveCard
from assistant.navigation import Live
from catalogue import items
from foundation.actor import Actor
from foundation.errors import Malformed
from foundation.idempotency import KeyReused, StillInFlight
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Header, Limit, Routes
from foundation.words import AS_IT_CAME, Verbatim
from identity.sessions import Session
from miniprogram_bff.fields import Fen, ItemCode, ItemName
from miniprogram_bff.session import VISITOR, actor
from miniprogram_bff.states import AnswerBand, AnswerKind, CardLeads, LiveCardKind, Tone

routes = Routes("问一问", tag="ask")

Token = Annotated[str, Meta(min_length=1, max_length=40, examples=["amAQzdxsCBvS9YLzL5QucVCuDuXxX8XB"])]
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
    """`conversation`：上次回答返回的会话标识，追问时带上；`place`：所在的大厅编码或知识库编码，没有就不填.

    经纬度只用于把近的大厅排在前面，不保存。
    """

    question: Annotated[str, Meta(max_length=5000, examples=["身份证丢了怎么补办"])]
    conversation: Conversation = ""
    place: Annotated[str, Meta(max_length=40, examples=["9901-02"])] = ""
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None


class TurnsAfter(Asked):
    after: Annotated[int, Meta(ge=0, le=2**62, description="已经收到的最后一轮的编号，没有为 0")] = 0


class SourceView(Struct):
    """平台自己的规定没有 `item_code`，`item_name` 是所依据的规定；`base`：哪个知识库写的，只有全市一个时为空."""

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
    """`kind`：guide book pay form map progress phone complaint person screen（`target` 是页面）."""

    kind: CardLeads
    label: Annotated[str, Meta(examples=["预约办理"])]
    target: Annotated[ItemCode, AS_IT_CAME]


class LiveRowView(Struct):
    """`page` 是点开的页面；`tone`：good warn bad 或空."""

    title: Annotated[str, Meta(examples=["示例市政务服务中心"])]
    text: Annotated[str, Meta(examples=["居民身份证办理：11月27日 周五 09:00 起，余 12 个"])]
    tone: Tone
    page: Annotated[Verbatim, Meta(examples=["book/9901/centre-id-card?date=2026-11-27&slot=17"])]
    at: datetime | None
    left: int | None
    fen: Fen | None
    phone: str
    longitude: float | None
    latitude: float | None


class LiveCardView(Struct):
    """实时卡片，随查随显，不随对话保存。`kind`：slots halls，本人的 cases bills bookings（未登录时引导登录）."""

    kind: LiveCardKind
    title: Annotated[str, Meta(examples=["最近可约"])]
    rows: list[LiveRowView]
    note: str
    page: Annotated[Verbatim, Meta(examples=["book?item=11990100DEMA0001133990100005000"])]
    label: Annotated[str, Meta(examples=["看全部大厅"])]


class AnswerView(Struct):
    """`kind`：answer choose unknown person emergency complaint greeting empty；`note` 是固定用语，内容在 `passages`.

    人工接待中 `kind` 为 with_person：内容已转给工作人员，`turn` 为 0，答复见对话消息。
    """

    conversation: Conversation
    turn: int
    kind: AnswerKind
    band: AnswerBand
    confidence: Annotated[float, Meta(examples=[0.93])]
    note: str
    passages: list[PassageView]
    choices: list[ChoiceView]
    cards: list[CardView]
    live: list[LiveCardView]
    also: Annotated[list[ChoiceView], Meta(description="办这件事的人还问了")]


class PastTurn(Struct):
    """一轮对话；`question` 里的个人号码已掩码，`answer` 不含实时卡片."""

    question: str
    answer: AnswerView
    helpful: bool | None
    at: datetime


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
    """回答只取自已发布的办事指南和平台规定，并注明出处；没有把握时反问或转人工。"""
    by = actor(who) if who else None
    asked = await asking.ask(
        question=body.question,
        conversation=body.conversation or None,
        place=body.place,
        key=KEY.of(request),
        by=by,
    )
    near = Position(body.longitude, body.latitude) if body.longitude is not None and body.latitude is not None else None
    return await _answer(asked.answer, asked.conversation, asked.turn_id, live=await _live(asked.answer.live, by, near))


@routes.get(
    "/v1/conversations/<token>/turns",
    access=VISITOR,
    summary="对话已有的问答",
    errors=(ConversationNotFound,),
    limit=Limit(ip=120, seconds=60),
)
async def past(token: Token, query: TurnsAfter, who: Session | None) -> list[PastTurn]:
    """断线或重新打开后接着看：某一轮之后的问答，每次最多 50 轮，内容与当时相同。"""
    found = await turns.since(conversation=token, after=query.after, by=actor(who) if who else None)
    return [PastTurn(one.question, await _answer(one.answer, token, one.id), one.helpful, one.at) for one in found]


@routes.post("/v1/ask/feedback", access=VISITOR, summary="回答是否有帮助", errors=(TurnNotFound,), status=204)
async def feedback(body: Feedback) -> None:
    await asking.rate(turn_id=body.turn, conversation=body.conversation, helpful=body.helpful)


@routes.get("/v1/ask/hot", access=PUBLIC, summary="大家都在问", limit=Limit(ip=240), cache=PUBLIC_MINUTE)
async def hot() -> HotQuestions:
    """近三十天里多人问过、能答上的问题，点一下即可提问。"""
    return HotQuestions(list(await hot_questions.lately()))


async def _answer(answer: Answer, token: str, turn: int, *, live: Sequence[LiveCard] = ()) -> AnswerView:
    return AnswerView(
        conversation=token,
        turn=turn,
        kind=answer.kind,
        band=answer.band,
        confidence=round(answer.confidence, 3),
        note=answer.note,
        passages=[_passage(one) for one in answer.passages],
        choices=[ChoiceView(one.item_code, one.name) for one in answer.choices],
        cards=[CardView(one.kind, one.label, one.target) for one in answer.cards],
        live=[_card(one) for one in live],
        also=await _also(answer),
    )


async def _live(wanted: Sequence[Live], by: Actor | None, near: Position | None) -> list[LiveCard]:
    names = (await around.now()).halls
    return await live_cards.beside(wanted, by=by, names=names, near=near)


async def _also(answer: Answer) -> list[ChoiceView]:
    """What people asked for in the same conversations, of the one item that is spoken of."""
    codes = dict.fromkeys(one.source.item_code for one in answer.passages if one.source.item_code)
    if len(codes) != 1:
        return []
    known = {one.item_code: one for one in await items.published()}
    return [ChoiceView(code, known[code].name) for code in await also_needed.beside(*codes) if code in known]


def _card(one: LiveCard) -> LiveCardView:
    rows = [
        LiveRowView(
            row.title, row.text, row.tone, row.page, row.at, row.left, row.fen, row.phone, row.longitude, row.latitude
        )
        for row in one.rows
    ]
    return LiveCardView(one.kind, one.title, rows, one.note, one.page, one.label)


def _passage(one: Passage) -> PassageView:
    source = one.source
    return PassageView(
        one.text,
        one.shortened,
        SourceView(
            source.item_code, source.item_name, source.section_title, source.version, source.effective_date, source.base
        ),
    )
