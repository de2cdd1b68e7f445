"""The labelled set (标注集): questions and how they should be answered. What is about to change is measured by it.

It begins with what is shipped in `data/labelled.yaml` and grows on the console: 这句话应该答什么.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tortoise.exceptions import IntegrityError

from assistant import analysis
from assistant.answering import Kind
from assistant.learning_errors import ItemNeeded, LabelNotFound, NothingAsked, QuestionKnown
from assistant.learning_models import LabelledQuestion
from catalogue.errors import ItemNotFound
from catalogue.models import ServiceItem
from foundation import audit, database
from foundation.actor import Actor

SHIPPED = Path(__file__).parent / "data" / "labelled.yaml"
WITHOUT_ITEM = (Kind.CHOOSE.value, Kind.UNKNOWN.value)


@dataclass(frozen=True, slots=True)
class Label:
    """One question of the set. Where an item is expected its code stands there, and perhaps a section of its guide."""

    question: str
    expects: str
    item_code: str = ""
    section: str = ""
    slug: str = ""
    name: str = ""
    id: int = 0


async def everything() -> list[Label]:
    """The whole set, the latest first."""
    rows = await LabelledQuestion.all().select_related("item").order_by("-id")
    return [
        Label(
            row.question, row.expects, row.item.item_code if row.item else "", row.section,
            row.item.slug if row.item else "", row.item.name if row.item else "", row.id,
        )
        for row in rows
    ]  # fmt: skip


async def add(*, question: str, expects: str, slug: str = "", section: str = "", by: Actor) -> LabelledQuestion:
    """One more question. Raises NothingAsked, ItemNeeded, ItemNotFound, QuestionKnown."""
    spelling = canonical(question)
    if not spelling:
        raise NothingAsked
    if expects == Kind.ANSWER and not slug:
        raise ItemNeeded
    async with database.transaction():
        item = await ServiceItem.get_or_none(slug=slug) if expects == Kind.ANSWER else None
        if expects == Kind.ANSWER and item is None:
            raise ItemNotFound
        try:
            made = await LabelledQuestion.create(
                question=question.strip(), canonical=spelling, expects=expects, item=item,
                section=section if item else "",
            )  # fmt: skip
        except IntegrityError:
            raise QuestionKnown from None
        detail = {"question": made.question, "expects": slug or expects}
        await audit.record("label.added", subject=_subject(made.id), by=by, detail=detail)
        return made


async def remove(*, label_id: int, by: Actor) -> None:
    """Raises LabelNotFound."""
    async with database.transaction():
        row = await LabelledQuestion.select_for_update().get_or_none(id=label_id)
        if row is None:
            raise LabelNotFound
        await row.delete()
        await audit.record("label.removed", subject=_subject(label_id), by=by, detail={"question": row.question})


async def bring_shipped(*, by: Actor) -> int:
    """Add what is shipped and not there yet; how many that were. Questions about items of another city are left out."""
    shipped = await asyncio.to_thread(read)
    async with database.transaction():
        items = {item.slug: item for item in await ServiceItem.filter(slug__in=[one.slug for one in shipped])}
        before = await LabelledQuestion.all().count()
        rows = [
            LabelledQuestion(
                question=one.question, canonical=canonical(one.question), expects=one.expects,
                item=items.get(one.slug), section=one.section,
            )
            for one in shipped if one.slug in items or one.expects in WITHOUT_ITEM
        ]  # fmt: skip
        await LabelledQuestion.bulk_create(rows, ignore_conflicts=True)
        brought = await LabelledQuestion.all().count() - before
        if brought:
            await audit.record("label.brought", subject=_subject(0), by=by, detail={"questions": brought})
        return brought


def as_lines(labels: Iterable[Label]) -> str:
    """The file form of `assistant/evaluation`: a question a line, the slugs that answer it in `rel`."""
    rows = (
        {
            "id": str(one.id), "text": one.question, "rel": [one.slug] if one.slug else [],
            "expects": one.expects, "section": one.section,
        }
        for one in labels
    )  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_lines(path: Path) -> list[Label]:
    """What `as_lines` wrote; a slug stands for the code of its item, as in a catalogue folder."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [_of_line(row) for row in rows]


def read(path: Path = SHIPPED) -> list[Label]:
    """The questions of a file: `问题: slug`, `slug/section`, `choose` or `unknown`, by theme."""
    themes: dict[str, list[dict[str, str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_label(str(asked), wanted) for lines in themes.values() for line in lines for asked, wanted in line.items()]


def _label(asked: str, wanted: str) -> Label:
    if wanted in WITHOUT_ITEM:
        return Label(asked, wanted)
    slug, _, section = wanted.partition("/")
    return Label(asked, Kind.ANSWER.value, section=section, slug=slug)


def _of_line(row: dict[str, Any]) -> Label:
    slug = next(iter(row["rel"]), "")
    expects = row.get("expects") or (Kind.ANSWER.value if slug else Kind.UNKNOWN.value)
    return Label(row["text"], expects, item_code=slug, section=row.get("section", ""), slug=slug)


def canonical(question: str) -> str:
    """Its letters and characters, so that 护照多少钱 and 護照多少錢？ are one."""
    return " ".join(analysis.units(analysis.canon(question)))[:200]


def _subject(label_id: int) -> str:
    return f"label:{label_id}"
