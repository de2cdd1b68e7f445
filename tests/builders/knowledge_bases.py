"""The shipped guides with the shipped knowledge bases, without a database; and bases in one."""

from datetime import date
from functools import cache

from assistant import local_intake, local_reading
from assistant.confidence import Bands
from assistant.evaluation.city import SHIPPED
from assistant.local_intake import BaseFile
from assistant.local_reading import Layers, Said, Written
from assistant.localities import TOP, Locality
from assistant.snapshot import Snapshot
from catalogue import format as catalogue_format
from tests.builders.assistant import shipped_snapshot

SINCE = date(2026, 1, 1)


def written(*bases: BaseFile, bands: dict[str, Bands] | None = None) -> Written:
    """`bases` as the database would give them, in the demo city's halls."""
    halls = catalogue_format.load_catalogue(SHIPPED).halls.halls
    paths = {hall.code: "/".join(hall.code.split("-")) + "/" for hall in halls}
    below = [
        Locality(one.code, one.name, one.kind, one.parent, paths.get(one.hall, ""), (*one.names,)) for one in bases
    ]
    return Written(
        order=[TOP, *below],
        guides={base.code: {slug: Said(sheet, 1, SINCE) for slug, sheet in base.guides.items()} for base in bases},
        words={base.code: base.words for base in bases},
        bands=bands or {},
        halls=[(hall.code, paths[hall.code], hall.region) for hall in halls],
    )


@cache
def shipped() -> Snapshot:
    """The demo city as it is asked: its guides, its districts, its departments."""
    return of(*local_intake.read())


def of(*bases: BaseFile, bands: dict[str, Bands] | None = None, kept: Layers | None = None) -> Snapshot:
    """The shipped guides with those bases; the guides are laid out once for all tests."""
    city = shipped_snapshot().judged_by(shipped_snapshot().bands)
    local_reading.put_together(city, written(*bases, bands=bands), {} if kept is None else kept)
    return city
