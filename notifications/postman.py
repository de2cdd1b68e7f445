"""Messages on their way: waves at the channel's pace, what came of each, and what is left by a worker that died.

One wave is in hand at a time for each way out of a worker (`lanes`), so a kill leaves at most `WAVE` messages of which
nobody knows. A run lasts seconds and begins again, so that a worker that is told to stop can.
"""

import asyncio
import time

from channels.messages import MessageOutcome, Outcome
from foundation import clock, database, jobs, logs, metrics
from foundation.jobs import job, scheduled
from notifications import claims, lanes, outlets, pace
from notifications.claims import InHand
from notifications.ending import came_of
from notifications.kinds import ROUTE

log = logs.logger(__name__)

WAVE = 20
RUN = 8.0  # seconds
WRITERS = 3  # writing down what came of a wave takes few of the worker's connections; others need the rest
_running: set[tuple[str, str]] = set()

WAITS = "select true from procrastinate_jobs where queueing_lock = $1 and status = 'todo'"
DUE = """
select exists (select from message where state = 'queued' and channel = $1 and urgency = any($2) and due_at <= $3)"""


@job(queue="messages", retries=2)
async def drain(*, channel: str, lane: str) -> None:
    """Send what is due on one way out. A second run in the same process leaves it to the first."""
    ours = (channel, lane)
    if ours in _running:
        return  # it looks again before it ends
    _running.add(ours)
    try:
        done = await send_due(channel, lane)
    finally:
        _running.discard(ours)
    if done:  # what went on to the next channel, came while we ended, or was too much for one run
        await nudge_what_is_due()


async def nudge(channel: str, lane: str) -> None:
    """Let the job of this way out run, before whatever else the worker has to do, unless it waits to be run already."""
    mark = f"messages:{channel}:{lane}"
    if not await database.fetchval(WAITS, mark):
        await jobs.enqueue_once(drain, mark=mark, first=True, channel=channel, lane=lane)


async def nudge_afterwards(channel: str, urgency: int) -> None:
    """As `nudge`, once the transaction that wrote the message is committed: no verb waits for another's nudge.

    A nudge that gets lost costs seconds: `round_of_the_house` looks for what is due.
    """

    async def say() -> None:
        await nudge(channel, lanes.lane_of(urgency))

    await database.after_commit(say)


async def nudge_what_is_due() -> None:
    for channel in ROUTE:
        for lane, urgencies in lanes.LANES.items():
            if await database.fetchval(DUE, channel, list(urgencies), clock.now()):
                await nudge(channel, lane)


async def send_due(channel: str, lane: str, *, seconds: float = RUN) -> bool:
    """Wave after wave until nothing is due or the time is over; False when the channel rests, which ends it too."""
    until, writing = time.monotonic() + seconds, asyncio.Semaphore(WRITERS)
    while time.monotonic() < until:
        given = await pace.leave(channel, wanted=WAVE, urgent=lane == "urgent")
        if not given.number:
            if given.wait > seconds:
                return False  # the round of the house comes by when it is over
            await asyncio.sleep(min(given.wait, 0.5))
            continue
        wave, seen = await claims.claim(channel, lanes.LANES[lane], limit=given.number)
        if given.number > len(wave):
            await pace.give_back(channel, given.number - len(wave))
        if not seen:
            return True
        await asyncio.gather(*(send(one, writing) for one in wave))
    return True


async def send(message: InHand, writing: asyncio.Semaphore) -> None:
    """Hand over one message that is marked as being sent, and write down what came of it."""
    began = time.perf_counter()
    try:
        told = await outlets.send(message.sending)
    except Exception:
        log.exception("message_not_handed_over", message_id=message.id)
        told = MessageOutcome(Outcome.UNKNOWN)
    metrics.observe("message_seconds", time.perf_counter() - began, channel=message.sending.channel)
    if told.outcome is Outcome.LIMITED:
        await pace.rest(message.sending.channel, told.retry_after or 60)
    async with writing:
        await came_of(message, told)


@scheduled("* * * * * */5", alone=False)  # a dead run must not hold up the next
async def round_of_the_house() -> None:
    """What a worker that died had in hand, and whatever is due and nobody was nudged for."""
    left = await claims.recover()
    if left:
        log.warning("messages_left_behind", number=left, at=clock.now().isoformat())
    await nudge_what_is_due()
    waiting = await database.fetch("select channel, count(*) as n from message where state = 'queued' group by channel")
    for row in waiting:
        metrics.level("messages_waiting", row["n"], channel=row["channel"])
