"""A catalogue in the database: the smallest sound one, or the demo city's."""

import tempfile
from pathlib import Path

from catalogue import format as catalogue_format
from catalogue import intake, shelf
from catalogue.intake import Changes
from foundation.actor import Actor
from tests.builders.catalogue_files import ITEM, write_catalogue

SEED = Actor.system("test")
DEMO = Path(catalogue_format.__file__).parent / "data"


async def small_city(**changed: str) -> Changes:
    """One hall (9901), one department (police), one item (id-card), one scenario (lost).

    `changed` replaces whole files by their stem, as in `catalogue_files.write_catalogue`.
    """
    with tempfile.TemporaryDirectory() as folder:
        return await load(write_catalogue(Path(folder), **changed))


async def demo_city() -> Changes:
    """Everything that is shipped."""
    return await load(DEMO)


async def load(folder: Path) -> Changes:
    changes = await intake.load(folder, by=SEED)
    shelf.forget()
    return changes


def item(old: str, new: str) -> str:
    """The small city's item sheet with one text replaced."""
    assert ITEM.count(old) == 1
    return ITEM.replace(old, new)
