"""The circuit breaker: opens after failures in a row, lets one probe through, and never speaks for what was sent."""

import asyncio
import socket

import pytest
from prometheus_client import REGISTRY

from foundation.breaker import Breaker, OutsideUnavailable
from foundation.http import OutcomeUnknown, Outside
from tests.foundation.test_http import OK, heads


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("test", failures=3, first_rest=5, longest_rest=12, clock=clock)


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with breaker.attempt() as attempt:
            attempt.failed()


def succeed(breaker: Breaker) -> None:
    with breaker.attempt() as attempt:
        attempt.answered()


def refused(breaker: Breaker) -> int | None:
    """After how many seconds to come back; None when a call is let through (which ends without a word)."""
    try:
        with breaker.attempt():
            return None
    except OutsideUnavailable as refusal:
        return refusal.retry_after


def test_it_opens_after_failures_in_a_row_only(breaker: Breaker) -> None:
    fail(breaker, 2)
    succeed(breaker)
    fail(breaker, 2)
    assert refused(breaker) is None
    fail(breaker)
    assert refused(breaker) == 5


def test_the_time_to_come_back_is_what_is_left(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 3.5
    assert refused(breaker) == 2
    clock.now += 1.4
    assert refused(breaker) == 1


def test_one_probe_goes_through_and_its_answer_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    with breaker.attempt() as probe:
        assert refused(breaker) == 1  # while the probe is under way
        probe.answered()
        assert refused(breaker) is None
    fail(breaker, 2)
    assert refused(breaker) is None


def test_a_failed_probe_doubles_the_rest_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    for rest in (10, 12, 12):
        clock.now += 100
        fail(breaker)
        assert refused(breaker) == rest
    clock.now += 100
    succeed(breaker)
    fail(breaker, 3)
    assert refused(breaker) == 5


def test_a_probe_that_ends_without_a_word_leaves_the_way_to_the_next(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    with pytest.raises(asyncio.CancelledError), breaker.attempt():
        raise asyncio.CancelledError
    with breaker.attempt() as probe:
        probe.answered()
    assert refused(breaker) is None


def test_calls_from_before_it_opened_change_nothing(breaker: Breaker, clock: Clock) -> None:
    with breaker.attempt() as good, breaker.attempt() as bad:
        fail(breaker, 3)
        good.answered()
        assert refused(breaker) == 5
        clock.now += 4
        bad.failed()
        assert refused(breaker) == 1


class Server:
    """A vendor that hangs up, or answers; it counts what reached it."""

    def __init__(self) -> None:
        self.calls, self.alive = 0, False
        self.held: asyncio.Event | None = None

    async def __aenter__(self) -> "Server":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heads(reader)
        self.calls += 1
        if self.held:
            await self.held.wait()
        if self.alive:
            writer.write(OK)
        writer.close()


async def ended(outside: Outside) -> str:
    try:
        return (await outside.request("POST", "/pay", json={})).text
    except (OutcomeUnknown, OutsideUnavailable) as refusal:
        return refusal.code


def counted(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"outside": "breaking"}) or 0


async def test_a_crowd_of_callers_sends_one_probe(clock: Clock) -> None:
    breaker = Breaker("breaking", failures=3, clock=clock)
    async with Server() as there:
        outside = Outside(name="breaking", base_url=there.url, breaker=breaker)
        opened, turned_away = counted("outside_breaker_opened_total"), counted("outside_calls_refused_total")
        assert [await ended(outside) for _ in range(5)] == ["OutcomeUnknown"] * 3 + ["OutsideUnavailable"] * 2
        assert there.calls == 3  # what is refused was not sent
        there.alive, there.held = True, asyncio.Event()
        clock.now += 5
        crowd = [asyncio.create_task(ended(outside)) for _ in range(20)]
        while not any(one.done() for one in crowd):
            await asyncio.sleep(0)
        while there.calls == 3:
            await asyncio.sleep(0.001)
        there.held.set()
        assert sorted(await asyncio.gather(*crowd)) == ["OutsideUnavailable"] * 19 + ["ok"]
        assert there.calls == 4
        assert await asyncio.gather(*(ended(outside) for _ in range(5))) == ["ok"] * 5
        assert counted("outside_breaker_opened_total") == opened + 1
        assert counted("outside_calls_refused_total") == turned_away + 2 + 19
        await outside.aclose()


async def test_control_without_a_breaker_the_whole_crowd_is_sent() -> None:
    async with Server() as there:
        outside = Outside(name="breaking", base_url=there.url)
        assert await asyncio.gather(*(ended(outside) for _ in range(20))) == ["OutcomeUnknown"] * 20
        assert there.calls == 20
        await outside.aclose()


async def test_calls_under_way_when_it_opens_keep_their_own_outcome(clock: Clock) -> None:
    """Ten are sent, the first failures open it: all ten are unknown, none is said to have been refused."""
    async with Server() as there:
        outside = Outside(name="breaking", base_url=there.url, breaker=Breaker("breaking", failures=3, clock=clock))
        there.held = asyncio.Event()
        crowd = [asyncio.create_task(ended(outside)) for _ in range(10)]
        while there.calls < 10:
            await asyncio.sleep(0.001)
        there.held.set()
        assert await asyncio.gather(*crowd) == ["OutcomeUnknown"] * 10
        assert await ended(outside) == "OutsideUnavailable"
        await outside.aclose()


async def test_a_second_try_that_is_refused_does_not_unsay_the_first(clock: Clock) -> None:
    async with Server() as there:
        outside = Outside(name="breaking", base_url=there.url, breaker=Breaker("breaking", failures=1, clock=clock))
        with pytest.raises(OutcomeUnknown):
            await outside.request("GET", "/order", safe_to_repeat=True)
        assert there.calls == 1
        await outside.aclose()


async def test_who_cannot_be_reached_is_left_alone_too(clock: Clock) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    outside = Outside(name="breaking", base_url=url, breaker=Breaker("breaking", failures=2, clock=clock))
    for _ in range(2):
        await ended(outside)
    with pytest.raises(OutsideUnavailable) as refusal:
        await outside.request("POST", "/pay", json={})
    assert refusal.value.__cause__ is None  # refused here; nobody was called
    assert refusal.value.retry_after == 5
    await outside.aclose()


@pytest.mark.parametrize(("status", "opens"), [(500, False), (404, False), (502, True), (503, True), (504, True)])
async def test_only_a_proxys_word_that_nobody_is_there_counts_as_silence(
    clock: Clock, status: int, opens: bool
) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heads(reader)
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()

    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    outside = Outside(name="breaking", base_url=url, breaker=Breaker("breaking", failures=2, clock=clock))
    for _ in range(2):
        assert await ended(outside) == ""
    assert (await ended(outside) == "OutsideUnavailable") is opens
    await outside.aclose()
    server.close()
