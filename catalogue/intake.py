"""Bringing a folder of catalogue files into the database: all of it or nothing, and nothing twice.

`python -m catalogue.intake FOLDER [--dry-run]` prints the changes, or every fault as `file:line: …`.
"""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue import city_intake, edition, file_intake, item_values, publishing
from catalogue.errors import NothingToLoad
from catalogue.faults import Fault, FormatFaults
from catalogue.format import Catalogue, load_catalogue, parse_item
from catalogue.item_sheet import ItemFile
from catalogue.models import Department, Hall, ServiceItem, Theme
from catalogue.publishing import Wanted
from catalogue.sections import HallLine, sections_of
from foundation import audit, database, redis, settings
from foundation.actor import Actor

MODELS = [
    "foundation.models", "identity.models", "catalogue.models", "catalogue.directory_models", "catalogue.file_models",
]  # fmt: skip
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('catalogue', 21))"


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Slugs of items by what became of them; `city` names halls, departments, themes … that were changed."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    city: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.retired or self.city)

    def __str__(self) -> str:
        named = {"新增": self.added, "更新": self.changed, "停用": self.retired, "其他变动": self.city}
        lines = [f"{what} {len(those)} 项：{'、'.join(those)}" for what, those in named.items() if those]
        return "\n".join([*lines, f"未变 {len(self.unchanged)} 项"])


class _Rehearsed(Exception):
    """Rolls a dry run back."""


async def load(source: Path | str | Iterable[Path], *, by: Actor, dry_run: bool = False) -> Changes:
    """Bring in a whole folder (items that it lacks are retired), or some item files (the rest stays as it is).

    Raises FormatFaults with every fault of every file, NothingToLoad; then nothing was changed.
    """
    catalogue = await asyncio.to_thread(_folder, Path(source)) if isinstance(source, str | Path) else None
    items = catalogue.items if catalogue else await _files(source)  # type: ignore[arg-type]
    forms = await asyncio.to_thread(file_intake.of_folder, Path(source), items) if catalogue else {}  # type: ignore[arg-type]
    await file_intake.check(forms)
    if dry_run:
        return await rehearse(catalogue, items)
    before = await edition.number()
    await file_intake.store(forms)
    async with database.transaction() as tx:
        await tx.execute(ONE_AT_A_TIME)
        await file_intake.keep(forms, by=by)
        changes = await bring_all(catalogue, items, by=by)
    if (moved := await edition.number()) != before:
        await edition.shout(moved)
    return changes


async def rehearse(catalogue: Catalogue | None, items: list[ItemFile]) -> Changes:
    """What bringing this in would change; nothing is."""
    changes = Changes()
    try:
        async with database.transaction() as tx:
            await tx.execute(ONE_AT_A_TIME)
            changes = await _bring(catalogue, items)
            raise _Rehearsed
    except _Rehearsed:
        return changes


async def bring_all(catalogue: Catalogue | None, items: list[ItemFile], *, by: Actor) -> Changes:
    """Within a transaction that holds ONE_AT_A_TIME; the edition moves when anything changed."""
    changes = await _bring(catalogue, items)
    if changes.any:
        detail = {"added": changes.added, "changed": changes.changed, "retired": changes.retired}
        subject = f"catalogue:{await edition.move_on()}"
        await audit.record("catalogue.loaded", subject=subject, by=by, detail=detail)
    return changes


async def bring_items(items: list[ItemFile]) -> Changes:
    """Within a transaction that holds ONE_AT_A_TIME: checked sheets become guides; the rest stays as it is."""
    return await _bring(None, items)


async def _bring(catalogue: Catalogue | None, items: list[ItemFile]) -> Changes:
    changes = Changes()
    if catalogue:
        changes.city.extend(await city_intake.bring(catalogue))
    halls = {hall.code: HallLine(name=hall.name, address=hall.address, opening_hours=hall.opening_hours)
             for hall in await Hall.filter(active=True)}  # fmt: skip
    departments = {one.code: one for one in await Department.all()}
    known = {item.slug: item for item in await ServiceItem.all()}
    became = await _keep(known, items, departments)
    wanted = [
        Wanted(
            item=known[sheet.slug],
            sheet=sheet,
            sections=sections_of(sheet, department=departments[sheet.department].name, halls=halls),
        )
        for sheet in items
    ]
    fresh = await publishing.bring(wanted)
    for slug, outcome in became.items():
        told = "changed" if outcome == "unchanged" and known[slug].id in fresh else outcome
        getattr(changes, told).append(slug)
    if catalogue:
        here = {sheet.slug for sheet in items}
        changes.retired.extend(await _retire([item for slug, item in known.items() if slug not in here]))
    return changes


async def _keep(
    known: dict[str, ServiceItem], sheets: list[ItemFile], departments: Mapping[str, Department]
) -> dict[str, str]:
    """Make the items say what the sheets say; `known` learns the new ones. Slugs with what became of each."""
    values = {
        sheet.slug: item_values.of(sheet) | {"department_id": departments[sheet.department].id} for sheet in sheets
    }
    waiting = {sheet.slug for sheet in sheets if item_values.waits(known.get(sheet.slug), sheet)}
    became = {
        slug: "unchanged" if slug in waiting else await _became(known.get(slug), row) for slug, row in values.items()
    }
    new = [slug for slug, outcome in became.items() if outcome == "added"]
    await ServiceItem.bulk_create([ServiceItem(slug=slug, **values[slug]) for slug in new])
    known |= {item.slug: item for item in await ServiceItem.filter(slug__in=new)}
    return became


async def _became(item: ServiceItem | None, values: dict[str, Any]) -> str:
    if item is None:
        return "added"
    if all(getattr(item, name) == value for name, value in values.items()):
        return "unchanged"
    await item.update_from_dict(values).save()
    return "changed"


async def _retire(items: list[ServiceItem]) -> list[str]:
    return [item.slug for item in items if await publishing.retire(item)]


def _folder(folder: Path) -> Catalogue:
    if not folder.is_dir():
        raise NothingToLoad
    return load_catalogue(folder)


async def _files(paths: Iterable[Path]) -> list[ItemFile]:
    """Item files alone: their codes must be among those which the database knows."""
    sheets: list[tuple[Path, ItemFile]] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            sheets.append((path, parse_item(await asyncio.to_thread(path.read_text, encoding="utf-8"), str(path))))
        except FormatFaults as found:
            faults += found.faults
    codes = {
        "department": {one.code for one in await Department.all()},
        "halls": {one.code for one in await Hall.filter(active=True)},
        "themes": {one.code for one in await Theme.filter(kind="theme")},
        "life_events": {one.code for one in await Theme.filter(kind="life_event")},
    }
    faults += [fault for path, sheet in sheets for fault in _unknown(path, sheet, codes)]
    if faults:
        raise FormatFaults(faults)
    if not sheets:
        raise NothingToLoad
    return [sheet for _, sheet in sheets]


def _unknown(path: Path, sheet: ItemFile, codes: Mapping[str, set[str]]) -> Iterable[Fault]:
    for name, known in codes.items():
        value = getattr(sheet, name)
        for code in [value] if isinstance(value, str) else value:
            if code not in known:
                yield Fault(path=str(path), line=1, field=name, message=f"目录里没有编码“{code}”，请先导入整个文件夹")


async def _run(folder: str, *, dry_run: bool) -> Changes:
    await database.start(settings.current().database_url, models=MODELS)
    if settings.current().redis_url:
        await redis.start(settings.current().redis_url)
    try:
        return await load(folder, by=Actor.system("catalogue intake"), dry_run=dry_run)
    finally:
        await redis.stop()
        await database.stop()


def main(arguments: list[str]) -> int:
    """0 when it was brought in (or would be), 1 when there are faults, 2 when no folder is named."""
    folders = [one for one in arguments if one != "--dry-run"]
    if len(folders) != 1 or not Path(folders[0]).is_dir():
        sys.stderr.write("用法：python -m catalogue.intake 目录文件夹 [--dry-run]\n")
        return 2
    try:
        changes = asyncio.run(_run(folders[0], dry_run="--dry-run" in arguments))
    except FormatFaults as faults:
        sys.stderr.write(f"{faults}\n共 {len(faults.faults)} 处错误，没有导入任何内容。\n")
        return 1
    sys.stdout.write(f"{changes}\n" + ("以上为预演，没有写入。\n" if "--dry-run" in arguments else ""))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
