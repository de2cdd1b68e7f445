"""The words in force: of each kind and channel the latest version that staff saved, else what the kind declares."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from appointments.availability import Recent
from channels.alipay import message_fields as alipay_fields
from channels.sms import segments
from channels.wechat import message_fields as wechat_fields
from foundation import database, settings
from notifications.errors import TemplateUnknown
from notifications.kinds import ALIPAY, INBOX, SMS, WECHAT, Template, declared, filled
from notifications.templates import channel_id

LONGEST_TITLE, LONGEST_TEXT = 60, 400


@dataclass(frozen=True, kw_only=True)
class Words:
    """One version of what a kind says on a channel. Version 0 is the declared one."""

    channel: str
    version: int = 0
    template_id: str = ""
    title: str = ""
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True)
class Letter:
    """What goes out: filled in, and fitting."""

    title: str
    text: str
    fields: dict[str, str]
    template_id: str
    segments: int = 0


LATEST = """
select distinct on (kind, channel) kind, channel, version, template_id, title, text, words, enabled
  from message_template where kind = any($1) order by kind, channel, version desc"""


def find(kind: str) -> Template:
    """Raises TemplateUnknown."""
    if kind not in declared:
        raise TemplateUnknown(detail=[kind])
    return declared[kind]


async def in_force(template: Template) -> dict[str, Words]:
    """Channel → words, of the channels on which this kind says something at all."""
    return (await in_force_of([template]))[template.kind]


async def in_force_of(templates: Collection[Template]) -> dict[str, dict[str, Words]]:
    found = {one.kind: as_declared(one) for one in templates}
    rows = await database.fetch(LATEST, [one.kind for one in templates if one.kind])
    for row in rows:
        found[row["kind"]][row["channel"]] = _read(row)
    return {kind: {channel: one for channel, one in words.items() if one.enabled} for kind, words in found.items()}


def as_declared(template: Template) -> dict[str, Words]:
    words = {INBOX: Words(channel=INBOX, title=template.title, text=template.text)}
    for channel, fields in ((WECHAT, template.wechat), (ALIPAY, template.alipay)):
        if fields:
            at = channel_id(template, channel)
            words[channel] = Words(channel=channel, title=template.title, fields=fields, template_id=at)
    if template.sms:
        words[SMS] = Words(channel=SMS, text=template.sms, template_id=channel_id(template, SMS))
    return words


def _read(row: Mapping[str, object]) -> Words:
    kept = {name: row[name] for name in ("channel", "version", "template_id", "title", "text", "enabled")}
    return Words(**kept, fields=msgspec.json.decode(str(row["words"])))  # type: ignore[arg-type]


def letter(words: Words, values: Mapping[str, str]) -> Letter:
    """`words` with `values`, cut and cleaned so that the channel takes it whatever the values are."""
    fields = {name: filled(text, values) for name, text in words.fields.items()}
    title = filled(words.title, values)[:LONGEST_TITLE]
    if words.channel == WECHAT:
        fitting = {name: wechat_fields.fitted(name, text) for name, text in fields.items()}
        return Letter(title, _in_one(fitting), fitting, words.template_id)
    if words.channel == ALIPAY:
        fitting = alipay_fields.fitted(fields)
        return Letter(title, _in_one(fitting), fitting, words.template_id)
    if words.channel == SMS:
        signature = settings.current().sms.signature
        said = " ".join(filled(words.text, values).split())[: segments.LONGEST - len(signature) - 2]
        return Letter(title, said, {}, words.template_id, segments.count(segments.whole(signature, said)))
    return Letter(title, filled(words.text, values)[:LONGEST_TEXT], {}, "")


def _in_one(fields: Mapping[str, str]) -> str:
    """A card in one line, for the ledger."""
    return "；".join(fields.values())[:LONGEST_TEXT]


async def ids_at(platform: str) -> set[str]:
    """The template ids in use at WeChat or Alipay."""
    return {one.template for one in await _cards() if one.platform == platform} - {""}


async def titles(platform: str, template: str) -> list[str]:
    """Of the kinds that go by this template at WeChat or Alipay; of a moment ago when many ask."""
    known = (await _recent.get("cards", _cards)).rows
    return [one.title for one in known if (one.platform, one.template) == (platform, template)]


@dataclass(frozen=True)
class _Card:
    """By which template id of a platform a kind goes."""

    platform: str
    template: str
    title: str


_recent: Recent[_Card] = Recent()


async def _cards() -> list[_Card]:
    words = await in_force_of(list(declared.values()))
    return [
        _Card(platform, channels[platform].template_id, declared[kind].title)
        for kind, channels in words.items()
        for platform in (WECHAT, ALIPAY)
        if platform in channels
    ]
