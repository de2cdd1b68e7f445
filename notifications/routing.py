"""备选渠道: one channel after another until one takes the message; whoever none reaches is noted.

The inbox has every message; its row holds what the words of a later channel are made from.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from foundation import clock, database, settings
from notifications import quiet, reached, unreached, wording
from notifications.kinds import INBOX, SMS, Template, declared
from notifications.wording import Letter, Words


@dataclass(frozen=True, kw_only=True)
class Person:
    """Where somebody may be reached, and when."""

    citizen_id: int
    channels: frozenset[str]
    quiet: str
    muted: frozenset[str]

    def route(self, template: Template, words: Mapping[str, Words], *, urgent: bool) -> list[str]:
        if template.group in self.muted and not urgent:
            return []
        return [one for one in template.route if one in self.channels and one in words]


@dataclass(frozen=True, kw_only=True)
class Seed:
    """What a message to one person is made from, on whatever channel."""

    citizen_id: int
    occasion: str
    template: Template
    values: Mapping[str, str]
    page: str
    hall_path: str
    urgent: bool
    urgency: int
    until: datetime


TRIED = "test:"  # staff try one channel: it goes nowhere else

PEOPLE = """
select c.id, c.phone_sealed <> '' as phone, p.quiet, p.sms, p.muted,
       array(select distinct platform from platform_account a where a.citizen_id = c.id) as platforms
  from citizen c left join message_preference p on p.citizen_id = c.id where c.id = any($1) and c.state = 'active'"""

ADD = """
insert into message (citizen_id, occasion, kind, channel, title, text, page, hall_path, told, fields_sent, template_id,
       urgency, state, problem, attempts, segments, vendor_no, claim, created_at, due_at, until_at)
select citizen_id, $2, $3, $4::varchar, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11, $12,
       case $4::varchar when 'inbox' then 'delivered' else 'queued' end, '', 0, $13, '', '', $14, due_at, $15
  from unnest($1::bigint[], $16::timestamptz[]) as one (citizen_id, due_at)
on conflict (citizen_id, occasion, channel) do nothing returning citizen_id"""


async def people(citizen_ids: Collection[int]) -> dict[int, Person]:
    rows = await database.fetch(PEOPLE, list(citizen_ids))
    return {row["id"]: _person(row) for row in rows}


def _person(row: Mapping[str, Any]) -> Person:
    by_sms = settings.current().sms.url and row["phone"] and row["sms"] is not False
    return Person(
        citizen_id=row["id"],
        channels=frozenset([*row["platforms"], *([SMS] if by_sms else [])]),
        quiet=row["quiet"] or "",
        muted=frozenset(msgspec.json.decode(row["muted"] or "[]")),
    )


async def add(seed: Seed, channel: str, words: Words, to: Mapping[int, datetime | None]) -> list[int]:
    """Rows for these citizens on one channel, each due at its moment; who had one already is left out."""
    letter: Letter = wording.letter(words, seed.values)
    told = {"values": dict(seed.values), "urgent": seed.urgent} if channel == INBOX else {}
    rows = await database.fetch(
        ADD, list(to), seed.occasion, seed.template.kind, channel, letter.title, letter.text, seed.page,
        seed.hall_path, msgspec.json.encode(told).decode(), msgspec.json.encode(letter.fields).decode(),
        letter.template_id, seed.urgency, letter.segments, clock.now(), None if channel == INBOX else seed.until,
        list(to.values()),
    )  # fmt: skip
    return [row["citizen_id"] for row in rows]


def due(person: Person, template: Template, *, urgent: bool) -> datetime:
    """Now, or when their quiet hours are over."""
    now = clock.now()
    return now if urgent or not template.waits_for_morning else quiet.ends(person.quiet, now) or now


async def begin(seed: Seed, words: Mapping[str, Words]) -> str:
    """Within a transaction: the first channel that may take it; empty when there is none, which is noted."""
    return await _next(seed, words, after="")


async def go_on(citizen_id: int, occasion: str, *, after: str) -> str:
    """Within a transaction: the next channel after one that did not take it; empty when that was the last."""
    seed = None if occasion.startswith(TRIED) else await _seed(citizen_id, occasion)
    return await _next(seed, await wording.in_force(seed.template), after=after) if seed else ""


async def _next(seed: Seed, words: Mapping[str, Words], *, after: str) -> str:
    person = (await people([seed.citizen_id])).get(seed.citizen_id)
    route = person.route(seed.template, words, urgent=seed.urgent) if person else []
    tried = seed.template.route.index(after) + 1 if after in seed.template.route else 0
    for channel in (one for one in seed.template.route[tried:] if one in route):
        assert person is not None
        at = due(person, seed.template, urgent=seed.urgent)
        if await add(seed, channel, words[channel], {seed.citizen_id: at}):
            return channel
    await note_the_end(seed.citizen_id, seed.occasion, urgent=seed.urgent)
    return ""


async def note_the_end(citizen_id: int, occasion: str, *, urgent: bool) -> None:
    """No channel is left: a closure has a list of its own, everything else that is urgent is called by staff."""
    if not urgent:
        return
    if occasion.startswith(reached.CLOSURE):
        await reached.note(occasion)
    else:
        await unreached.note(citizen_id, occasion)


async def _seed(citizen_id: int, occasion: str) -> Seed | None:
    row = await database.fetchrow(
        """select kind, told, page, hall_path, urgency, created_at from message
            where citizen_id = $1 and occasion = $2 and channel = 'inbox'""",
        citizen_id, occasion,
    )  # fmt: skip
    template = declared.get(row["kind"]) if row else None
    if row is None or template is None:
        return None
    told = msgspec.json.decode(row["told"])
    return Seed(
        citizen_id=citizen_id, occasion=occasion, template=template, values=told.get("values", {}), page=row["page"],
        hall_path=row["hall_path"], urgent=told.get("urgent", False), urgency=row["urgency"],
        until=row["created_at"] + template.lasts,
    )  # fmt: skip
