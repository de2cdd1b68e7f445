"""办件: what people ask every day must not become slower by a million cases of others; a file's rows a second.

The same questions are asked of as many people with as many cases: by turns where nobody else has any, and among a
million cases of others.
"""

import itertools
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from appointments import booking
from benchmarks import alone, people
from benchmarks.house import House
from benchmarks.measuring import CheckFailed, Measured, Sample, interleaved, number, percentile
from cases import importing, lookup, register_list, registering
from cases.register_list import Wanted
from feedback import ratings
from foundation import clock, crypto, database, settings
from foundation.actor import Actor
from notifications import delivery, own_inbox
from payments import own_bills

BY = Actor.department("benchmark")
EACH, EVENTS = 10, 10  # cases of a person, events of a case
THESE = 200  # people whose cases are there from the start
TIMES, ROUNDS = 50, 8  # times a question is asked in a round, and how many
AT_ONCE = 5000  # people whose cases go into one statement
SLOWER_AT_MOST = 1.3
LAST_FOUR = "002X"
ROWS_A_CASE = 4
EACH_SECOND = 1000  # rows that are taken in, about
_rounds = itertools.count(1)
Questions = dict[str, Callable[[int], Awaitable[Any]]]

PERSONS = """insert into citizen (state, real_name_sealed, id_type, id_number_sealed, phone_sealed, created_at)
select 'active', '', '', '', '', now() from generate_series(1, $1::int) returning id"""
# Nine of a person's ten cases are over; the last is under way, and everybody has been told of each.
CASES = """
insert into case_file (case_no, source, reference, hall_path, item_code, item_name, department_name, citizen_id,
                       applicant_fingerprint, applicant_name_sealed, factor_fingerprint, legal_days, promised_days,
                       stage, accepted_at, closed_at, promised_due, legal_due, warn_from, paused, used_days,
                       contradictions, calendar_version, created_at, changed_at)
select 'T' || c || 'N' || n, 'benchmark', '', '9901/' || c % 20 || '/', 'item-' || c % 200, '压力测试',
       '部门' || c % 30, c, md5(c::text) || md5(c::text), $3, '', 20, 10,
       case n when $4 then 'reviewed' else 'closed' end,
       at, case n when $4 then null else at + interval '7 days' end, at::date + 14, at::date + 28, at::date + 10, false,
       case n when $4 then null else 5 end, 0, $5, at, at + interval '7 days'
  from generate_series(1, $4::int) as n, generate_series($1::bigint, $2::bigint) as c,
       lateral (select now() - n * interval '9 days' - c % 60 * interval '1 day' as at) as moment
"""
LOG = """
insert into case_event (case_id, source, event_id, kind, happened_at, received_at, note, detail, told_by, body_hash)
select f.id, 'benchmark', f.case_no || '-' || n,
       (array['received', 'accepted', 'suspended', 'resumed', 'special_started', 'special_ended', 'suspended',
              'resumed', 'reviewed', case f.stage when 'closed' then 'closed' else 'reviewed' end])[n],
       f.created_at + n * interval '4 hours', f.created_at, '', '{}', '', ''
  from generate_series(1, $3::int) as n, case_file f where f.citizen_id between $1 and $2
"""
MESSAGES = """
insert into message (citizen_id, occasion, channel, title, text, page, told, fields_sent, state, problem, attempts,
                     created_at)
select citizen_id, 'case:' || id, 'inbox', '办件进度更新', '已受理', '', '{}', '{}', 'delivered', '', 0, created_at
  from case_file where citizen_id between $1 and $2
"""
COPIED = (
    "case_id",
    "source",
    "event_id",
    "kind",
    "happened_at",
    "received_at",
    "note",
    "detail",
    "told_by",
    "body_hash",
)


async def timeline_10m(house: House) -> Measured:
    """The slowest of the questions: how many times as long among 10 million events as without them."""
    cases, crowded = house.scale.history // 5, settings.current().database_url
    asked: dict[str, Questions] = {}
    async with alone.beside() as empty:
        for url, persons in ((empty, THESE), (crowded, max(THESE, cases // EACH))):
            await alone.go_to(url)
            asked[url] = await _questions((await give_cases(persons))[:THESE])
        took = await _by_turns(asked)
    ratios = {name: among / took[empty][name] for name, among in took[crowded].items()}
    said = ", ".join(
        f"{name} {took[empty][name]:.2f} → {took[crowded][name]:.2f} ms ({ratio:.2f})" for name, ratio in ratios.items()
    )
    found = number("timeline_10m", max(ratios.values()), "×")
    found.notes = f"{cases:,} cases, {cases * EVENTS:,} events: {said}"
    if max(ratios.values()) > SLOWER_AT_MOST:
        found.failed = found.notes
    return found


async def _by_turns(asked: Mapping[str, Questions]) -> dict[str, dict[str, float]]:
    """Milliseconds of each question in each database: the best of some rounds, one here and one there."""
    took: dict[str, dict[str, list[float]]] = {url: defaultdict(list) for url in asked}
    for url in [*asked] * ROUNDS:
        await alone.go_to(url)
        for name, ask in asked[url].items():
            await _milliseconds(ask, TIMES // 2)  # a new connection plans anew, and knows no types
            took[url][name].append(await _milliseconds(ask, TIMES))
    return {url: {name: min(seen) for name, seen in by_name.items()} for url, by_name in took.items()}


async def give_cases(persons: int) -> list[int]:
    """So many people with ten cases of ten events each; the events of a case lie far apart, as they come in life."""
    given: list[int] = []
    for begun in range(0, persons, AT_ONCE):
        some = [row["id"] for row in await database.fetch(PERSONS, min(AT_ONCE, persons - begun))]
        async with database.long_transaction(seconds=600) as tx:
            await tx.execute(CASES, some[0], some[-1], crypto.seal("张三"), EACH, "benchmark")
            await tx.execute(LOG, some[0], some[-1], EVENTS)
            await tx.execute(MESSAGES, some[0], some[-1])
        given += some
        for table in ("case_file", "case_event", "message", "citizen"):  # each time, so that none takes long
            await database.execute(f"vacuum analyze {table}")
    return given


async def _questions(these: list[int]) -> Questions:
    """What is asked all day long, each time of another person."""
    numbers = [f"T{one}N{EACH}" for one in these]
    for no in numbers:
        factor = registering.factor(no, LAST_FOUR)
        await database.execute("update case_file set factor_fingerprint = $2 where case_no = $1", no, factor)
    asked = itertools.count(next(_rounds) * 1_000_000)

    def whose(nth: int) -> int:
        return these[nth % len(these)]

    async def look_up(_: int) -> None:
        count = next(asked)  # an address and a number may ask only so often in an hour
        address = f"10.{count >> 16 & 255}.{count >> 8 & 255}.{count & 255}"
        await lookup.by_number(case_no=numbers[count % len(numbers)], last_four=LAST_FOUR, address=address)

    async def home(nth: int) -> None:
        me = whose(nth)
        await booking.upcoming(Actor.citizen(me))
        await own_bills.owed(me)
        await lookup.to_supplement(me)
        await ratings.waiting_for(me, limit=3)
        await delivery.unread(me)

    return {
        "timeline": lambda nth: lookup.one_of_mine(case_no=numbers[nth % len(numbers)], citizen_id=whose(nth)),
        "my cases": lambda nth: lookup.mine(whose(nth)),
        "look-up": look_up,
        "home": home,
        "inbox": lambda nth: own_inbox.of(whose(nth)),
        "staff's list": lambda _: register_list.listed(Wanted(), within=["9901/7/"]),
    }


async def _milliseconds(ask: Callable[[int], Awaitable[Any]], times: int) -> float:
    """The lower quartile of asking so often: what others do with the machine meanwhile is not what a question costs."""
    seen = []
    for nth in range(times):
        begun = time.perf_counter()
        await ask(nth)
        seen.append((time.perf_counter() - begun) * 1000)
    return percentile(seen, 25)


async def case_import(house: House) -> Measured:
    """Rows a second from a file to folded cases, beside what COPY alone needs for as many rows of the log."""
    cases = house.scale.times(EACH_SECOND) // ROWS_A_CASE
    rows = cases * ROWS_A_CASE
    await database.execute("create table copied_event (like case_event including all)")

    async def take_in() -> Sample:
        raw = _file(cases)
        begun = time.perf_counter()
        import_id = await importing.receive(filename="events.jsonl", raw=raw, source=BY.name, by=BY)
        await database.execute("update case_import set state = 'running' where id = $1", import_id)
        await importing.run(import_id=import_id)
        seconds = time.perf_counter() - begun
        counts = (await importing.find(import_id)).counts
        if counts["appended"] != rows:
            raise CheckFailed(f"{counts} of {rows} rows")
        return Sample(rows / seconds)

    async def copy_alone() -> Sample:
        begun = time.perf_counter()
        async with database.transaction() as tx:
            await tx.copy("copied_event", COPIED, _lines(rows, next(_rounds)))
        return Sample(rows / (time.perf_counter() - begun))

    found = await interleaved("case_import", take_in, beside={"copy": copy_alone}, rounds=house.scale.rounds)
    found.unit = "rows/s"
    return found


def _file(cases: int) -> bytes:
    """JSON lines: each case is received, accepted, reviewed and closed."""
    lines, began = [], clock.now() - timedelta(days=30)
    for nth, who in enumerate(people.identities(cases)):
        no = f"I{next(_rounds)}N{nth}"
        about = {
            "item_code": "item", "item_name": "压力测试", "department_name": "部门", "legal_days": 20,
            "applicant": {"name": "张三", "id_number": who.number},
        }  # fmt: skip
        for day, kind in enumerate(("received", "accepted", "reviewed", "closed")):
            at = (began + timedelta(days=day)).isoformat()
            event = {"event_id": f"{no}-{day}", "case_no": no, "kind": kind, "happened_at": at}
            lines.append(json.dumps(event | ({"case": about} if kind == "received" else {}), ensure_ascii=False))
    return "\n".join(lines).encode()


async def _lines(rows: int, nth: int) -> AsyncIterator[bytes]:
    at = clock.now().isoformat()
    for begun in range(0, rows, 1000):
        some = range(begun, min(begun + 1000, rows))
        yield "".join(
            f"{n // ROWS_A_CASE}\tcopy\t{nth}-{n}\treceived\t{at}\t{at}\t\t{{}}\t\t{'0' * 64}\n" for n in some
        ).encode()


FIGURES = {"timeline_10m": timeline_10m, "case_import": case_import}
