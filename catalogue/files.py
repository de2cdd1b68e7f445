"""表格和示例文件: kept under a name for ever, handed out by it, known to sheets.

A file's name ends in a part of its fingerprint: another content is another name, so that what a published version names
never changes. Forms that are shipped with the program (`catalogue/data/forms`) are handed out beside them.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from catalogue import file_kinds
from catalogue.file_errors import GuideFileNotFound
from catalogue.file_models import GuideFile
from foundation import audit, database, object_store
from foundation.actor import Actor

SHIPPED = Path(__file__).parent / "data" / "forms"
SHIPPED_TYPE = "text/html; charset=utf-8"
NAME = re.compile(r"[a-z0-9-]{1,70}\.(?:html|pdf|docx?|xlsx?|jpg|png)")
_KEEP = """
insert into guide_file (name, slug, title, content_type, size, sha256, sent_by_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp()) on conflict (name) do nothing returning id"""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A file as it is handed out; `title` is what it is saved as."""

    data: bytes
    content_type: str
    title: str
    shipped: bool = False


async def keep(*, name: str, slug: str, title: str, kind: file_kinds.Kind, digest: str, size: int, by: Actor) -> None:
    """Within a transaction, and after the object store has it: the name stands for that content for ever."""
    row = (name, slug, title, kind.content_type, size, digest, by.number if by.kind == "staff" else None)
    if await database.joined().fetchval(_KEEP, *row):
        detail = {"file": name, "title": title, "bytes": size}
        await audit.record("guide_file.kept", subject=f"guide:{slug}", by=by, detail=detail)


async def of_item(slug: str) -> list[GuideFile]:
    """Those that were sent for the item, the latest first."""
    return await GuideFile.filter(slug=slug).order_by("-id")


async def hand_out(name: str) -> Handed:
    """Raises GuideFileNotFound, ObjectMissing, ObjectStoreGone."""
    if not NAME.fullmatch(name):
        raise GuideFileNotFound
    if (SHIPPED / name).is_file():
        data = await asyncio.to_thread((SHIPPED / name).read_bytes)
        return Handed(data=data, content_type=SHIPPED_TYPE, title=name, shipped=True)
    row = await GuideFile.get_or_none(name=name)
    if row is None:
        raise GuideFileNotFound
    return Handed(data=await object_store.get(key(row.sha256)), content_type=row.content_type, title=row.title)


async def unknown(names: Iterable[str]) -> set[str]:
    """Those of `names` that nobody could download."""
    wanted = {name for name in names if not (SHIPPED / name).is_file()}
    kept = await GuideFile.filter(name__in=list(wanted)).values_list("name", flat=True)
    return wanted - {str(one) for one in kept}


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def key(digest: str) -> str:
    """Where the object store keeps it: the same content once, whatever it is called."""
    return f"guide-files/{digest[:2]}/{digest}"
