"""Reading the knowledge bases, and putting together what each of them knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from assistant.base import Base
from assistant.confidence import Bands
from assistant.corpus import GuideDocument
from assistant.layer import Layer
from assistant.local_sheet import LocalSheet, merged
from assistant.local_view import LocalView
from assistant.localities import SHORTEST_NAME, TOP, Localities, Locality, nearest
from assistant.snapshot import Snapshot
from assistant.wording import Wording
from foundation import clock, database

_BASES = """
    select b.code, b.name, b.kind, coalesce(p.code, '') as parent, coalesce(h.path, '') as hall_path, b.names,
           l.answer_from, l.ask_from
      from knowledge_base b left join knowledge_base p on p.id = b.parent_id left join hall h on h.id = b.hall_id
      left join lateral (select answer_from, ask_from from base_bands where base_id = b.id
                          order by number desc limit 1) l on true
     order by b.parent_id is not null, b.id
"""
_GUIDES = """
    select b.code, i.item_code, g.sheet, g.version, g.published_at
      from local_guide g join knowledge_base b on b.id = g.base_id join service_item i on i.id = g.item_id
     where g.state = 'published' order by g.id
"""
_WORDS = "select b.code, w.said, w.word from local_word w join knowledge_base b on b.id = w.base_id order by w.id"
_HALLS = "select code, path, coalesce(details ->> 'region', '') as region from hall where active order by path"


@dataclass(frozen=True, slots=True)
class Said:
    """What a base says otherwise of one item."""

    sheet: LocalSheet
    version: int
    since: date


@dataclass(frozen=True)
class Written:
    """All that the bases say, as the database has it. `order`: the bases above come first."""

    order: Sequence[Locality]
    guides: Mapping[str, Mapping[str, Said]]
    words: Mapping[str, Mapping[str, str]]
    bands: Mapping[str, Bands]
    halls: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The layer of a base, and what it was made from: as long as that stays, it stays."""

    under: Base
    documents: Sequence[GuideDocument]
    synonyms: Mapping[str, str]
    layer: Layer


Layers = dict[str, _Kept]


async def read() -> Written:
    """What the bases say now."""
    bases = await database.fetch(_BASES)
    guides: dict[str, dict[str, Said]] = {}
    for row in await database.fetch(_GUIDES):
        sheet = msgspec.convert(_loaded(row["sheet"]), LocalSheet)
        since = row["published_at"].astimezone(clock.SHANGHAI).date()
        guides.setdefault(row["code"], {})[row["item_code"]] = Said(sheet, row["version"], since)
    words: dict[str, dict[str, str]] = {}
    for row in await database.fetch(_WORDS):
        words.setdefault(row["code"], {})[row["said"]] = row["word"]
    return Written(
        order=[
            Locality(row["code"], row["name"], row["kind"], row["parent"], row["hall_path"], _names(row["names"]))
            for row in bases
        ],
        guides=guides,
        words=words,
        bands={row["code"]: Bands(row["answer_from"], row["ask_from"]) for row in bases if row["answer_from"]},
        halls=[(row["code"], row["path"], row["region"]) for row in await database.fetch(_HALLS)],
    )


def put_together(city: Snapshot, written: Written, kept: Layers) -> None:
    """Give the city's snapshot its bands and the views of all bases below; a layer that still holds is taken again."""
    top, *below = written.order or (TOP,)
    if top.code in written.bands:
        city.bands = written.bands[top.code]
    views: dict[str, Snapshot] = {}
    for one in below:
        above = views.get(one.parent, city)
        words = written.words.get(one.code, {})
        layer = _layer(one, above, written.guides.get(one.code, {}), words, kept)
        views[one.code] = LocalView(above, layer, words=words, bands=written.bands.get(one.code))
    localities = Localities(
        top, below, views, {code: nearest(path, below, top=top).code for code, path, _ in written.halls},
        _places(written.halls, top, below),
    )  # fmt: skip
    for view in (city, *views.values()):
        view.localities = localities


def _layer(one: Locality, above: Snapshot, says: Mapping[str, Said], words: Mapping[str, str], kept: Layers) -> Layer:
    documents = [
        merged(guide, said.sheet, base=one.name, version=said.version, since=said.since)
        for code, said in says.items()
        if (guide := above.guide(code))
    ]
    synonyms = {**above.synonyms, **words}
    known = kept.get(one.code)
    if known and known.under is above.base and known.documents == documents and known.synonyms == synonyms:
        return known.layer
    both = map(Wording(synonyms).both, documents)
    layer = Layer.of(documents, above.base.segmenter, spoken_of=both, like=above.base.layer)
    kept[one.code] = _Kept(above.base, documents, synonyms, layer)
    return layer


def _places(halls: Sequence[tuple[str, str, str]], top: Locality, below: Sequence[Locality]) -> dict[str, str]:
    """What the places of the city are called, and which base is theirs. A base's own names come before a hall's."""
    places: dict[str, str] = {}
    for _, path, region in halls:
        whose = nearest(path, below, top=top).code
        short = region.removesuffix("区").removesuffix("县")
        places |= {name: whose for name in (region, short) if len(name) >= SHORTEST_NAME}
    for one in (top, *below):
        places |= {name: one.code for name in (one.name, *one.names) if len(name) >= SHORTEST_NAME}
    return places


def _names(value: object) -> tuple[str, ...]:
    return msgspec.convert(_loaded(value), tuple[str, ...])


def _loaded(value: object) -> object:
    """A JSON column, which the driver gives as text."""
    return msgspec.json.decode(value) if isinstance(value, str) else value
