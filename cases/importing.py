"""办件导入: a file of events is kept, rehearsed (a change taken back), and taken in part by part.

Each part is one transaction that also says how far we are, so that whatever ends the process, the next run goes on with
the next part and no row is half done. A row's refusal is kept with its line and a Chinese sentence; the others go on.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from cases import import_reading, taking_in
from cases.errors import CaseNeedsRegistration
from cases.import_errors import FileTooLarge, FileUnreadable, ImportNotReady, NoImport
from cases.import_models import CaseImport, CaseImportFault, CaseImportPart
from cases.pushed import PushedEvent
from cases.taking_in import Answer
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.errors import Refusal

PART = 250
SHOWN = 500
FORGOTTEN = timedelta(days=7)
Row = tuple[int, dict[str, Any]]


async def receive(
    *, filename: str, raw: bytes, source: str, hall_path: str = "", quiet: bool = True, by: Actor
) -> int:  # fmt: skip
    """Keep the file; the id of the import. Raises FileUnreadable, ColumnMissing, FileTooLarge."""
    if len(raw) > import_reading.LARGEST:
        raise FileTooLarge
    parts, lines = await asyncio.to_thread(_cut, filename, raw)
    if not lines:
        raise FileUnreadable("文件里没有事件，请填写后再导入。")
    async with database.transaction():
        row = await CaseImport.create(
            filename=filename[-120:],
            sha256=hashlib.sha256(raw).hexdigest(),
            size=len(raw),
            source=source,
            hall_path=hall_path,
            quiet=quiet,
            lines=lines,
            parts_number=len(parts),
            sender_id=by.number if by.kind == "staff" else None,
        )
        for position, rows in enumerate(parts):
            sealed = crypto.seal(json.dumps(rows, ensure_ascii=False, default=str))
            await CaseImportPart.create(of=row, position=position, content_sealed=sealed)
        await audit.record("case_import.received", subject=f"case_import:{row.id}", by=by)
    return int(row.id)


def _cut(filename: str, raw: bytes) -> tuple[list[list[Row]], int]:
    found, parts, lines = import_reading.rows(filename, raw), [], 0
    while some := list(islice(found, PART)):
        parts.append(some)
        lines += len(some)
    return parts, lines


async def rehearse(*, import_id: int) -> None:
    """Take every part in and back again; what would be refused is kept. From the beginning, each time.

    What is registered in one part is not there any more in the next, so that it has to be remembered.
    """
    row = await _from(import_id, ("waiting", "rehearsing"), "rehearsing", by=Actor.system("case_import"))
    await CaseImportFault.filter(of_id=import_id).delete()
    counts, registered = _none(), set[str]()
    for position in range(row.parts_number):
        lines, answers = await _taken_back(row, position)
        answers = [_forgiven(one, answer, registered) for one, answer in zip(lines, answers, strict=True)]
        await _count(row, lines, answers, counts)
        await CaseImport.filter(id=import_id).update(position=position + 1, counts=counts)
    await CaseImport.filter(id=import_id, state="rehearsing").update(state="rehearsed", counts=counts)


class _TakenBack(Exception):
    """Ends a rehearsal's transaction."""


async def _taken_back(row: CaseImport, position: int) -> tuple[list[Row], list[Answer]]:
    answers: list[Answer] = []
    lines = await _lines(row, position)
    try:
        async with database.transaction():
            answers = await _take(row, lines)
            raise _TakenBack
    except _TakenBack:
        return lines, answers


def _forgiven(line: Row, answer: Answer, registered: set[str]) -> Answer:
    """A case that an earlier part registers is known by then."""
    number = str(line[1].get("case_no", ""))
    if isinstance(answer, taking_in.Taken):
        registered.add(number)
    elif isinstance(answer, CaseNeedsRegistration) and number in registered:
        return taking_in.Taken("appended", number)
    return answer


async def start(*, import_id: int, by: Actor) -> None:
    """What was rehearsed is to be taken in. Raises NoImport, ImportNotReady."""
    async with database.transaction():
        await CaseImportFault.filter(of_id=import_id).delete()
        await _from(import_id, ("rehearsed",), "running", by=by)
        await CaseImport.filter(id=import_id).update(position=0, counts=_none())


async def drop(*, import_id: int, by: Actor) -> None:
    """Not to be taken in. Raises NoImport, ImportNotReady."""
    async with database.transaction():
        await _from(import_id, ("waiting", "rehearsing", "rehearsed"), "dropped", by=by)
        await CaseImportPart.filter(of_id=import_id).delete()


async def drop_forgotten(*, by: Actor) -> int:
    """What nobody confirmed within `FORGOTTEN` holds names and numbers, and is dropped; how many there were."""
    waiting = ("waiting", "rehearsing", "rehearsed")
    old = await CaseImport.filter(state__in=waiting, created_at__lt=clock.now() - FORGOTTEN).values_list(
        "id", flat=True
    )
    for import_id in old:
        await drop(import_id=int(import_id), by=by)  # type: ignore[call-overload]
    return len(old)


async def run(*, import_id: int) -> None:
    """Go on where it stopped, until all of it is in; who runs it beside another waits for each part in turn."""
    while await _next_part(import_id):
        await asyncio.sleep(0)


@database.retry_on_deadlock
async def _next_part(import_id: int) -> bool:
    """One part in one transaction with how far we are; whether there may be more."""
    async with database.transaction():
        row = await CaseImport.select_for_update().get_or_none(id=import_id, state="running")
        if row is None:
            return False
        if row.position == row.parts_number:
            await CaseImport.filter(id=import_id).update(state="done", ended_at=clock.now())
            await CaseImportPart.filter(of_id=import_id).delete()
            return False
        lines = await _lines(row, row.position)
        counts = {**_none(), **row.counts}
        await _count(row, lines, await _take(row, lines), counts)
        await CaseImport.filter(id=import_id).update(position=row.position + 1, counts=counts)
        return True


async def _lines(row: CaseImport, position: int) -> list[Row]:
    part = await CaseImportPart.get(of_id=row.id, position=position)
    return [(int(line), values) for line, values in json.loads(crypto.open_sealed(part.content_sealed))]


async def _take(row: CaseImport, lines: Sequence[Row]) -> list[Answer]:
    """An answer for each; what cannot be read is not told to anybody."""
    read = [_read(values, row) for _, values in lines]
    sound = [one for one in read if isinstance(one, PushedEvent)]
    by = Actor.staff(row.sender_id) if row.sender_id else Actor.system("case_import")  # type: ignore[attr-defined]
    taken = iter(await taking_in.take_in(sound, by=by, source=row.source, quiet=row.quiet))
    return [next(taken) if isinstance(one, PushedEvent) else one for one in read]


def _read(values: dict[str, Any], row: CaseImport) -> PushedEvent | Refusal:
    try:
        return import_reading.event_of(values, source=row.source, hall_path=row.hall_path)
    except Refusal as refusal:
        return refusal


async def _count(row: CaseImport, lines: Sequence[Row], answers: Sequence[Answer], counts: dict[str, int]) -> None:
    faults = []
    for (line, values), answer in zip(lines, answers, strict=True):
        counts["refused" if isinstance(answer, Refusal) else answer.outcome] += 1
        if isinstance(answer, Refusal):
            number = str(values.get("event_id", ""))[:80]
            said = import_reading.said(answer)[:300]
            faults.append(CaseImportFault(of_id=row.id, line=line, number=number, code=answer.code, message=said))
    await CaseImportFault.bulk_create(faults)


def _none() -> dict[str, int]:
    return {"appended": 0, "repeated": 0, "refused": 0}


async def _from(import_id: int, before: tuple[str, ...], state: str, *, by: Actor) -> CaseImport:
    """Compare and set. Raises NoImport, ImportNotReady."""
    async with database.transaction():
        row = await CaseImport.select_for_update().get_or_none(id=import_id)
        if row is None:
            raise NoImport
        if row.state not in before:
            raise ImportNotReady
        ended = clock.now() if state == "dropped" else None
        await CaseImport.filter(id=import_id).update(state=state, ended_at=ended)
        if state != row.state:
            await audit.record(f"case_import.{state}", subject=f"case_import:{row.id}", by=by)
        return row


async def find(import_id: int) -> CaseImport:
    """Raises NoImport."""
    row = await CaseImport.get_or_none(id=import_id)
    if row is None:
        raise NoImport
    return row


async def latest(*, within: Sequence[str], limit: int = 30) -> list[CaseImport]:
    """Of the halls whose staff one is, the newest first."""
    rows = await CaseImport.all().order_by("-id").limit(10 * limit)
    return [one for one in rows if any(one.hall_path.startswith(path) for path in within)][:limit]


async def faults(import_id: int, *, limit: int = SHOWN) -> list[CaseImportFault]:
    return await CaseImportFault.filter(of_id=import_id).order_by("line", "id").limit(limit)
