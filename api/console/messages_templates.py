"""消息模板: the words of each kind on each channel, looked at with sample values before they hold."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import require_city
from api.console.staff_session import STAFF
from foundation import settings
from foundation.web import Asked, Routes
from identity import access, finding
from identity.access import Role, StaffMember
from identity.errors import NoSuchCitizen
from notifications import editing, samples, wording
from notifications.kinds import CHANNELS, GROUPS, INBOX, SMS, declared
from notifications.wording import Words

routes = Routes("消息模板", tag="console", error_page=page.refused)

ROLES = (Role.EDITOR, Role.ADMIN)
Kind = Annotated[str, Meta(pattern="^[a-z0-9_-]{1,40}$")]
Channel = Annotated[str, Meta(pattern="^(inbox|wechat|alipay|sms)$")]


class Written(Asked):
    """`fields`：每行一个字段，写作“字段名：内容”；`version`：改自哪一版."""

    version: Annotated[int, Meta(ge=0, le=10**6)]
    title: Annotated[str, Meta(max_length=60)] = ""
    text: Annotated[str, Meta(max_length=500)] = ""
    template_id: Annotated[str, Meta(max_length=64)] = ""
    fields: Annotated[str, Meta(max_length=2000)] = ""
    enabled: bool = False

    def words(self, channel: str) -> Words:
        return Words(
            channel=channel, version=self.version, template_id=self.template_id, title=self.title, text=self.text,
            fields=_lines(self.fields), enabled=self.enabled or channel == INBOX,
        )  # fmt: skip


class Test(Asked):
    phone: Annotated[str, Meta(min_length=1, max_length=20)]


@routes.page("/console/messages/templates", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *ROLES)
    words = await wording.in_force_of(list(declared.values()))
    groups = [
        (name, [(one, words[one.kind]) for one in declared.values() if one.group == code])
        for code, name in GROUPS.items()
    ]
    return page.shown(request, "messages_templates.html", who=who, groups=groups, channels=CHANNELS)


@routes.page("/console/messages/templates/<kind>/<channel>", access=STAFF)
async def one(request: Request, kind: Kind, channel: Channel, who: StaffMember) -> HTTPResponse:
    access.require(who, *ROLES)
    words = await editing.current(kind, channel)
    return page.shown(
        request, "messages_template.html", who=who, words=words, lines=_written(words),
        history=await editing.history(kind, channel),
        deeds=await deeds.of_subjects([f"message_template:{kind}:{channel}"]), **_about(kind, channel),
        **_seen(kind, words),
    )  # fmt: skip


@routes.page("/console/messages/templates/<kind>/<channel>/preview", method="POST", access=STAFF)
async def preview(request: Request, kind: Kind, channel: Channel, form: Written, who: StaffMember) -> HTTPResponse:
    """What would go out with sample values; nothing is kept."""
    access.require(who, *ROLES)
    return page.shown(request, "_messages_preview.html", **_about(kind, channel), **_seen(kind, form.words(channel)))


@routes.page("/console/messages/templates/<kind>/<channel>", method="POST", access=STAFF)
async def save(request: Request, kind: Kind, channel: Channel, form: Written, who: StaffMember) -> HTTPResponse:
    require_city(who)
    await editing.save(kind=kind, words=form.words(channel), by=who.actor)
    return page.onward(request, f"/console/messages/templates/{kind}/{channel}")


@routes.page("/console/messages/templates/<kind>/<channel>/test", method="POST", access=STAFF)
async def test(request: Request, kind: Kind, channel: Channel, form: Test, who: StaffMember) -> HTTPResponse:
    """To the staff member's own telephone or account, found by the number they give; who was written to is audited."""
    access.require(who, *ROLES)
    found = await finding.by_phone(form.phone, by=who.actor)
    if not found:
        raise NoSuchCitizen
    if await editing.send_test(kind=kind, channel=channel, citizen_id=found[0], by=who.actor):
        return page.done(request, "测试消息已交给渠道，内容为示例。")
    return page.done(request, f"已发到站内消息；这个号码的本人没有可用的{CHANNELS[channel]}。")


def _about(kind: str, channel: str) -> dict[str, Any]:
    template = wording.find(kind)
    return {
        "of": template, "channel": channel, "channels": CHANNELS, "by_text": channel in (INBOX, SMS),
        "places": [(place, samples.meaning(place), said) for place, said in samples.of(template).items()],
        "signature": settings.current().sms.signature if channel == SMS else "",
    }  # fmt: skip


def _seen(kind: str, words: Words) -> dict[str, Any]:
    """A look at the words, and all that the channel would refuse."""
    return {"letter": editing.preview(kind, words), "faults": editing.faults(kind, words), "seen": words}


def _written(words: Words) -> str:
    return "\n".join(f"{name}：{text}" for name, text in words.fields.items())


def _lines(text: str) -> dict[str, str]:
    """A line without a colon is a field without words, which the check says."""
    pairs = [one.replace("：", ":", 1).partition(":") for one in text.splitlines() if one.strip()]
    return {name.strip(): said.strip() for name, _, said in pairs}
