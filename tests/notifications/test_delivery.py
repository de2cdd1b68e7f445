import asyncio
from datetime import timedelta

import pytest

from channels.messages import MessageOutcome, Outcome
from foundation import clock, database, settings
from identity.events import CitizensMerged
from identity.models import Citizen
from notifications import claims, consents, delivery, ending, jobs, own_inbox, postman
from notifications.models import Message, MessageConsent
from notifications.preference_models import MessagePreference
from notifications.templates import BILL_RAISED, WAITLIST_OFFERED
from tests.builders import identity as people
from tests.builders.messages import (
    BUSY,
    REFUSED,
    UNKNOWN,
    Channels,
    a_reader,
    announce,
    by_sms,
    channels,
    later,
    ledger,
    post_goes_out,
)

__all__ = ["by_sms", "channels"]
pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env", "by_sms")
PHONE = "13800001234"


async def test_an_occasion_is_told_once_by_the_first_channel_that_takes_it(channels: Channels):
    citizen = await a_reader("wechat", "alipay")
    await asyncio.gather(*(announce(citizen) for _ in range(6)))
    assert await ledger(citizen) == {"inbox": ("delivered", ""), "wechat": ("queued", "")}
    await asyncio.gather(*(post_goes_out() for _ in range(3)))
    assert await ledger(citizen) == {"inbox": ("delivered", ""), "wechat": ("sent", "")}
    (letter,) = channels.taken
    assert letter.fields == {"thing1": "不动产登记费", "amount2": "80.00元", "thing3": "缴款成功"}
    await announce(citizen)
    assert await Message.all().count() == 2


async def test_a_nudge_waits_for_the_post_and_is_not_given_twice(channels: Channels):
    for _ in range(3):
        await announce(await a_reader())
    waiting = "select count(*) from procrastinate_jobs where task_name = 'notifications.postman.drain'"
    assert await database.fetchval(waiting) == 1
    await postman.drain(channel="wechat", lane="usual")
    assert len(channels.taken) == 3


async def test_a_refusal_is_final_and_the_next_channel_has_its_turn(channels: Channels):
    citizen = await a_reader("wechat", "alipay")
    await announce(citizen)
    channels.answer("wechat", REFUSED)
    await post_goes_out()
    await post_goes_out()
    assert await ledger(citizen) == {
        "inbox": ("delivered", ""), "wechat": ("refused", "43101"), "alipay": ("sent", ""),
    }  # fmt: skip
    assert [one.channel for one in channels.taken] == ["wechat", "alipay"]


async def test_what_is_urgent_ends_as_a_text_message_and_then_with_a_call(channels: Channels):
    citizen = await a_reader("wechat", "alipay", phone=PHONE)
    await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
    for channel in ("wechat", "alipay", "sms"):
        channels.answer(channel, REFUSED)
    await post_goes_out()
    assert [one.channel for one in channels.taken] == ["wechat", "alipay", "sms"]
    assert channels.taken[-1].to == PHONE
    assert channels.taken[-1].text.startswith("您候补的")
    assert await database.fetchval("select problem from unreached_notice where state = 'open'") == "43101"
    await delivery.mark_read(citizen_id=citizen.id)
    assert await database.fetchval("select state from unreached_notice") == "moot"


async def test_a_report_says_what_became_of_a_text_message(channels: Channels):
    citizen = await a_reader("alipay", phone=PHONE)
    channels.answer("alipay", REFUSED)
    for number in (1, 2):
        await announce(citizen, f"waitlist_offered:{number}", template=WAITLIST_OFFERED)
    await post_goes_out()
    texts = await Message.filter(channel="sms").order_by("occasion")  # they left in whatever order
    first, second = [claims.out_no(one.id, one.occasion) for one in texts]
    assert {one.out_no for one in channels.at("sms")} == {first, second}
    for _ in range(2):
        assert await ending.reported(out_no=first, taken=True, code="DELIVRD")
        assert await ending.reported(out_no=second, taken=False, code="UNDELIV")
    assert not await ending.reported(out_no=f"{first}0", taken=True, code="")
    assert (await ledger(citizen, occasion="waitlist_offered:1"))["sms"] == ("reached", "")
    assert (await ledger(citizen, occasion="waitlist_offered:2"))["sms"] == ("failed", "UNDELIV")
    assert await database.fetchval("select count(*) from unreached_notice") == 1


async def test_one_person_gets_so_many_text_messages_a_day(channels: Channels, environment: dict[str, str]):
    settings.use(settings.load(environment | {"SMS_URL": "http://sms.test", "SMS_PER_PERSON_DAILY": "2"}))
    citizen = await a_reader("alipay", phone=PHONE)
    channels.answer("alipay", REFUSED)
    for number in range(4):
        await announce(citizen, f"waitlist_offered:{number}", template=WAITLIST_OFFERED)
    await post_goes_out()
    assert len(channels.at("sms")) == 2
    assert await Message.filter(channel="sms", problem="sms_limit").count() == 2


async def test_trouble_is_tried_again_later_and_later_and_not_for_ever(channels: Channels):
    citizen = await a_reader()
    await announce(citizen)
    channels.answer("wechat", BUSY)
    waits = []
    for _ in range(ending.ATTEMPTS):
        await post_goes_out("wechat")
        (message,) = await Message.filter(channel="wechat")
        waits.append((message.due_at or clock.now()) - clock.now())
        await later(60)
    assert await ledger(citizen) == {"inbox": ("delivered", ""), "wechat": ("failed", "-1")}
    assert waits[1] > 1.5 * waits[0]
    assert waits[-2] > 50 * waits[0]
    assert len(channels.taken) == ending.ATTEMPTS


async def test_a_channel_whose_quota_is_used_up_is_left_alone(channels: Channels):
    readers = [await a_reader() for _ in range(3)]
    channels.answer("wechat", MessageOutcome(Outcome.LIMITED, "45009", 900))
    await announce(readers[0])
    await post_goes_out("wechat")
    for one in readers[1:]:
        await announce(one)
    assert not await postman.send_due("wechat", "usual")
    assert len(channels.taken) == 1
    message = await Message.get(citizen_id=readers[0].id, channel="wechat")
    assert (message.state, message.attempts) == ("queued", 0)
    assert message.due_at
    assert message.due_at - clock.now() > timedelta(minutes=14)


async def test_nobody_knows_and_it_is_not_sent_again(channels: Channels):
    citizen = await a_reader("wechat", "alipay")
    channels.answer("wechat", UNKNOWN)
    await announce(citizen)
    await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
    for _ in range(2):
        await post_goes_out()
    assert await ledger(citizen, occasion="bill_settled:1") == {
        "inbox": ("delivered", ""), "wechat": ("unknown", "no_answer"),
    }  # fmt: skip
    assert (await ledger(citizen, occasion="waitlist_offered:1"))["alipay"] == ("sent", "")
    assert len(channels.at("wechat")) == 2


async def test_what_a_dead_worker_had_in_hand(channels: Channels):
    citizen = await a_reader("wechat", phone=PHONE)
    await announce(citizen)
    await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
    for urgency in (0, 1):
        wave, _ = await claims.claim("wechat", [urgency], limit=5)
        assert len(wave) == 1
    assert await claims.recover() == 0
    assert await claims.recover(after=timedelta()) == 2
    assert await ledger(citizen, occasion="bill_settled:1") == {
        "inbox": ("delivered", ""), "wechat": ("unknown", "worker_died"),
    }  # fmt: skip
    assert (await ledger(citizen, occasion="waitlist_offered:1"))["sms"] == ("queued", "")
    wave, _ = await claims.claim("sms", [0], limit=5)
    assert await claims.recover(after=timedelta()) == 1
    await post_goes_out()
    assert [one.out_no for one in channels.taken] == [wave[0].sending.out_no]  # under the same number
    assert (await ledger(citizen, occasion="waitlist_offered:1"))["sms"] == ("sent", "")


async def test_too_late_is_not_sent(channels: Channels):
    citizen = await a_reader()
    await announce(citizen)
    await Message.filter(channel="wechat").update(until_at=clock.now())
    await post_goes_out()
    assert (await ledger(citizen))["wechat"] == ("failed", "too_late")
    assert channels.taken == []


def at_night() -> object:
    return clock.frozen(clock.shanghai(clock.now()).replace(hour=23, minute=30))


async def test_quiet_hours_hold_back_what_can_wait(channels: Channels, environment: dict[str, str]):
    settings.use(settings.load(environment | {"MESSAGES_QUIET_HOURS": "22:00-08:00"}))
    citizen, owl = await a_reader(), await a_reader()
    await MessagePreference.create(citizen_id=owl.id, quiet="none")
    with at_night():
        for one in (citizen, owl):
            await announce(one, "bill_raised:1", template=BILL_RAISED)
        await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
        await announce(citizen)  # they have just paid
        await post_goes_out()
        held = await Message.get(citizen_id=citizen.id, occasion="bill_raised:1", channel="wechat")
        assert held.state == "queued"
        assert held.due_at
        assert clock.shanghai(held.due_at).strftime("%H:%M") == "08:00"
        assert len(channels.taken) == 3
        await Message.filter(id=held.id).update(due_at=clock.now())  # a long mass comes to it at night
        await post_goes_out()
        assert len(channels.taken) == 3
    with clock.frozen(held.due_at):
        await post_goes_out()
    assert len(channels.taken) == 4


async def test_what_is_muted_stays_in_the_inbox_but_not_what_is_urgent(channels: Channels):
    citizen = await a_reader()
    await MessagePreference.create(citizen_id=citizen.id, muted=["booking", "bill"])
    await announce(citizen)
    await announce(citizen, "waitlist_offered:1", template=WAITLIST_OFFERED)
    await post_goes_out()
    assert [one.page for one in channels.taken] == ["pages/bill/1"]
    assert await Message.filter(channel="wechat").values_list("occasion", flat=True) == ["waitlist_offered:1"]


async def test_a_reader_who_has_no_account_any_more(channels: Channels):
    citizen = await a_reader()
    await announce(citizen)
    await citizen.accounts.all().delete()
    await post_goes_out()
    assert (await ledger(citizen))["wechat"] == ("failed", "no_account")
    assert channels.taken == []


async def test_who_was_merged_meanwhile_hears_it_as_the_one_they_are():
    elder, younger = await a_reader(), await people.citizen(verified=False)
    await Citizen.filter(id=younger.id).update(state="merged", merged_into_id=elder.id)
    await announce(younger)
    assert {one.citizen_id for one in await Message.all()} == {elder.id}
    assert len(await own_inbox.of(elder.id)) == 1


async def test_who_has_left_hears_nothing():
    citizen = await people.citizen(verified=False)
    await Citizen.filter(id=citizen.id).update(state="deleted")
    await announce(citizen)
    assert not await Message.exists()


async def test_reading():
    citizen = await a_reader()
    await announce(citizen)
    await announce(citizen, "bill_settled:2")
    assert await delivery.unread(citizen.id) == 2
    latest, first = await own_inbox.of(citizen.id)
    assert [latest.occasion, first.occasion] == ["bill_settled:2", "bill_settled:1"]
    assert await own_inbox.of(citizen.id, before=latest.id) == [first]
    at = await delivery.mark_one_read(citizen_id=citizen.id, message_id=first.id)
    assert await delivery.mark_one_read(citizen_id=citizen.id, message_id=first.id) == at
    assert [await delivery.mark_read(citizen_id=citizen.id) for _ in range(2)] == [1, 0]


async def test_messages_and_what_belongs_to_them_follow_a_merge():
    kept, gone = await a_reader(), await a_reader()
    await announce(kept)
    for occasion in ("bill_settled:1", "bill_settled:2"):
        await announce(gone, occasion)
    for citizen, templates in ((kept, ["tpl-bill"]), (gone, ["tpl-bill", "tpl-case"])):
        await consents.say(citizen_id=citizen.id, platform="wechat", templates=templates)
        await database.execute("insert into sms_day (citizen_id, day, number) values ($1, current_date, 2)", citizen.id)
    await MessagePreference.create(citizen_id=gone.id, sms=False)
    for _ in range(2):
        await jobs.follow_merge(CitizensMerged(kept=kept.id, gone=gone.id))
    assert [one.occasion for one in await own_inbox.of(kept.id)] == ["bill_settled:2", "bill_settled:1"]
    assert not await Message.filter(citizen_id=gone.id).exists()
    granted = {one.template: one.granted for one in await MessageConsent.filter(citizen_id=kept.id)}
    assert granted == {"tpl-bill": 2, "tpl-case": 1}
    assert not (await MessagePreference.get(citizen_id=kept.id)).sms
    assert await database.fetchval("select number from sms_day where citizen_id = $1", kept.id) == 4


async def test_what_was_taken_back_is_sent_by_no_job(channels: Channels):
    citizen = await a_reader()
    await announce(citizen)
    kept = await jobs.export(citizen.id)
    assert [one["title"] for one in kept["messages"]] == ["缴款成功", "缴款成功"]
    await jobs.forget(citizen.id)
    await post_goes_out()
    assert channels.taken == []
    assert (await jobs.export(citizen.id))["messages"] == []
