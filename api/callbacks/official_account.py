"""公众号: what a follower is answered, within the five seconds that WeChat waits, and the same when it asks again.

Without customer-service messages nothing can be said later: who asks something slow gets the way to the page.
"""

import asyncio
from typing import Any

from assistant import asking, followers
from assistant.answering import Answer, Kind
from assistant.navigation import Card, CardKind
from channels import landing
from channels.wechat import reply_text
from foundation import logs, settings
from foundation.errors import Refusal

log = logs.logger(__name__)

PATIENCE = 4.0  # seconds; WeChat hangs up after five and asks again, twice
MOST_LINKS = 3
SUBSCRIBED = ("subscribe", "subscribe_scan")
GREETING = "您好，欢迎关注{city}指尖办。直接发送您想办的事，例如“身份证丢了怎么补办”，我来告诉您需要的材料和办理地点。"
SLOW = "正在查询，请点下面的链接查看结果，或稍后再问一次。"
UNHEARD = "没有听清这段语音，请再说一遍，或打字告诉我您要办的事。"
ONLY_WORDS = "我看得懂文字和语音。请用一句话告诉我您要办的事，例如“护照到期了怎么换”。"
HERE = "请点下面的链接打开。"
WAY_ON = "查看指南、预约办理、找人工"
_PAGES = {
    CardKind.ANSWERED: "answer/{}",
    CardKind.GUIDE: "guide/{}",
    CardKind.BOOK: "book?item={}",
    CardKind.PROGRESS: "progress",
    CardKind.PAY: "bills",
    CardKind.SCREEN: "{}",
}
_MINI_PAGES = {CardKind.GUIDE: "pages/guide/{}"}


async def answer(heard: Any) -> str:
    """The text for a message or event; empty for events that want none."""
    if heard.type == "event":
        return await _of_event(heard)
    if heard.type == "text" and (heard.content or "").strip():
        return await _of_question(heard, heard.content)
    if heard.type == "voice":
        said = (heard.recognition or "").strip()
        return await _of_question(heard, said) if said else _with_way_on(UNHEARD)
    return "" if heard.type == "unknown" else _with_way_on(ONLY_WORDS)


async def _of_event(heard: Any) -> str:
    kind = getattr(heard, "event", "")
    if kind in SUBSCRIBED:
        return _with_way_on(GREETING.format(city=settings.current().processes.city_name))
    key = (getattr(heard, "key", "") or "").strip() if kind == "click" else ""
    if key.startswith("https://"):
        return _with_way_on(HERE, reply_text.link("打开", key))
    return await _of_question(heard, key) if key else ""


async def _of_question(heard: Any, question: str) -> str:
    """What the bot says, the same for a message that WeChat sends again."""
    try:
        async with asyncio.timeout(PATIENCE):
            talk = await followers.conversation_of(heard.source)
            asked = await asking.ask(question=question, conversation=talk, key=_key(heard))
    except (TimeoutError, Refusal) as why:
        log.warning("follower_sent_to_the_page", why=type(why).__name__)
        return _with_way_on(SLOW)
    if asked.answer.kind is Kind.WITH_PERSON:
        return ""
    return _with_way_on(asked.answer.text, *_links(asked.answer))


def _key(heard: Any) -> str:
    """A message has an id; an event is told from another by whom and when. A colon is in no key of the other door."""
    return f"wechat:{heard.id or f'{heard.source}:{int(heard.create_time.timestamp())}'}"[:80]


def _links(answer: Answer) -> list[str]:
    links = []
    if answer.passages and (source := answer.passages[0].source).item_code:
        links.append(_link(Card(CardKind.GUIDE, f"《{source.item_name}》办事指南", source.item_code)))
    links += [_link(Card(CardKind.GUIDE, choice.name, choice.item_code)) for choice in answer.choices]
    links += [_link(card) for card in answer.cards if card.kind in _PAGES]
    return list(dict.fromkeys(links))[:MOST_LINKS]


def _link(card: Card) -> str:
    """Into the mini-program where it has the page, else to the page in the browser."""
    ours = settings.current()
    url = f"{ours.processes.public_bff_url}/h5/#/{_PAGES[card.kind].format(card.target)}"
    if ours.wechat.app_id and card.kind in _MINI_PAGES:
        path = _MINI_PAGES[card.kind].format(card.target)
        return reply_text.mini_program(card.label, app_id=ours.wechat.app_id, path=landing.page_for(path), url=url)
    return reply_text.link(card.label, url)


def _with_way_on(said: str, *links: str) -> str:
    way_on = reply_text.link(WAY_ON, f"{settings.current().processes.public_bff_url}/h5/#/ask")
    return reply_text.fitting(reply_text.plain(said), *links, way_on)
