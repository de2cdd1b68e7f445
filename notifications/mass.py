"""群发: the same words to everybody of an audience, a few hundred at a time, taken up where a run stopped.

The people are those subscribed to any of the topics. Their messages wait behind everything else (urgency 2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from foundation import audit, clock, database, jobs
from foundation.actor import Actor
from notifications import postman, routing, wording
from notifications.errors import MassUnknown
from notifications.kinds import INBOX, ROUTE, Template
from notifications.mass_models import MassSend

CHUNK = 500
A_DAY = timedelta(days=1)

AUDIENCE = """
select distinct s.citizen_id from topic_subscription s
  join unnest($1::text[], $2::text[]) as wanted (topic, code) on s.topic = wanted.topic and s.code = wanted.code
 where s.citizen_id > $3 order by s.citizen_id limit $4"""

LATELY = """
select distinct citizen_id from message
 where citizen_id = any($1) and kind = any($2) and channel <> 'inbox' and created_at > $3"""

PROGRESS = """
select channel, state, count(*) as n, count(read_at) as read from message where occasion = $1 group by channel, state"""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one has come: people given theirs, how many of them have read it, and per channel what became of it."""

    id: int
    title: str
    text: str
    state: str
    people: int
    read: int
    made_at: datetime
    made_by: str
    channels: dict[str, dict[str, int]]

    @property
    def waiting(self) -> int:
        return sum(states.get("queued", 0) + states.get("sending", 0) for states in self.channels.values())


async def start(
    *,
    template: Template,
    mark: str,
    topics: Sequence[tuple[str, str]],
    values: Mapping[str, str],
    page: str,
    by: Actor,
    hall_path: str = "",
) -> int:
    """Begin, once for `mark` however often it is called; the id of the mass."""
    try:
        async with database.transaction():
            made = await MassSend.create(
                kind=template.kind, mark=mark, topics=[list(one) for one in topics], told=dict(values), page=page,
                hall_path=hall_path, made_by=str(by),
            )  # fmt: skip
            await audit.record("mass.started", subject=f"mass:{made.id}", by=by, detail={"mark": mark})
            await jobs.enqueue(spread, mass_id=made.id)
    except IntegrityError:
        made = await MassSend.get(mark=mark)
    return int(made.id)


@jobs.job(queue="messages")
async def spread(*, mass_id: int) -> None:
    """A chunk at a time, each a transaction and a job of its own, so that it holds up nothing."""
    if await spread_chunk(mass_id):
        await jobs.enqueue(spread, mass_id=mass_id)


@database.retry_on_deadlock
async def spread_chunk(mass_id: int) -> bool:
    """Give the next few hundred theirs; False when there is nobody left. Two runs at once give it once."""
    async with database.transaction():
        mass = await MassSend.select_for_update().get(id=mass_id)
        if mass.state != "spreading":
            return False
        audience = [[one[0] for one in mass.topics], [one[1] for one in mass.topics]]
        rows = await database.fetch(AUDIENCE, *audience, mass.reached_id, CHUNK)
        if rows:
            mass.people += await _give(mass, [row["citizen_id"] for row in rows])
            mass.reached_id = rows[-1]["citizen_id"]
        else:
            mass.state = "done"
        await mass.save(update_fields=["people", "reached_id", "state"])
    return bool(rows)


async def _give(mass: MassSend, citizen_ids: Sequence[int]) -> int:
    """Inbox rows for all, and one for the first channel of each; how many had not had it."""
    template = wording.find(mass.kind)
    words = await wording.in_force(template)
    people = await routing.people(citizen_ids)
    seed = routing.Seed(
        citizen_id=0, occasion=mass.mark, template=template, values=mass.told, page=mass.page,
        hall_path=mass.hall_path, urgent=template.urgent, urgency=2, until=clock.now() + template.lasts,
    )  # fmt: skip
    fresh = await routing.add(seed, INBOX, words[INBOX], dict.fromkeys(people))
    spared = await _spared(template, fresh) if template.sparing else set()
    due: dict[str, dict[int, datetime | None]] = {}
    for one in (people[citizen_id] for citizen_id in fresh if citizen_id not in spared):
        for channel in one.route(template, words, urgent=template.urgent)[:1]:
            due.setdefault(channel, {})[one.citizen_id] = routing.due(one, template, urgent=template.urgent)
    for channel, to in due.items():
        await routing.add(replace(seed, urgent=template.urgent), channel, words[channel], to)
        await postman.nudge_afterwards(channel, seed.urgency)
    return len(fresh)


async def _spared(template: Template, citizen_ids: Sequence[int]) -> set[int]:
    """Who has had such a message on a telephone today."""
    rows = await database.fetch(LATELY, list(citizen_ids), [template.kind], clock.now() - A_DAY)
    return {row["citizen_id"] for row in rows}


async def stop(*, mass_id: int, by: Actor, reason: str) -> None:
    """No more are given theirs, and what still waits is taken back; the inbox keeps what it has. Raises MassUnknown."""
    async with database.transaction() as tx:
        mass = await MassSend.select_for_update().get_or_none(id=mass_id)
        if mass is None:
            raise MassUnknown
        mass.state = "stopped"
        await mass.save(update_fields=["state"])
        await tx.execute(
            "update message set state = 'failed', problem = 'stopped' where occasion = $1 and state = 'queued'",
            mass.mark,
        )
        await audit.record("mass.stopped", subject=f"mass:{mass_id}", by=by, reason=reason)


async def find(mass_id: int) -> MassSend:
    """Raises MassUnknown."""
    mass = await MassSend.get_or_none(id=mass_id)
    if mass is None:
        raise MassUnknown
    return mass


async def latest(*, limit: int = 20) -> list[MassSend]:
    return await MassSend.all().order_by("-id").limit(limit)


async def progress(mass: MassSend) -> Progress:
    rows = await database.fetch(PROGRESS, mass.mark)
    channels: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["channel"] != INBOX:
            channels.setdefault(row["channel"], {})[row["state"]] = row["n"]
    words = wording.as_declared(wording.find(mass.kind))[INBOX]
    letter = wording.letter(words, mass.told)
    return Progress(
        id=mass.id, title=letter.title, text=letter.text, state=mass.state, people=mass.people,
        read=sum(row["read"] for row in rows if row["channel"] == INBOX), made_at=mass.made_at, made_by=mass.made_by,
        channels={one: channels[one] for one in ROUTE if one in channels},
    )  # fmt: skip
