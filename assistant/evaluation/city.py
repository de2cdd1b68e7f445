"""A catalogue folder as a corpus: the guides as they are once they are published, their slugs for codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from msgspec import to_builtins

from assistant import elsewhere
from assistant.base import Base
from assistant.corpus import GuideDocument, Section
from assistant.elsewhere import Matter
from assistant.snapshot import Snapshot
from catalogue import format as catalogue_format
from catalogue import opening_hours
from catalogue.city_sheets import HallRow
from catalogue.item_sheet import ItemFile
from catalogue.sections import HallLine, sections_of

SHIPPED = Path(catalogue_format.__file__).parent / "data"


@dataclass(frozen=True)
class City:
    """Its guides, what people there say for the words of the guides, and what must not be taken for a guide."""

    documents: list[GuideDocument]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    matters: Sequence[Matter] = ()

    def laid_out(self) -> Base:
        """The base that the worker would make of it."""
        return Base.of(self.documents, self.synonyms)

    def over(self, base: Base) -> Snapshot:
        """What a process answers from once it has that base."""
        return Snapshot.over(base, synonyms=self.synonyms, matters=self.matters)


@cache
def read(folder: Path = SHIPPED) -> City:
    """The city of a folder, read once. Raises FormatFaults."""
    city = catalogue_format.load_catalogue(folder)
    halls = {hall.code: _line(hall) for hall in city.halls.halls}
    departments = {one.code: one.name for one in city.departments.departments}
    synonyms = {said: group.word for group in city.synonyms.groups for said in group.also}
    documents = [_document(item, departments[item.department], halls) for item in city.items]
    return City(documents, synonyms, elsewhere.known())


def _line(hall: HallRow) -> HallLine:
    hours = opening_hours.told([to_builtins(one) for one in hall.hours])
    return HallLine(name=hall.name, address=hall.address, opening_hours=hours)


def _document(item: ItemFile, department: str, halls: Mapping[str, HallLine]) -> GuideDocument:
    sections = sections_of(item, department=department, halls=halls)
    return GuideDocument(
        item_code=item.slug,
        name=item.name,
        aliases=tuple(dict.fromkeys((item.short_name, *item.aliases))),
        audience="、".join(item.audience),
        version=str(item.version),
        effective_date=item.effective,
        sections=tuple(Section(one.kind, one.title, one.text, one.also) for one in sections),
        halls=tuple(item.halls),
        bookable=item.appointment.bookable,
    )
