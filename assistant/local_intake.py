"""Knowledge bases out of a file: `python -m assistant.local_intake FILE.yaml`; what is there already stays as it is.

The file lists bases, parents first, each with what differs there: `guides` by the short name of the item, `words` as
people say them. `data/bases.yaml` is the demo city's.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

import rooms
from assistant import knowledge_bases, local_guides
from assistant.knowledge_base_errors import LocalSectionUnknown
from assistant.knowledge_base_models import KnowledgeBase, LocalWord
from assistant.local_sheet import TITLES, LocalSheet
from catalogue.models import ServiceItem
from foundation import database, redis, settings
from foundation.actor import Actor

SHIPPED = Path(__file__).parent / "data" / "bases.yaml"


class BaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One base; without `parent` it stands below the city's."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,39}\Z")]
    name: Annotated[str, Meta(min_length=2, max_length=80)]
    kind: Literal["district", "department"]
    parent: str = "city"
    hall: str = ""
    names: Sequence[str] = ()
    words: Mapping[str, str] = {}
    guides: Mapping[str, LocalSheet] = {}


class BasesFile(Struct, frozen=True, forbid_unknown_fields=True):
    bases: Sequence[BaseFile]


def read(path: Path = SHIPPED) -> Sequence[BaseFile]:
    """The bases of a file. Raises msgspec.ValidationError, LocalSectionUnknown."""
    found = msgspec.yaml.decode(path.read_bytes(), type=BasesFile).bases
    kinds = {one.kind for base in found for sheet in base.guides.values() for one in sheet.sections}
    if not kinds <= TITLES.keys():
        raise LocalSectionUnknown
    return found


async def load(path: Path = SHIPPED, *, by: Actor) -> int:
    """Bring a file in; how many guides changed. Items that the city does not have are left out.

    Raises msgspec.ValidationError, LocalSectionUnknown, HallNotFound, PlaceNeeded.
    """
    changed = 0
    for written in read(path):
        base = await KnowledgeBase.get_or_none(code=written.code) or await _made(written, by)
        async with database.transaction():
            await knowledge_bases.locked(base.id)
            items = {one.slug: one for one in await ServiceItem.filter(slug__in=list(written.guides))}
            for slug, sheet in written.guides.items():
                if slug in items:
                    changed += await local_guides.bring(base, items[slug], sheet, by=by)
            rows = [LocalWord(base=base, said=said, word=word) for said, word in written.words.items()]
            await LocalWord.bulk_create(rows, ignore_conflicts=True)
    return changed


async def _made(written: BaseFile, by: Actor) -> KnowledgeBase:
    await knowledge_bases.city()
    parent = await KnowledgeBase.get(code=written.parent)
    return await knowledge_bases.create(
        code=written.code, name=written.name, kind=written.kind, parent_id=parent.id, names=written.names,
        hall=written.hall, by=by,
    )  # fmt: skip


async def main(arguments: Sequence[str]) -> None:
    """Load the file named, with a connection of our own."""
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS)
    await redis.start(ours.redis_url)
    try:
        changed = await load(Path(arguments[0]) if arguments else SHIPPED, by=Actor.system("local intake"))
        sys.stdout.write(f"本地办法：更新 {changed} 项\n")
    finally:
        await redis.stop()
        await database.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
