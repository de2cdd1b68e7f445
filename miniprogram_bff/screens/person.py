"""找人工: a person instead of the bot; a place in the queue, replies as they come, by events or by asking again."""

import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sanic import Request

from assistant import conversations, handover, live, standing
from assistant.errors import ConversationNotFound
from assistant.handover_errors import HandoverOver, TooManyHandovers, TooManyListeners
from assistant.models import Conversation
from foundation import bus, logs
from foundation.errors import Malformed, Refusal
from foundation.web import Asked, Header, Limit, Routes, client_address
from identity.sessions import Session
from miniprogram_bff.screens.ask import PastTurn, TurnsAfter, past
from miniprogram_bff.session import VISITOR, actor
from miniprogram_bff.states import PersonState, SaidBy

routes = Routes("找人工", tag="person")
log = logs.logger(__name__)

Token = Annotated[str, Meta(min_length=1, max_length=40, examples=["amAQzdxsCBvS9YLzL5QucVCuDuXxX8XB"])]
Hours = Annotated[str, Meta(examples=["工作日 09:00–12:00、13:00–17:00"])]

WAKE_EVERY = 1.0  # seconds; a door that closes is not kept waiting
LOOK_EVERY, LOOK_WHEN_DEAF = 15.0, 2.0  # seconds; a word that was lost on the bus is healed by looking
BEAT_EVERY = 15.0  # seconds without news, after which a listener hears that we are there
NEVER = float("-inf")
LIFE = 600.0  # seconds; then the listener comes again, perhaps to another process

Say = Callable[[bytes], Awaitable[None]]


class EventIdUnreadable(Malformed):
    """事件编号无法识别，请去掉 Last-Event-ID 重新连接。"""


LAST = Header(
    name="Last-Event-ID",
    description="断开前收到的最后一个事件编号，从其后继续",
    pattern="[0-9]{1,18}",
    example="17",
    missing=EventIdUnreadable,
    optional=True,
)


class PersonWanted(Asked):
    """`question`：想请工作人员答复的问题；不填则取最近问过的."""

    question: Annotated[str, Meta(max_length=500)] = ""


class After(Asked):
    after: Annotated[int, Meta(ge=0, le=2**62)] = 0


class PersonLine(Struct):
    """`said_by`：citizen 本人，agent 工作人员，system 系统提示."""

    id: int
    said_by: SaidBy
    text: Annotated[str, Meta(examples=["您好，请带身份证原件到窗口办理。"])]
    at: datetime


class PersonStanding(Struct):
    """`state`：none 未找人工，waiting 排队，message 已留言，held 接待中，ended 已结束."""

    state: PersonState
    outcome: Annotated[str, Meta(examples=[""])]
    question: str
    ahead: Annotated[int, Meta(examples=[2])]
    minutes: Annotated[int, Meta(examples=[15], description="预计等候，分钟")]
    due_on: Annotated[date | None, Meta(description="留言最迟答复日")]
    hours: Hours


class PersonTalk(Struct):
    standing: PersonStanding
    lines: list[PersonLine]
    typing: Annotated[bool, Meta(description="工作人员正在输入")]


class WholeTalk(Struct):
    """`turns`：与指南机器人的问答；`person`：与工作人员的对话."""

    turns: list[PastTurn]
    person: PersonTalk


@routes.post(
    "/v1/conversations/<token>/person",
    access=VISITOR,
    summary="找人工",
    errors=(ConversationNotFound, TooManyHandovers),
    limit=Limit(ip=30, seconds=60),
)
async def ask(request: Request, token: Token, body: PersonWanted, who: Session | None) -> PersonStanding:
    """服务时间内排队，其余时间留言，工作日内答复。重复请求不会重复排队。"""
    by = actor(who) if who else None
    await handover.ask(conversation=token, question=body.question, address=client_address(request), by=by)
    return _standing((await standing.of(conversation=token, by=by))[0])


@routes.delete(
    "/v1/conversations/<token>/person",
    access=VISITOR,
    summary="不再找人工",
    errors=(ConversationNotFound, HandoverOver),
    limit=Limit(ip=60, seconds=60),
    status=204,
)
async def withdraw(token: Token, who: Session | None) -> None:
    await handover.withdraw(conversation=token, by=actor(who) if who else None)


@routes.post(
    "/v1/conversations/<token>/typing",
    access=VISITOR,
    summary="正在输入",
    errors=(ConversationNotFound,),
    limit=Limit(ip=60, seconds=60),
    status=204,
)
async def typing(token: Token, who: Session | None) -> None:
    await handover.typing(conversation=token, by=actor(who) if who else None)


@routes.get(
    "/v1/screens/ask/<token>",
    access=VISITOR,
    summary="问一问页：接着上次的对话",
    errors=(ConversationNotFound,),
    limit=Limit(ip=120, seconds=60),
)
async def whole(token: Token, who: Session | None) -> WholeTalk:
    """断线或重新打开后接着看：最早的 50 轮问答（其余用 `turns` 接着取）和人工的消息。"""
    return WholeTalk(await past(token, TurnsAfter(), who), await messages(token, After(), who))


@routes.get(
    "/v1/conversations/<token>/messages",
    access=VISITOR,
    summary="人工对话的消息",
    errors=(ConversationNotFound,),
    limit=Limit(ip=240, seconds=60),
)
async def messages(token: Token, query: After, who: Session | None) -> PersonTalk:
    """`after` 之后的消息；不能使用事件流时，隔几秒问一次。"""
    talk = await conversations.own(token, actor(who) if who else None)
    lines = await standing.lines(talk, after=query.after)
    return PersonTalk(_standing(await standing.now(talk)), [_line(one) for one in lines], standing.agent_types(talk))


@routes.get(
    "/v1/conversations/<token>/events",
    access=VISITOR,
    summary="人工对话的事件流",
    errors=(ConversationNotFound, EventIdUnreadable, TooManyListeners),
    headers=(LAST,),
    limit=Limit(ip=60, seconds=60),
    also=("text/event-stream",),
)
async def events(request: Request, token: Token, query: After, who: Session | None) -> None:
    """`event: standing` 状态，`event: line` 消息（带编号），`event: typing` 正在输入，`event: beat` 保持连接。"""
    after = int(LAST.of(request) or query.after)
    talk = await conversations.own(token, actor(who) if who else None)
    with live.listening(talk.id) as ear:
        response = await request.respond(
            content_type="text/event-stream; charset=utf-8",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        assert response is not None
        await response.send(b"retry: 2000\n\n")
        try:
            await _Telling(request, response.send, talk, ear, after).until_over()
        except (Refusal, OSError) as gone:
            log.warning("listener_left_alone", why=type(gone).__name__)  # it comes again by itself
        await response.eof()


class _Telling:
    """What one listener has been told, and what comes next."""

    def __init__(self, request: Request, say: Say, talk: Conversation, ear: live.Ear, after: int) -> None:
        self._request, self._say, self._talk, self._ear = request, say, talk, ear
        self._after, self._told, self._typed = after, b"", False
        self._beat = time.monotonic()

    async def until_over(self) -> None:
        began = time.monotonic()
        looked = NEVER
        while time.monotonic() - began < LIFE and not getattr(self._request.app.ctx, "closing", False):
            now = time.monotonic()
            if now - looked >= (LOOK_EVERY if bus.hears() else LOOK_WHEN_DEAF):
                await self._look()
                looked = now
            if time.monotonic() - self._beat >= BEAT_EVERY:
                await self._send(b"event: beat\ndata:\n\n")
            if await self._ear.wait(WAKE_EVERY):
                looked = NEVER

    async def _look(self) -> None:
        """Lines first: who is told that it ended has read the last one."""
        for line in await standing.lines(self._talk, after=self._after):
            self._after = line.id
            await self._send(b"id: %d\nevent: line\ndata: %s\n\n" % (line.id, msgspec.json.encode(_line(line))))
        stands = await standing.now(self._talk)
        self._ear.queued = stands.state == "waiting"
        said = msgspec.json.encode(_standing(stands))
        if said != self._told:
            self._told = said
            await self._send(b"event: standing\ndata: %s\n\n" % said)
        types = standing.agent_types(self._talk)
        if types or self._typed:
            await self._send(b"event: typing\ndata: %s\n\n" % msgspec.json.encode(types))
        self._typed = types

    async def _send(self, said: bytes) -> None:
        self._beat = time.monotonic()
        await self._say(said)


def _standing(one: standing.Standing) -> PersonStanding:
    return msgspec.convert(one, PersonStanding, from_attributes=True)


def _line(one: standing.Line) -> PersonLine:
    return msgspec.convert(one, PersonLine, from_attributes=True)
