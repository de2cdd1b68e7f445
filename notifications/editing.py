"""消息模板: staff keep other words for a kind. Every save is a version; the latest holds, none is ever changed.

What a channel would refuse is refused here, with sample values in the places; what is filled in later is cut to fit.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from channels.alipay import message_fields as alipay_fields
from channels.sms import segments
from channels.wechat import message_fields as wechat_fields
from foundation import audit, clock, database, settings
from foundation.actor import Actor
from notifications import postman, routing, samples, wording
from notifications.errors import TemplateChanged, TemplateFaulty, TemplateUnknown
from notifications.kinds import INBOX, PLACE, SMS, WECHAT, Template, filled
from notifications.template_models import MessageTemplate
from notifications.wording import LONGEST_TEXT, LONGEST_TITLE, Letter, Words

TEST = "【测试】"
BRACES = "{}"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One version as the history shows it."""

    version: int
    made_at: datetime
    made_by: str
    enabled: bool
    text: str


async def current(kind: str, channel: str) -> Words:
    """What holds now, switched off or not; empty words where the kind says nothing there. Raises TemplateUnknown."""
    template = _known(kind, channel)
    latest = await MessageTemplate.filter(kind=kind, channel=channel).order_by("-version").first()
    if latest is None:
        return wording.as_declared(template).get(channel, Words(channel=channel, enabled=False))
    return Words(
        channel=channel, version=latest.version, template_id=latest.template_id, title=latest.title,
        text=latest.text, fields=latest.words, enabled=latest.enabled,
    )  # fmt: skip


async def history(kind: str, channel: str) -> list[Kept]:
    rows = await MessageTemplate.filter(kind=kind, channel=channel).order_by("-version")
    return [
        Kept(
            version=one.version, made_at=one.made_at, made_by=one.made_by, enabled=one.enabled,
            text=one.text or "；".join(f"{name}：{text}" for name, text in one.words.items()),
        )
        for one in rows
    ]  # fmt: skip


def faults(kind: str, words: Words) -> list[str]:
    """Everything the channel would refuse, in words. Raises TemplateUnknown."""
    template = _known(kind, words.channel)
    values = samples.of(template)
    found = _places_nobody_fills(template, words)
    if words.channel in (INBOX, SMS) and not words.text.strip():
        found.append("请填写正文")
    if words.channel == INBOX:
        found += _inbox_faults(words, values)
    elif words.channel == SMS:
        found += _sms_faults(words, values)
    else:
        found += _card_faults(words, values)
    return found


def _places_nobody_fills(template: Template, words: Words) -> list[str]:
    texts = (words.title, words.text, *words.fields.values())
    unknown = {name for one in texts for name in PLACE.findall(one)} - template.places
    found = [f"没有 {{{name}}} 这个变量" for name in sorted(unknown)]
    if any(brace in PLACE.sub("", one) for one in texts for brace in BRACES):
        found.append("花括号只能用来写变量，如 {when}")
    return found


def _inbox_faults(words: Words, values: Mapping[str, str]) -> list[str]:
    found = [] if words.enabled else ["站内消息不能停用"]
    if not words.title.strip() or len(filled(words.title, values)) > LONGEST_TITLE:
        found.append(f"标题应为 1 至 {LONGEST_TITLE} 字")
    if len(filled(words.text, values)) > LONGEST_TEXT:
        found.append(f"正文填入示例后超过 {LONGEST_TEXT} 字")
    return found


def _sms_faults(words: Words, values: Mapping[str, str]) -> list[str]:
    found = [] if words.template_id else ["请填写短信平台的模板编号"]
    long = segments.length(segments.whole(settings.current().sms.signature, filled(words.text, values)))
    if long > segments.LONGEST:
        found.append(f"连同签名填入示例后为 {long} 字，超过 {segments.LONGEST} 字")
    if "【" in words.text or "】" in words.text:
        found.append("正文不能含【】，签名会自动加上")
    return found


def _card_faults(words: Words, values: Mapping[str, str]) -> list[str]:
    """The fixed words of a field must fit by themselves; what is filled in is cut, so a sample that is long is none."""
    found = [] if words.template_id and words.fields else ["请填写平台的模板编号和至少一个字段"]
    fault = wechat_fields.fault if words.channel == WECHAT else alipay_fields.fault
    for name, text in words.fields.items():
        said = filled(text, values)
        if words.channel == WECHAT and wechat_fields.kind_of(name) == "thing" and PLACE.search(text):
            if len(PLACE.sub("", text)) > 15:
                found.append(f"{name} 的固定文字过长，变量会被截去")
        elif problem := fault(name, said):
            found.append(problem)
    return found


async def save(*, kind: str, words: Words, by: Actor) -> int:
    """Keep `words` as the version after `words.version`, which they were made from; the new version.

    Raises TemplateUnknown, TemplateFaulty with every fault, TemplateChanged when somebody saved meanwhile.
    """
    if words.enabled or words.channel == INBOX:  # what is switched off may be as unfinished as it is
        if found := faults(kind, words):
            raise TemplateFaulty(detail=found)
    _known(kind, words.channel)
    version = words.version + 1
    try:
        async with database.transaction():
            await MessageTemplate.create(
                kind=kind, channel=words.channel, version=version, template_id=words.template_id.strip(),
                title=words.title.strip(), text=words.text.strip(), words=dict(words.fields), enabled=words.enabled,
                made_by=str(by),
            )  # fmt: skip
            subject = f"message_template:{kind}:{words.channel}"
            await audit.record("message_template.saved", subject=subject, by=by, detail={"version": version})
    except IntegrityError:
        raise TemplateChanged from None
    return version


def preview(kind: str, words: Words) -> Letter:
    """What would go out, with sample values. Raises TemplateUnknown."""
    return wording.letter(words, samples.of(_known(kind, words.channel)))


async def send_test(*, kind: str, channel: str, citizen_id: int, by: Actor) -> bool:
    """One message with sample values, on this channel alone, to somebody who asked for it; False when they have no
    address there. It uses an accept as any other does. Raises TemplateUnknown.
    """
    template = _known(kind, channel)
    words = await current(kind, channel)
    seed = routing.Seed(
        citizen_id=citizen_id, occasion=f"{routing.TRIED}{secrets.token_hex(8)}", template=template,
        values=samples.of(template), page="pages/messages", hall_path="", urgent=False, urgency=0,
        until=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    async with database.transaction():
        await audit.record("message_template.tested", subject=f"citizen:{citizen_id}", by=by, detail={"kind": kind})
        inbox = (await wording.in_force(template))[INBOX]
        await routing.add(seed, INBOX, replace(inbox, title=TEST + inbox.title), {citizen_id: None})
        if channel == INBOX:
            return True
        person = (await routing.people([citizen_id])).get(citizen_id)
        if person is None or channel not in person.channels:
            return False
        await routing.add(seed, channel, words, {citizen_id: clock.now()})
        await postman.nudge_afterwards(channel, seed.urgency)
    return True


def _known(kind: str, channel: str) -> Template:
    """A kind and a channel it may take; others are none of its affair. Raises TemplateUnknown."""
    template = wording.find(kind)
    if channel not in (INBOX, *template.route):
        raise TemplateUnknown(detail=[channel])
    return template
