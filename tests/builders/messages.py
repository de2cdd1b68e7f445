"""People who get messages, channels that take them, and the post going out once."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from channels.messages import MessageOutcome, Outcome
from foundation import settings
from identity.models import Citizen
from notifications import delivery, lanes, outlets, postman
from notifications.kinds import ROUTE, Template
from notifications.models import Message
from notifications.outlets import Sending
from notifications.templates import BILL_SETTLED
from tests.builders import identity as people

VALUES = {"title": "不动产登记费", "yuan": "80.00", "unit": "自然资源局"}
SENT = MessageOutcome(Outcome.SENT)
REFUSED = MessageOutcome(Outcome.REFUSED, "43101")
BUSY = MessageOutcome(Outcome.TRY_AGAIN, "-1")
UNKNOWN = MessageOutcome(Outcome.UNKNOWN)


class Channels:
    """Takes what leaves the house; answers in turn with `answers` of its channel, with the last of them for ever."""

    def __init__(self) -> None:
        self.taken: list[Sending] = []
        self.answers: dict[str, list[MessageOutcome]] = {}

    def answer(self, channel: str, *outcomes: MessageOutcome) -> None:
        self.answers[channel] = list(outcomes)

    async def send(self, letter: Sending) -> MessageOutcome:
        self.taken.append(letter)
        left = self.answers.get(letter.channel) or [SENT]
        return left.pop(0) if len(left) > 1 else left[0]

    def at(self, channel: str) -> list[Sending]:
        return [one for one in self.taken if one.channel == channel]


@pytest.fixture
def by_sms(environment: dict[str, str]) -> None:
    """The city has a carrier for text messages."""
    settings.use(settings.load(environment | {"SMS_URL": "http://sms.test"}))


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> Channels:
    ours = Channels()
    monkeypatch.setattr(outlets, "send", ours.send)
    return ours


async def a_reader(*platforms: str, phone: str = "") -> Citizen:
    """Somebody with an account at each platform, WeChat when none is named."""
    citizen = await people.citizen(phone=phone)
    for platform in platforms or ("wechat",):
        await people.account(citizen, platform=platform)
    return citizen


async def announce(citizen: Citizen, occasion: str = "bill_settled:1", *, template: Template = BILL_SETTLED) -> None:
    await delivery.announce(
        citizen_id=citizen.id, occasion=occasion, template=template, values=VALUES, page="pages/bill/1"
    )


async def post_goes_out(*channels: str) -> None:
    """Everything that is due leaves, also what goes on from one channel to the next."""
    for channel in channels or ROUTE:
        for lane in lanes.LANES:
            await postman.send_due(channel, lane)


async def later(minutes: float) -> None:
    """Time passes for what waits."""
    for message in await Message.filter(state="queued"):
        assert message.due_at
        await Message.filter(id=message.id).update(due_at=message.due_at - timedelta(minutes=minutes))


async def ledger(citizen: Citizen, *, occasion: str = "") -> dict[str, tuple[str, str]]:
    """Channel → state and problem."""
    rows: Iterable[Any] = await Message.filter(citizen_id=citizen.id).order_by("id")
    return {one.channel: (one.state, one.problem) for one in rows if not occasion or one.occasion == occasion}
