"""消息: a mass to whoever subscribes to a hall, carried by the worker to the sandbox, and what is urgent meanwhile.

Beside it the bare loop of the same requests: as many at a time, no ledger, no consent, no pace. The channel's rate is
set so high that it holds up nothing; `--seconds 50` makes the mass 100,000 messages.
"""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from benchmarks import people
from benchmarks.house import House
from benchmarks.measuring import CheckFailed, Measured, Sample, interleaved, percentile
from channels.messages import Outcome
from channels.wechat.client import WeChatClient
from channels.wechat.messages import send_subscription
from deploy.local.server import leashed
from foundation import clock, database, logs, settings
from foundation.actor import Actor
from notifications import delivery, mass, news_listeners, postman, samples
from notifications.templates import WAITLIST_OFFERED

EACH_SECOND = 2_000
LONGEST = 1_800.0  # seconds for one mass
EVERY = 0.2  # seconds between two urgent messages
SUBSCRIBER = "oDEMO-zhangsan-000000000001"  # the sandbox takes any number of messages to them
BY, TOPIC = Actor.system("benchmark"), ("hall", "9901")
_numbers = itertools.count(1)

ACCOUNTS = """
insert into platform_account (citizen_id, platform, app_id, openid, unionid, created_at)
select id, 'wechat', 'benchmark-' || id, $2, '', $3 from unnest($1::bigint[]) as id"""
SUBSCRIBE = """
insert into topic_subscription (citizen_id, topic, code, since) select id, $2, $3, $4 from unnest($1::bigint[]) as id"""
LEFT = "select count(*) from message where occasion = $1 and channel = 'wechat' and state <> 'sent'"
TOOK = """
select extract(epoch from sent_at - created_at) * 1000 as ms from message
 where kind = $1 and channel = 'wechat' and state = 'sent' and created_at >= $2"""


async def message_drain(house: House) -> Measured:
    """Messages a second from the start of a mass to the last one taken; latencies are of the urgent ones meanwhile."""
    logs.configure("json", "warning")  # a line for each request of the bare loop would be most of its work
    wanted = house.scale.times(EACH_SECOND)
    readers = await _readers(wanted)
    async with _carried(house):
        found = await interleaved(
            "message_drain",
            lambda: _drained(readers),
            beside={"sandbox": lambda: _bare(wanted // 4)},
            rounds=house.scale.rounds,
        )
    found.unit = "messages/s"
    found.notes = f"{wanted} messages a round; latencies are of urgent messages, one every {EVERY:.1f} s"
    return found


async def _readers(number: int) -> list[int]:
    """So many people with WeChat who subscribe to a hall."""
    made: list[int] = []
    for begin in range(0, number, 5_000):
        ids = list(await people.arrive(min(5_000, number - begin)))
        await database.execute(ACCOUNTS, ids, SUBSCRIBER, clock.now())
        await database.execute(SUBSCRIBE, ids, *TOPIC, clock.now())
        made += ids
    return made


@asynccontextmanager
async def _carried(house: House) -> AsyncIterator[None]:
    """The sandbox and one worker, up; both end with the block."""
    sandbox = settings.current().wechat.api_url
    port = str(urlsplit(sandbox).port)
    command = [sys.executable, "-m", "sandbox", "--port", port, "--keys", str(house.keys)]
    with _running(command, house.keys.parent / "sandbox.log"):
        async with httpx.AsyncClient(trust_env=False) as client:
            await _until_up(client, sandbox)
        with _running([sys.executable, "-m", "worker"], house.keys.parent / "worker.log"):
            yield


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    env = _environment()
    with log.open("ab") as said:
        process = subprocess.Popen(
            leashed(command, ends_by=signal.SIGTERM), env=env, stdout=said, stderr=said, stdin=subprocess.DEVNULL
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _environment() -> dict[str, str]:
    """The settings of this process as a process of ours gets them, with a rate that holds up nothing."""
    ours = settings.current()
    given = {one.metadata["env"]: getattr(getattr(ours, group), one.name) for group, one in settings.every_setting()}
    texts = {name: ",".join(one) if isinstance(one, tuple) else str(one) for name, one in given.items()}
    return os.environ | texts | {"MESSAGES_WECHAT_PER_SECOND": "100000", "MESSAGES_QUIET_HOURS": ""}


async def _until_up(client: httpx.AsyncClient, sandbox: str) -> None:
    for _ in range(300):
        try:
            await client.get(f"{sandbox}/sandbox/orders")
        except httpx.TransportError:
            await asyncio.sleep(0.1)
        else:
            return
    raise CheckFailed("the sandbox did not come up")


async def _drained(readers: list[int]) -> Sample:
    mark = f"benchmark:{next(_numbers)}"
    at, begun = datetime.now(UTC), time.monotonic()
    await mass.start(
        template=news_listeners.HALL_NOTICE, mark=mark, topics=[TOPIC], page="pages/messages", by=BY,
        values={"title": "周六延时办理", "text": "本周六全天办理。", "hall": "政务服务中心"},
    )  # fmt: skip
    urgent = asyncio.create_task(_urgent_meanwhile(readers[0]))
    try:
        seconds = await _until_sent(mark, len(readers), begun)
    finally:
        urgent.cancel()
    took = [float(row["ms"]) for row in await database.fetch(TOOK, WAITLIST_OFFERED.kind, at)]
    if not took:
        raise CheckFailed("no urgent message left while the mass was on its way")
    return Sample(len(readers) / seconds, p50=percentile(took, 50), p99=percentile(took, 99))


async def _until_sent(mark: str, wanted: int, begun: float) -> float:
    """Raises CheckFailed when it takes too long, or somebody was left out."""
    while time.monotonic() - begun < LONGEST:
        await asyncio.sleep(0.2)
        spread = await database.fetchval("select people from mass_send where mark = $1 and state = 'done'", mark)
        if spread is None or await database.fetchval(LEFT, mark):
            continue
        if spread != wanted:
            raise CheckFailed(f"{spread} of {wanted} were given theirs")
        return time.monotonic() - begun
    raise CheckFailed(f"{await database.fetchval(LEFT, mark)} messages had not left after {LONGEST:.0f} s")


async def _urgent_meanwhile(citizen_id: int) -> None:
    while True:
        await delivery.announce(
            citizen_id=citizen_id, occasion=f"benchmark_urgent:{next(_numbers)}", template=WAITLIST_OFFERED,
            page="pages/messages",
            values=samples.of(WAITLIST_OFFERED),
        )  # fmt: skip
        await asyncio.sleep(EVERY)


async def _bare(number: int) -> Sample:
    """The same requests, as many at a time as the worker has in hand, one after another and nothing else."""
    client, left = WeChatClient(settings.current()), iter(range(number))
    fields = {"thing1": "周六延时办理", "phrase2": "大厅公告", "thing3": "政务服务中心"}

    async def send() -> None:
        for _ in left:
            told = await send_subscription(
                client, openid=SUBSCRIBER, template_id="tpl-news", fields=fields, page="pages/messages"
            )
            if told.outcome is not Outcome.SENT:
                raise CheckFailed(f"the sandbox said {told}")

    begun = time.monotonic()
    await asyncio.gather(*(send() for _ in range(postman.WAVE)))
    seconds = time.monotonic() - begun
    await client.aclose()
    return Sample(number / seconds)


FIGURES = {"message_drain": message_drain}
