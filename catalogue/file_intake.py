"""Files that come with a folder (`forms/`): checked with it, kept before it is brought in, packed when it goes out."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from catalogue import file_kinds, files
from catalogue.faults import Fault, FormatFaults
from catalogue.file_models import GuideFile
from catalogue.item_sheet import ItemFile
from foundation import object_store
from foundation.actor import Actor
from foundation.errors import Refusal

Found = Mapping[str, tuple[str, bytes]]
"""Name → the item that names it, and what it holds."""
SHIPPED_ENDING = ".html"


def named(sheet: ItemFile) -> Iterator[str]:
    """The uploaded files a sheet names; web pages are shipped with the program and never taken in."""
    for material in sheet.materials:
        yield from (one for one in (material.form, material.sample) if one and not one.endswith(SHIPPED_ENDING))


def of_folder(folder: Path, items: Iterable[ItemFile]) -> Found:
    """What a sound folder holds of them."""
    wanted = {name: item.slug for item in items for name in named(item)}
    return {name: (slug, (folder / "forms" / name).read_bytes()) for name, slug in wanted.items()}


async def check(found: Found) -> None:
    """Raises FormatFaults: a file that is not what it is named, or another than the one of that name here."""
    known = {one.name: one.sha256 for one in await GuideFile.filter(name__in=list(found))}
    faults = [fault for name, (_, data) in found.items() for fault in _faults(name, data, known.get(name))]
    if faults:
        raise FormatFaults(faults)


async def store(found: Found) -> None:
    """Before the transaction: the object store has them all. Raises ObjectStoreGone."""
    for name, (_, data) in found.items():
        kind = file_kinds.kind_of(name, data)
        await object_store.put(files.key(files.fingerprint(data)), data, content_type=kind.content_type)


async def keep(found: Found, *, by: Actor) -> None:
    """Within the transaction that brings the folder in."""
    for name, (slug, data) in found.items():
        await files.keep(
            name=name, slug=slug, title=name, kind=file_kinds.kind_of(name, data), digest=files.fingerprint(data),
            size=len(data), by=by,
        )  # fmt: skip


async def packed(names: Iterable[str]) -> dict[str, bytes]:
    """What these hold, for a folder that goes out. Raises ObjectMissing, ObjectStoreGone."""
    rows = await GuideFile.filter(name__in=list(names)).order_by("name")
    held = await asyncio.gather(*(object_store.get(files.key(one.sha256)) for one in rows))
    return {row.name: data for row, data in zip(rows, held, strict=True)}


def _faults(name: str, data: bytes, known: str | None) -> Iterator[Fault]:
    path = f"forms/{name}"
    try:
        file_kinds.kind_of(name, data)
    except Refusal as refused:
        yield Fault(path=path, line=1, field="", message=refused.message)
    if known is not None and known != files.fingerprint(data):
        yield Fault(path=path, line=1, field="", message="本市已有同名的另一份文件，请改名后再导入")
