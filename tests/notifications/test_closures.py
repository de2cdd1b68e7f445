"""What people hear of a closure, once, and what the staff of the hall learn of it."""

import pytest

from appointments import closure, closure_notices, closure_work, jobs, rebooking
from appointments.events import BookingCancelled, RebookOffered
from channels.messages import MessageOutcome, Outcome
from foundation import clock
from identity.models import Citizen
from notifications import closure_listeners, delivery, ending, listeners
from notifications.models import Message
from tests.builders import identity
from tests.builders.appointments import STAFF, a_citizen, a_held_place
from tests.builders.closures import Shut, announced, notices
from tests.builders.messages import Channels, channels, later, post_goes_out

__all__ = ["channels"]
pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env")


async def hears(shut: Shut, *, times: int = 1) -> None:
    """Both listeners of each cancellation, as the worker calls them."""
    for _ in range(times):
        for one in shut.bookings:
            event = BookingCancelled(
                appointment_id=one.id, citizen_id=one.citizen_id, by_office=True, reason=shut.closure.reason
            )
            await listeners.tell_booking_cancelled(event)
            offered = RebookOffered(appointment_id=one.id, citizen_id=one.citizen_id)
            await closure_listeners.tell_closed(offered)


async def with_account(shut: Shut, *, of: int = 0, platform: str = "wechat") -> None:
    await identity.account(await Citizen.get(id=shut.people[of].number), platform=platform)


async def sent(channels: Channels, *outcomes: MessageOutcome) -> None:
    """The platforms answer so, in the order in which they are asked; what waits is due."""
    await later(60)
    for channel, outcome in zip(("wechat", "alipay"), outcomes, strict=False):
        channels.answer(channel, outcome)
    await post_goes_out()


async def status(shut: Shut) -> list[tuple[str, str]]:
    return [(one.state, one.problem) for one in await notices(shut.closure)]


SENT = MessageOutcome(Outcome.SENT)
REFUSED = MessageOutcome(Outcome.REFUSED, "43101")


async def test_one_message_with_the_place_that_is_held(channels: Channels):
    shut = await announced(worked=True, note="建议改期后前往。")
    await with_account(shut)
    await hears(shut, times=3)
    offer = await shut.offer()
    assert offer.held
    (inbox,) = await Message.filter(channel="inbox")
    assert inbox.page == f"pages/rebook/{offer.code}"
    when = f"{clock.shanghai(offer.held.starts_at):%Y-%m-%d %H:%M}"
    assert all(one in inbox.text for one in ("因台风登陆", "不计爽约", f"已为您保留 {when}", "20:00", "建议改期后前往"))
    assert await status(shut) == [("pending", "")]  # on its way
    await sent(channels, SENT)
    assert await status(shut) == [("told", "")]
    assert await Message.all().count() == 2


async def test_who_has_nothing_to_send_to_is_unreachable_until_they_look():
    shut = await announced(worked=True)
    await hears(shut)
    assert await status(shut) == [("unreachable", "no_account")]
    assert len(await closure_notices.unreached(shut.closure.id, by=STAFF)) == 1
    await delivery.mark_read(citizen_id=shut.people[0].number)
    assert await status(shut) == [("told", "")]
    assert await closure_notices.unreached(shut.closure.id, by=STAFF) == []


async def test_who_wants_no_messages_is_unreachable(channels: Channels):
    shut = await announced(worked=True)
    await with_account(shut)
    await hears(shut)
    await sent(channels, REFUSED)
    assert await status(shut) == [("unreachable", "43101")]


async def test_one_of_two_platforms_is_enough(channels: Channels):
    shut = await announced(worked=True)
    await with_account(shut)
    await with_account(shut, platform="alipay")
    await hears(shut)
    await sent(channels, REFUSED, SENT)
    assert await status(shut) == [("told", "")]


async def test_trouble_that_lasts_is_a_failure(channels: Channels):
    shut = await announced(worked=True)
    await with_account(shut)
    await hears(shut)
    for n in range(ending.ATTEMPTS):
        assert await status(shut) == [("pending", "")], n
        await sent(channels, MessageOutcome(Outcome.TRY_AGAIN))
    assert await status(shut) == [("failed", "no_answer")]


async def test_who_has_left_is_unreachable():
    shut = await announced(worked=True)
    await jobs.forget(shut.people[0].number)
    nothing = {"real_name_sealed": "", "id_type": "", "id_number_sealed": "", "id_fingerprint": None}
    await Citizen.filter(id=shut.people[0].number).update(state="deleted", verified_at=None, **nothing)
    await hears(shut)
    assert await status(shut) == [("unreachable", "gone")]
    assert await Message.all().count() == 0


async def test_a_call_is_not_undone_by_a_late_message(channels: Channels):
    shut = await announced(worked=True)
    await with_account(shut)
    await hears(shut)
    (notice,) = await notices(shut.closure)
    await closure_notices.mark_called(notice_id=notice.id, by=STAFF)
    await sent(channels, REFUSED)
    assert await status(shut) == [("called", "")]


async def test_whoever_answers_has_been_told():
    shut = await announced(worked=True)
    await hears(shut)
    await rebooking.decline(code=(await shut.offer()).code, by=shut.people[0])
    assert (await status(shut))[0][0] == "told"


async def test_what_is_promised_is_not_told_before_it_is_there():
    shut = await announced()
    await hears(shut)
    assert await Message.all().count() == 0
    await closure_work.work_through(closure_id=shut.closure.id)
    await hears(shut)
    assert [one.title for one in await Message.all()] == ["停止办理，请确认改约"]


async def test_another_cancellation_is_told_as_before():
    held, citizen, _ = await a_held_place(by=await a_citizen())
    event = BookingCancelled(appointment_id=held.id, citizen_id=citizen.number, by_office=True, reason="设备故障")
    await listeners.tell_booking_cancelled(event)
    assert [one.page for one in await Message.all()] == [f"pages/booking/{held.code}"]


async def test_a_run_that_died_and_ran_again_sends_nothing_twice(channels: Channels, monkeypatch: pytest.MonkeyPatch):
    shut = await announced(people=5)
    for n in range(5):
        await with_account(shut, of=n)
    handle, done = closure_work.handle, 0

    async def dies_in_the_middle(notice_id: int) -> bool:
        nonlocal done
        if done == 2:
            raise SystemExit  # the process is gone: nothing is caught
        done += 1
        return await handle(notice_id)

    with monkeypatch.context() as patch:
        patch.setattr(closure_work, "handle", dies_in_the_middle)
        with pytest.raises(SystemExit):
            await closure_work.work_through(closure_id=shut.closure.id)
    for _ in range(2):
        await closure_work.work_through(closure_id=shut.closure.id)
    await hears(shut, times=2)
    assert await Message.filter(channel="wechat").count() == await Message.filter(channel="inbox").count() == 5
    await sent(channels, *[SENT] * 5)
    assert await status(shut) == [("told", "")] * 5
    assert (await closure.find(shut.closure.id)).state == "done"
