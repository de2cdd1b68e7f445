"""Notifies (异步通知): sent, retried on the vendor's schedule, kept with every attempt and its answer."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from sandbox.scenarios import Manner
from sandbox.world import World, rfc3339


class Attempt(msgspec.Struct):
    """One delivery: when, what came back (no status: no answer within five seconds), and how long it took."""

    at: str
    status: int | None
    answer: str
    took_ms: int
    forged: str = ""


class Notice(msgspec.Struct, kw_only=True):
    """One fact to be told. ``state``: waiting, accepted, gave_up, lost, probe."""

    id: str
    vendor: str
    kind: str
    subject: str
    url: str
    facts: dict[str, Any]
    created_at: str
    state: str = "waiting"
    tries: int = 0
    attempts: list[Attempt] = msgspec.field(default_factory=list)


@dataclass(frozen=True)
class Letter:
    """What goes over the wire in one attempt."""

    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True)
class Courier:
    """How one vendor delivers: waits between tries, the sealed letter of a notice, what counts as accepted."""

    schedule: tuple[float, ...]
    letter: Callable[[World, Notice, str], Letter]
    accepts: Callable[[int, str], bool]


COURIERS: dict[str, Courier] = {}


def shelf(world: World) -> Any:
    return world.memory.shelf("notices", Notice)


def tell(
    world: World, *, vendor: str, kind: str, subject: str, url: str, facts: dict[str, Any], manner: Manner
) -> Notice:
    """Write a notice down and send it as the manner says: now, later, twice at once, or never."""
    notice = Notice(
        id=_new_id(vendor),
        vendor=vendor,
        kind=kind,
        subject=subject,
        url=url,
        facts=facts,
        created_at=rfc3339(world.now()),
        state="lost" if manner.lost else "waiting",
    )
    shelf(world).put(notice.id, notice)
    if not manner.lost:
        after = world.soon(manner.notify_late)
        world.later(deliver, after=after, notice_id=notice.id)
        for _ in range(manner.copies - 1):
            world.later(send_again, after=after, notice_id=notice.id)
    return notice


async def deliver(world: World, notice_id: str) -> None:
    """One try of the schedule; plans the next one unless the application accepted."""
    notice: Notice | None = shelf(world).get(notice_id)
    if notice is None or notice.state == "accepted":
        return
    notice.tries += 1
    if await send(world, notice):
        return
    schedule = COURIERS[notice.vendor].schedule
    if notice.tries > len(schedule):
        notice.state = "gave_up"
    else:
        world.later(deliver, after=world.soon(schedule[notice.tries - 1]), notice_id=notice.id)
    shelf(world).put(notice.id, notice)


async def send_again(world: World, notice_id: str) -> None:
    """One more delivery beside the schedule, as happens when two links of the vendor send the same notice."""
    notice = shelf(world).get(notice_id)
    if notice is not None:
        await send(world, notice)


async def send(world: World, notice: Notice, *, forge: str = "", facts: dict[str, Any] | None = None) -> bool:
    """Deliver once and keep the answer. ``forge`` spoils the letter, ``facts`` overrides what it tells."""
    courier = COURIERS[notice.vendor]
    told = msgspec.structs.replace(notice, facts=_merged(notice.facts, facts)) if facts else notice
    letter = courier.letter(world, told, forge)
    status, answer, began = None, "", time.monotonic()
    try:
        got = await world.http.post(notice.url, headers=letter.headers, content=letter.content)
        status, answer = got.status_code, got.text
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        answer = type(trouble).__name__
    accepted = status is not None and courier.accepts(status, answer)
    took = round((time.monotonic() - began) * 1000)
    mark = forge or ("facts" if facts else "")
    notice.attempts.append(Attempt(rfc3339(world.now()), status, answer[:500], took, mark))
    if accepted and not mark and notice.state != "probe":
        notice.state = "accepted"
    shelf(world).put(notice.id, notice)
    return accepted


def _merged(facts: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(facts)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _new_id(vendor: str) -> str:
    return secrets.token_hex(16) if vendor == "alipay" else f"EV-{secrets.randbelow(10**18):018d}"
