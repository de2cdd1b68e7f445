"""Bringing a whole catalogue in from a file: rehearsed at once, applied by a second pair of eyes, all of it or nothing.

A workbook (.xlsx) or an item file (.yaml, .json) leaves what it does not name as it is; a folder (.zip, as exported) is
the whole catalogue: items it lacks are retired.
"""

import asyncio
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from catalogue import checking, edition, file_intake, intake, versions, workbook, workbook_reading
from catalogue.draft_errors import OwnWork
from catalogue.faults import Fault, FormatFaults
from catalogue.file_intake import Found
from catalogue.format import Catalogue, line_of, load_catalogue, parse_item
from catalogue.importing_errors import CatalogueMoved, ImportNotFound, ImportNotOpen, NothingNew, UnknownFile
from catalogue.importing_models import CatalogueImport
from catalogue.intake import Changes
from catalogue.item_sheet import ItemFile
from foundation import audit, clock, database
from foundation.actor import Actor

LARGEST = 50 * 1024 * 1024
"""Bytes of a folder unpacked."""
FILES_MOST = 5_000


async def receive(*, filename: str, raw: bytes, by: Actor) -> CatalogueImport:
    """Keep the file with what it would change. Raises FormatFaults with every fault, UnknownFile, NothingNew."""
    catalogue, items, forms = await _read(filename, raw)
    await file_intake.check(forms)
    against = await edition.number()
    changes = await intake.rehearse(catalogue, items)
    if not changes.any:
        raise NothingNew
    async with database.transaction():
        row = await CatalogueImport.create(
            filename=filename[-120:], file=raw, edition=against, changes=asdict(changes), sender_id=by.number
        )
        await audit.record("catalogue_import.received", subject=_subject(row), by=by, detail=_counts(changes))
        return row


async def apply(*, import_id: int, by: Actor) -> Changes:
    """Bring it in. Raises OwnWork for who sent it, CatalogueMoved, ImportNotFound, ImportNotOpen, FormatFaults."""
    row = await find(import_id)
    catalogue, items, forms = await _read(row.filename, row.file)
    await file_intake.check(forms)
    await file_intake.store(forms)
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        row = await _locked(import_id)
        if row.sender_id == by.number:  # type: ignore[attr-defined]
            raise OwnWork
        if row.edition != await edition.number():
            raise CatalogueMoved
        await file_intake.keep(forms, by=by)
        changes = await intake.bring_all(catalogue, items, by=by)
        await _decide(row, "applied", by, approver_id=by.number)
    await edition.shout(await edition.number())
    return changes


async def drop(*, import_id: int, by: Actor) -> None:
    """Raises ImportNotFound, ImportNotOpen."""
    async with database.transaction():
        await _decide(await _locked(import_id), "dropped", by)


async def find(import_id: int) -> CatalogueImport:
    """Raises ImportNotFound."""
    row = await CatalogueImport.get_or_none(id=import_id)
    if row is None:
        raise ImportNotFound
    return row


async def sheets(import_id: int, slug: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the catalogue says of an item and what the file says of it; empty where it does not.

    Raises ImportNotFound, ImportNotOpen, FormatFaults.
    """
    row = await find(import_id)
    if row.state != "waiting":
        raise ImportNotOpen
    _, items, _ = await _read(row.filename, row.file)
    standing = await versions.standing(slug)
    written: dict[str, Any] = next((msgspec.to_builtins(one) for one in items if one.slug == slug), {})
    return (standing.content if standing and standing.state != "retired" else {}), written


async def latest(limit: int = 20) -> list[CatalogueImport]:
    """The latest imports, without their files."""
    told = ("id", "filename", "state", "changes", "sender_id", "approver_id", "created_at", "decided_at")
    return await CatalogueImport.all().order_by("-id").limit(limit).only(*told)


async def _locked(import_id: int) -> CatalogueImport:
    row = await CatalogueImport.select_for_update().get_or_none(id=import_id)
    if row is None:
        raise ImportNotFound
    if row.state != "waiting":
        raise ImportNotOpen
    return row


async def _decide(row: CatalogueImport, state: str, by: Actor, approver_id: int | None = None) -> None:
    await CatalogueImport.filter(id=row.id).update(state=state, approver_id=approver_id, decided_at=clock.now())
    await audit.record(f"catalogue_import.{state}", subject=_subject(row), by=by)


async def _read(filename: str, raw: bytes) -> tuple[Catalogue | None, list[ItemFile], Found]:
    """The checked items; when the file is a whole folder the catalogue around them and their forms, too."""
    place: Callable[[str, Fault], Fault]
    if workbook.is_one(raw):
        items, place = await asyncio.to_thread(workbook_reading.read, filename, raw)
    elif filename.lower().endswith(".zip"):
        catalogue, forms = await asyncio.to_thread(_folder, filename, raw)
        return catalogue, catalogue.items, forms
    elif filename.lower().endswith((".yaml", ".yml", ".json")):
        items, place = await asyncio.to_thread(_one, filename, raw)
    else:
        raise UnknownFile
    codes = (await checking.known()).with_all(items)
    faults = [place(one.slug, fault) for one in items for fault in checking.unknown(one, codes, filename)]
    if faults:
        raise FormatFaults(faults)
    return None, items, {}


def _one(filename: str, raw: bytes) -> tuple[list[ItemFile], Callable[[str, Fault], Fault]]:
    """The item, and where in the file a fault of it stands."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(filename, "不是 UTF-8 编码，请另存为 UTF-8") from None
    item = parse_item(text, filename)
    return [item], lambda _, fault: replace(fault, line=line_of(text, fault.field))


def _folder(filename: str, raw: bytes) -> tuple[Catalogue, Found]:
    """A folder as it was packed, whatever it is called; faults name the files in it."""
    with tempfile.TemporaryDirectory() as place:
        _unpack(filename, raw, Path(place))
        try:
            catalogue = load_catalogue(place)
        except FormatFaults as found:
            raise FormatFaults([_relative(one, place) for one in found.faults]) from None
        return catalogue, file_intake.of_folder(Path(place), catalogue.items)


def _unpack(filename: str, raw: bytes, place: Path) -> None:
    try:
        packed = zipfile.ZipFile(io.BytesIO(raw))
    except zipfile.BadZipFile:
        raise _wrong(filename, "打不开，请确认是 .zip 压缩包") from None
    with packed:
        files = [one for one in packed.infolist() if not one.is_dir()]
        if len(files) > FILES_MOST or sum(one.file_size for one in files) > LARGEST:
            raise _wrong(filename, "压缩包太大，请拆分")
        if any(".." in PurePosixPath(one.filename).parts or one.filename[:1] in ("/", "\\") for one in files):
            raise _wrong(filename, "压缩包里的文件路径不正确，请重新打包")
        packed.extractall(place)  # every path was looked at


def _relative(fault: Fault, place: str) -> Fault:
    path = fault.path.removeprefix(place).lstrip("/")
    return Fault(path=path, line=fault.line, field=fault.field, message=fault.message)


def _wrong(filename: str, said: str) -> FormatFaults:
    return FormatFaults([Fault(path=filename, line=1, field="", message=said)])


def _subject(row: CatalogueImport) -> str:
    return f"catalogue_import:{row.id}"


def _counts(changes: Changes) -> dict[str, int]:
    return {"added": len(changes.added), "changed": len(changes.changed), "removed": len(changes.retired)}
