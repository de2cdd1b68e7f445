"""消息: what was told to me and on which channels, how I want to be told, and what I subscribe to."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from foundation.questions import ask_as_one
from foundation.web import PUBLIC, PUBLIC_MINUTE, Asked, Routes
from foundation.words import Verbatim
from identity.sessions import Session
from miniprogram_bff.session import CITIZEN, MINIMAL
from miniprogram_bff.states import MessageChannel, Platform
from notifications import asking, consents, delivery, own_inbox, preferences, topics, wording
from notifications.errors import GroupUnknown, MessageNotFound, QuietHoursFault, TemplateUnknown, TopicUnknown
from notifications.kinds import GROUPS

routes = Routes("消息", tag="messages")

TemplateId = Annotated[str, Meta(min_length=1, max_length=64, examples=["tpl-booking"])]
MessageId = Annotated[int, Meta(ge=1, le=2**62)]
TopicKind = Literal["theme", "life_event", "hall"]
TopicCode = Annotated[str, Meta(min_length=1, max_length=60, examples=["housing"])]


class Way(Struct):
    """One channel a message took beside this list."""

    channel: MessageChannel
    name: Annotated[str, Meta(examples=["微信订阅消息"])]
    state: Annotated[str, Meta(examples=["已发送"])]
    why: str
    at: datetime


class TopicView(Struct):
    topic: TopicKind
    code: TopicCode
    name: Annotated[str, Meta(examples=["住房"])]
    subscribed: bool


class MessageView(Struct):
    id: int
    title: Annotated[str, Meta(examples=["预约成功"])]
    text: Annotated[str, Meta(examples=["您已预约 11月23日 09:00 居民身份证办理"])]
    page: Annotated[Verbatim, Meta(examples=["pages/booking/7K3M9QXP"])]
    at: datetime
    read: bool
    ways: list[Way]
    topics: Annotated[list[TopicView], Meta(description="因订阅了这些资讯而发送，可退订")]


class Earlier(Asked):
    """`before`：上一页最后一条的编号；没有就是第一页."""

    before: Annotated[int, Meta(ge=0, le=2**62)] = 0


class Read(Struct):
    read_at: datetime


class ForPlatform(Asked):
    platform: Literal["wechat", "alipay"] = "wechat"


class TemplatesToAsk(Struct):
    """各处要请用户授权的模板，每处至多三个，一次弹窗问完；没有的为空."""

    booking: Annotated[list[TemplateId], Meta(description="提交预约时")]
    waitlist: Annotated[list[TemplateId], Meta(description="加入候补时")]
    draw: Annotated[list[TemplateId], Meta(description="登记摇号时")]
    bill: Annotated[list[TemplateId], Meta(description="缴费时")]
    case: Annotated[list[TemplateId], Meta(description="查看或订阅办件时")]
    filing: Annotated[list[TemplateId], Meta(description="提交在线申请时")]
    news: Annotated[list[TemplateId], Meta(description="订阅资讯时")]


class Consents(Asked):
    """`choice`：once 允许一次，always 总是允许，refused 拒绝."""

    templates: Annotated[list[TemplateId], Meta(min_length=1, max_length=10)]
    choice: Literal["once", "always", "refused"] = "once"


class ConsentView(Struct):
    platform: Platform
    template: TemplateId
    names: list[str]
    choice: Annotated[str, Meta(examples=["once"])]
    left: Annotated[int, Meta(description="还可发送的条数")]
    used: int
    at: datetime


class Group(Struct):
    code: Annotated[str, Meta(examples=["reminder"])]
    name: Annotated[str, Meta(examples=["预约提醒"])]
    muted: bool


class PreferencesView(Struct):
    quiet: Annotated[str, Meta(examples=["22:00-08:00"], description="免打扰时段；none 为不设，空为全市默认")]
    sms: bool
    groups: list[Group]
    consents: list[ConsentView]


class PreferencesWanted(Asked):
    quiet: Annotated[str, Meta(max_length=11, examples=["21:30-08:00"])] = ""
    sms: bool = True
    muted: Annotated[list[Annotated[str, Meta(max_length=12)]], Meta(max_length=10)] = []


class TopicWanted(Asked):
    topic: TopicKind
    code: TopicCode


@routes.get("/v1/me/messages", access=MINIMAL, summary="消息")
async def messages(query: Earlier, who: Session) -> list[MessageView]:
    return [
        MessageView(
            one.id, one.title, one.text, one.page, one.created_at, one.read_at is not None,
            [Way(way.channel, way.channel_name, way.state_name, way.problem, way.at) for way in one.ways],
            [_topic(topic) for topic in one.topics],
        )
        for one in await own_inbox.of(who.citizen_id, before=query.before)
    ]  # fmt: skip


@routes.post("/v1/me/messages/read", access=CITIZEN, summary="全部标为已读", status=204)
async def read_messages(who: Session) -> None:
    await delivery.mark_read(citizen_id=who.citizen_id)


@routes.post("/v1/me/messages/<message_id>/read", access=CITIZEN, summary="标为已读", errors=(MessageNotFound,))
async def read_message(message_id: MessageId, who: Session) -> Read:
    return Read(await delivery.mark_one_read(citizen_id=who.citizen_id, message_id=message_id))


@routes.get("/v1/message-templates", access=PUBLIC, summary="要请用户授权的订阅消息模板", cache=PUBLIC_MINUTE)
async def templates(query: ForPlatform) -> TemplatesToAsk:
    """小程序启动时取一次；在按钮的点击里弹窗，用户选择后登记到 `/v1/me/consents`。"""
    return TemplatesToAsk(**await asking.templates(query.platform))


@routes.post("/v1/me/consents", access=CITIZEN, summary="订阅消息授权", errors=(TemplateUnknown,), status=204)
async def consent(body: Consents, who: Session) -> None:
    """用户在平台弹窗中选择后登记；允许一次可发一条。"""
    await consents.say(citizen_id=who.citizen_id, platform=who.platform, templates=body.templates, choice=body.choice)


@routes.get("/v1/me/message-preferences", access=CITIZEN, summary="消息设置")
async def message_preferences(who: Session) -> PreferencesView:
    return await _preferences(who.citizen_id)


@routes.post(
    "/v1/me/message-preferences", access=CITIZEN, summary="保存消息设置", errors=(QuietHoursFault, GroupUnknown)
)
async def keep_preferences(body: PreferencesWanted, who: Session) -> PreferencesView:
    """停办、改期等紧急消息不受免打扰和静音限制。"""
    await preferences.keep(citizen_id=who.citizen_id, quiet_hours=body.quiet, sms=body.sms, muted=body.muted)
    return await _preferences(who.citizen_id)


@routes.get("/v1/me/topics", access=CITIZEN, summary="可订阅的资讯")
async def my_topics(who: Session) -> list[TopicView]:
    return [_topic(one) for one in await topics.offered(who.citizen_id)]


@routes.post("/v1/me/topics", access=CITIZEN, summary="订阅资讯", errors=(TopicUnknown,), status=204)
async def subscribe(body: TopicWanted, who: Session) -> None:
    await topics.subscribe(citizen_id=who.citizen_id, topic=body.topic, code=body.code)


@routes.delete("/v1/me/topics/<topic>/<code>", access=CITIZEN, summary="退订资讯", status=204)
async def unsubscribe(topic: TopicKind, code: TopicCode, who: Session) -> None:
    await topics.unsubscribe(citizen_id=who.citizen_id, topic=topic, code=code)


async def _preferences(citizen_id: int) -> PreferencesView:
    await ask_as_one(wished := preferences.of(citizen_id), said := consents.of(citizen_id))
    kept = wished.answer
    return PreferencesView(
        quiet=kept.quiet,
        sms=kept.sms,
        groups=[Group(code, name, code in kept.muted) for code, name in GROUPS.items()],
        consents=[await _consent(one) for one in said.answer],
    )


async def _consent(one: consents.Consent) -> ConsentView:
    names = await wording.titles(one.platform, one.template)
    return ConsentView(one.platform, one.template, names, one.choice, one.left, one.used, one.changed_at)


def _topic(one: topics.Offered) -> TopicView:
    return TopicView(one.topic, one.code, one.name, one.subscribed)
