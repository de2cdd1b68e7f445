"""What can be told: one `Template` for each kind of message, declared where its listener is.

A kind's name is its key in the database, where staff keep other words for it (`notifications.wording`); what is
declared here is version 0 and holds until they do.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

INBOX, WECHAT, ALIPAY, SMS = "inbox", "wechat", "alipay", "sms"
CHANNELS = {INBOX: "站内消息", WECHAT: "微信订阅消息", ALIPAY: "支付宝消息", SMS: "短信"}
ROUTE = (WECHAT, ALIPAY, SMS)  # one after another, until one takes it; the inbox has it in any case

GROUPS = {
    "booking": "预约与排队",
    "reminder": "预约提醒",
    "case": "办件进度",
    "bill": "缴费与退款",
    "family": "亲友与委托",
    "service": "咨询与评价",
    "news": "订阅的资讯",
}
PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, kw_only=True)
class Template:
    """The words of one kind. `{name}` is filled in; `wechat`, `alipay` map the channel's field names to texts.

    `setting` names the setting of the channel's template id; `sms` is the text of a text message, where there is one.
    `urgent`: it cannot wait and cannot be declined: it passes quiet hours and what waits in masses, goes on to the next
    channel when nobody knows whether the last one took it, and whom it does not reach is called by staff.
    `prompt`: the answer to what the person did a moment ago, so it passes quiet hours too.
    `many`: it comes in masses, and lets everything else go first on its way out.
    `sparing`: at most one such message a day leaves for a telephone; the others are in the inbox.
    `lasts`: after so long it is of no use, and is sent no more.
    """

    title: str
    text: str
    kind: str = ""
    group: str = "service"
    setting: str = ""
    wechat: Mapping[str, str] = field(default_factory=dict)
    alipay: Mapping[str, str] = field(default_factory=dict)
    sms: str = ""
    urgent: bool = False
    prompt: bool = False
    many: bool = False
    sparing: bool = False
    route: tuple[str, ...] = ROUTE
    lasts: timedelta = timedelta(days=2)

    def __post_init__(self) -> None:
        if not self.kind:  # a name of its own all the same, the same in every process
            words = hashlib.blake2s(f"{self.title}|{self.text}".encode(), digest_size=5)
            object.__setattr__(self, "kind", f"unnamed-{words.hexdigest()}")
        elif self.kind in declared:
            raise ValueError(f"two kinds of message are called {self.kind}")
        declared[self.kind] = self

    @property
    def places(self) -> set[str]:
        """The names that may be filled in, which are those its own words use."""
        words = (self.title, self.text, self.sms, *self.wechat.values(), *self.alipay.values())
        return {name for one in words for name in PLACE.findall(one)}

    @property
    def urgency(self) -> int:
        """0 goes before 1, 1 before 2."""
        if self.many:
            return 2
        return 0 if self.urgent else 1

    @property
    def waits_for_morning(self) -> bool:
        return not (self.urgent or self.prompt)


declared: dict[str, Template] = {}


def in_the_app(title: str, text: str, *, kind: str = "", group: str = "service") -> Template:
    """What no platform has a template for: it is read in the app only."""
    return Template(title=title, text=text, kind=kind, group=group, route=())


def filled(words: str, values: Mapping[str, str]) -> str:
    """`words` with the values in their places. A place without a value stays empty: a message is never lost for it."""
    return PLACE.sub(lambda found: str(values.get(found[1], "")), words)
