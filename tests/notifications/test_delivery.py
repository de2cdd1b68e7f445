import asyncio
from typing import Any

import pytest

from channels.messages import MessageOutcome, Outcome
from foundation import clock, database
from identity.events import CitizensMerged
from identity.models import Citizen
from notifications import delivery, jobs, outlets
from notifications.errors import TemplateUnknown
from notifications.models import Message, MessageConsent
from notifications.templates import BILL_SETTLED
from tests.builders import identity as people

pytestmark = pytest.mark.usefixtures("db")
VALUES = {"title": "不动产登记费", "yuan": "80.00", "unit": "自然资源局"}


class Postman:
    """Takes what leaves the house; answers with `outcome`."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.outcome = MessageOutcome(Outcome.SENT)

    async def send(self, **letter: Any) -> MessageOutcome:
        self.taken.append(letter)
        return self.outcome


@pytest.fixture
def postman(monkeypatch: pytest.MonkeyPatch) -> Postman:
    ours = Postman()
    monkeypatch.setattr(outlets, "send", ours.send)
    return ours


async def a_reader(*platforms: str) -> Citizen:
    citizen = await people.citizen()
    for platform in platforms or ("wechat",):
        await people.account(citizen, platform=platform)
    return citizen


async def announce(citizen: Citizen, occasion: str = "bill_settled:1") -> None:
    await delivery.announce(
        citizen_id=citizen.id, occasion=occasion, template=BILL_SETTLED, values=VALUES, page="pages/bill/1"
    )


async def send_all() -> None:
    """Run the messages that wait, once each."""
    for message in await Message.filter(state="queued").order_by("id"):
        await delivery.send(message_id=message.id, template_id="tpl-bill")


async def sendings() -> list[Any]:
    return await database.fetch(
        "select scheduled_at from procrastinate_jobs where task_name = 'notifications.delivery.send' order by id"
    )


async def states() -> dict[str, str]:
    return {one.channel: one.state for one in await Message.all()}


async def test_an_occasion_is_told_once_on_each_channel(postman: Postman):
    citizen = await a_reader("wechat", "alipay")
    await asyncio.gather(*(announce(citizen) for _ in range(6)))
    assert await states() == {"inbox": "delivered", "wechat": "queued", "alipay": "queued"}
    assert len(await sendings()) == 2
    await send_all()
    await send_all()
    assert await states() == {"inbox": "delivered", "wechat": "sent", "alipay": "sent"}
    assert sorted(one["platform"] for one in postman.taken) == ["alipay", "wechat"]
    (letter,) = [one for one in postman.taken if one["platform"] == "wechat"]
    assert letter["fields"] == {"thing1": "不动产登记费", "amount2": "80.00元", "thing3": "缴款成功"}


async def test_sent_once_though_its_job_runs_again(postman: Postman):
    await announce(await a_reader())
    message = await Message.get(channel="wechat")
    for _ in range(3):
        await delivery.send(message_id=message.id, template_id="tpl-bill")
    assert len(postman.taken) == 1


async def test_a_refusal_is_final(postman: Postman):
    await announce(await a_reader())
    postman.outcome = MessageOutcome(Outcome.REFUSED, "43101")
    await send_all()
    message = await Message.get(channel="wechat")
    assert (message.state, message.problem, message.sent_at) == ("refused", "43101", None)
    await delivery.send(message_id=message.id, template_id="tpl-bill")
    assert (len(postman.taken), len(await sendings())) == (1, 1)


async def test_trouble_is_tried_again_later_and_later_and_not_for_ever(postman: Postman):
    await announce(await a_reader())
    postman.outcome = MessageOutcome(Outcome.TRY_AGAIN, "-1")
    for _ in range(delivery.ATTEMPTS):
        await send_all()
    message = await Message.get(channel="wechat")
    assert (message.state, message.problem, message.attempts) == ("failed", "-1", delivery.ATTEMPTS)
    waits = [row["scheduled_at"] - clock.now() for row in (await sendings())[1:]]
    assert len(waits) == delivery.ATTEMPTS - 1
    assert waits == sorted(waits)
    assert waits[-1] > 50 * waits[0]


async def test_a_reader_who_has_no_account_any_more(postman: Postman):
    citizen = await a_reader()
    await announce(citizen)
    await citizen.accounts.all().delete()
    await send_all()
    assert (await Message.get(channel="wechat")).problem == "no_account"
    assert postman.taken == []


async def test_who_was_merged_meanwhile_hears_it_as_the_one_they_are(postman: Postman):
    elder, younger = await a_reader(), await people.citizen(verified=False)
    await Citizen.filter(id=younger.id).update(state="merged", merged_into_id=elder.id)
    await announce(younger)
    assert {one.citizen_id for one in await Message.all()} == {elder.id}
    assert len(await delivery.inbox(elder.id)) == 1


async def test_who_has_left_hears_nothing(postman: Postman):
    citizen = await people.citizen(verified=False)
    await Citizen.filter(id=citizen.id).update(state="deleted")
    await announce(citizen)
    assert not await Message.exists()


async def test_reading():
    citizen = await a_reader()
    await announce(citizen)
    await announce(citizen, "bill_settled:2")
    assert await delivery.unread(citizen.id) == 2
    assert [one.occasion for one in await delivery.inbox(citizen.id)] == ["bill_settled:2", "bill_settled:1"]
    assert [await delivery.mark_read(citizen_id=citizen.id) for _ in range(2)] == [2, 0]


async def test_consents_are_counted_and_used_up(postman: Postman):
    citizen = await a_reader()
    agree = {"citizen_id": citizen.id, "platform": "wechat", "templates": ["tpl-bill", "tpl-bill", "tpl-case"]}
    await asyncio.gather(*(delivery.consent(**agree) for _ in range(4)))
    given = await MessageConsent.get(template="tpl-bill")
    assert (given.granted, given.used) == (4, 0)
    for number in range(6):
        await announce(citizen, f"bill_settled:{number}")
        await send_all()
    await given.refresh_from_db()
    assert (given.granted, given.used) == (4, 4)  # a long-term subscriber gets more than they tapped for


async def test_a_template_nobody_has_heard_of():
    citizen = await a_reader()
    with pytest.raises(TemplateUnknown):
        await delivery.consent(citizen_id=citizen.id, platform="wechat", templates=["tpl-bill", "tpl-made-up"])
    assert not await MessageConsent.exists()


async def test_messages_and_consents_follow_a_merge(postman: Postman):
    kept, gone = await a_reader(), await a_reader()
    await announce(kept)
    for occasion in ("bill_settled:1", "bill_settled:2"):
        await announce(gone, occasion)
    for citizen, templates in ((kept, ["tpl-bill"]), (gone, ["tpl-bill", "tpl-case"])):
        await delivery.consent(citizen_id=citizen.id, platform="wechat", templates=templates)
    for _ in range(2):
        await jobs.follow_merge(CitizensMerged(kept=kept.id, gone=gone.id))
    assert [one.occasion for one in await delivery.inbox(kept.id)] == ["bill_settled:2", "bill_settled:1"]
    assert not await Message.filter(citizen_id=gone.id).exists()
    granted = {one.template: one.granted for one in await MessageConsent.filter(citizen_id=kept.id)}
    assert granted == {"tpl-bill": 2, "tpl-case": 1}


async def test_what_was_taken_back_is_sent_by_no_job(postman: Postman):
    citizen = await a_reader()
    await announce(citizen)
    message = await Message.get(channel="wechat")
    assert [one["title"] for one in await jobs.export(citizen.id)] == ["缴款成功", "缴款成功"]
    await jobs.forget(citizen.id)
    await delivery.send(message_id=message.id, template_id="tpl-bill")
    assert postman.taken == []
    assert await jobs.export(citizen.id) == []
