"""Sending a form or a filled example for a draft of a guide, and looking at those there are."""

import asyncio
from pathlib import PurePath

from catalogue import drafting, file_kinds, files
from catalogue.draft_errors import DraftNotOpen
from catalogue.file_models import GuideFile
from foundation import database, object_store
from foundation.actor import Actor

FINGERPRINT = 12
"""Hexadecimal digits of a fingerprint in a name."""


async def send(*, draft_id: int, filename: str, data: bytes, by: Actor) -> GuideFile:
    """Keep a file for a draft that is being written; the same again is the same file.

    Raises FileEmpty, FileTooLarge, FileKindUnknown, FileNotAsNamed, FileWithMacros, DraftNotFound, DraftNotOpen,
    ObjectStoreGone.
    """
    kind = await asyncio.to_thread(file_kinds.kind_of, filename, data)
    draft = await drafting.find(draft_id)
    if draft.state != "editing":
        raise DraftNotOpen
    digest = files.fingerprint(data)
    name = f"{draft.slug[:50]}-{digest[:FINGERPRINT]}.{kind.ending}"
    await object_store.put(files.key(digest), data, content_type=kind.content_type)
    async with database.transaction():
        title = PurePath(filename.replace("\\", "/")).name[-120:]
        await files.keep(name=name, slug=draft.slug, title=title, kind=kind, digest=digest, size=len(data), by=by)
        return await GuideFile.get(name=name)
