"""What must agree across the files of a catalogue: codes point at something, nothing stands twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalogue.city_sheets import DepartmentsFile, HallsFile, LifeEventsFile, ScenariosFile, ThemesFile
from catalogue.directory_sheet import IntermediariesFile
from catalogue.faults import Fault
from catalogue.item_sheet import ItemFile, Sheet
from catalogue.lines import Node


@dataclass(frozen=True, kw_only=True)
class WrittenFile:
    """A file which is sound in itself, with its tree for the lines."""

    path: Path
    sheet: Sheet
    root: Node

    def fault(self, message: str, *at: str | int) -> Fault:
        dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).removeprefix(".")
        return Fault(path=str(self.path), line=self.root.line_at(*at), field=dotted, message=message)


class Known:
    """The codes which the files of the folder define."""

    def __init__(self, files: list[WrittenFile], folder: Path) -> None:
        self.items = {file.sheet.slug: file.sheet for file in files if isinstance(file.sheet, ItemFile)}
        self.halls = {
            hall.code: hall for file in files if isinstance(file.sheet, HallsFile) for hall in file.sheet.halls
        }
        self.departments = {
            row.code for file in files if isinstance(file.sheet, DepartmentsFile) for row in file.sheet.departments
        }
        self.themes = {row.code for file in files if isinstance(file.sheet, ThemesFile) for row in file.sheet.themes}
        self.life_events = {
            row.code for file in files if isinstance(file.sheet, LifeEventsFile) for row in file.sheet.life_events
        }
        self.forms = {path.name for path in (folder / "forms").glob("*")}


def faults_across(files: list[WrittenFile], folder: Path) -> Iterator[Fault]:
    """Faults which only show when all files lie side by side."""
    known = Known(files, folder)
    yield from _twice(files)
    for file in files:
        if isinstance(file.sheet, ItemFile):
            yield from _item(file, file.sheet, known)
        elif isinstance(file.sheet, HallsFile):
            yield from _windows(file, file.sheet, known)
        elif isinstance(file.sheet, ScenariosFile):
            yield from _scenarios(file, file.sheet, known)
        elif isinstance(file.sheet, IntermediariesFile):
            yield from _intermediaries(file, file.sheet, known)


def _twice(files: list[WrittenFile]) -> Iterator[Fault]:
    first: dict[tuple[str, str], Path] = {}
    for file in files:
        if not isinstance(file.sheet, ItemFile):
            kind = type(file.sheet).__name__
            if (kind, "") in first:
                yield file.fault(f"与 {first[kind, ''].name} 是同一种文件，请只保留一个")
            first.setdefault((kind, ""), file.path)
            continue
        for field in ("slug", "item_code", "name"):
            value = getattr(file.sheet, field)
            if (field, value) in first:
                yield file.fault(f"“{value}”已在 {first[field, value].name} 中用过，请改成唯一的", field)
            first.setdefault((field, value), file.path)


def _item(file: WrittenFile, item: ItemFile, known: Known) -> Iterator[Fault]:
    if item.slug != file.path.stem:
        yield file.fault(f"应与文件名一致，文件名是“{file.path.stem}”", "slug")
    if item.department not in known.departments:
        yield file.fault(f"没有编码为“{item.department}”的部门，请核对 departments 文件", "department")
    yield from _codes(file, "themes", item.themes, known.themes, "主题，请核对 themes 文件")
    yield from _codes(file, "life_events", item.life_events, known.life_events, "人生事件，请核对 life_events 文件")
    yield from _codes(file, "related", item.related, set(known.items), "事项，请核对 items 文件夹")
    for number, variant in enumerate(item.variants):
        if variant.item is not None and variant.item not in known.items:
            yield file.fault(f"没有编码为“{variant.item}”的事项，请核对 items 文件夹", "variants", number, "item")
    yield from _places(file, item, known)
    yield from _forms(file, item, known)


def _codes(file: WrittenFile, field: str, codes: list[str], known: set[str], what: str) -> Iterator[Fault]:
    for number, code in enumerate(codes):
        if code not in known:
            yield file.fault(f"没有编码为“{code}”的{what}", field, number)


def _places(file: WrittenFile, item: ItemFile, known: Known) -> Iterator[Fault]:
    for number, place in enumerate(item.places):
        hall = known.halls.get(place.hall)
        if hall is None:
            yield file.fault(f"没有编码为“{place.hall}”的大厅，请核对 halls 文件", "places", number, "hall")
        elif not any(item.department in window.departments for window in hall.windows):
            said = f"“{hall.name}”没有部门“{item.department}”的窗口，请改大厅或在 halls 文件补窗口"
            yield file.fault(said, "places", number, "hall")


def _forms(file: WrittenFile, item: ItemFile, known: Known) -> Iterator[Fault]:
    for number, material in enumerate(item.materials):
        for field in ("form", "sample"):
            name = getattr(material, field)
            if name is not None and name not in known.forms:
                yield file.fault(f"forms 文件夹里没有“{name}”，请放入文件或改名", "materials", number, field)


def _windows(file: WrittenFile, sheet: HallsFile, known: Known) -> Iterator[Fault]:
    for number, hall in enumerate(sheet.halls):
        for row, window in enumerate(hall.windows):
            for index, code in enumerate(window.departments):
                if code not in known.departments:
                    said = f"没有编码为“{code}”的部门，请核对 departments 文件"
                    yield file.fault(said, "halls", number, "windows", row, "departments", index)


def _intermediaries(file: WrittenFile, sheet: IntermediariesFile, known: Known) -> Iterator[Fault]:
    for number, row in enumerate(sheet.intermediaries):
        for index, slug in enumerate(row.items):
            if slug not in known.items:
                said = f"没有编码为“{slug}”的事项，请核对 items 文件夹"
                yield file.fault(said, "intermediaries", number, "items", index)


def _scenarios(file: WrittenFile, sheet: ScenariosFile, known: Known) -> Iterator[Fault]:
    for number, scenario in enumerate(sheet.scenarios):
        if scenario.life_event is not None and scenario.life_event not in known.life_events:
            yield file.fault(f"没有编码为“{scenario.life_event}”的人生事件", "scenarios", number, "life_event")
        for row, outcome in enumerate(scenario.outcomes):
            at = ("scenarios", number, "outcomes", row)
            item = known.items.get(outcome.item)
            if item is None:
                yield file.fault(f"没有编码为“{outcome.item}”的事项，请核对 items 文件夹", *at, "item")
                continue
            names = {material.name for material in item.materials}
            for index, name in enumerate(outcome.materials):
                if name not in names:
                    yield file.fault(f"“{item.name}”没有材料“{name}”，请照抄材料名称", *at, "materials", index)
            if outcome.variant is not None and outcome.variant not in {v.name for v in item.variants}:
                yield file.fault(f"“{item.name}”没有情形“{outcome.variant}”，请照抄情形名称", *at, "variant")
