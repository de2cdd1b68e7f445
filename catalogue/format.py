"""The written form of the catalogue: files in, checked structs out; no database here.

`parse_item(text, path)` and its siblings read one file; `load_catalogue(folder)` reads a whole folder.
Both raise FormatFaults with every fault. `python -m catalogue.format FOLDER` prints them as `file:line: …`.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from catalogue.city_sheets import (
    DepartmentsFile,
    HallsFile,
    LifeEventsFile,
    ScenarioRow,
    ScenariosFile,
    SynonymsFile,
    ThemesFile,
)
from catalogue.consistency import rules_of
from catalogue.directory_sheet import IntermediariesFile
from catalogue.faults import Fault, FormatFaults
from catalogue.item_sheet import ItemFile, Sheet
from catalogue.json_lines import JsonReader
from catalogue.lines import LONGEST, Blemish, Node, Unreadable, read_yaml
from catalogue.matching import faults_of, plain
from catalogue.wholeness import WrittenFile, faults_across

CITY_FILES: dict[str, type[Sheet]] = {
    "halls": HallsFile,
    "departments": DepartmentsFile,
    "themes": ThemesFile,
    "life_events": LifeEventsFile,
    "scenarios": ScenariosFile,
    "synonyms": SynonymsFile,
}
OPTIONAL_FILES: dict[str, type[Sheet]] = {"intermediaries": IntermediariesFile}
ENDINGS = (".yaml", ".yml", ".json")
S = TypeVar("S", bound=Sheet)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A whole folder, checked: items in order of slug, the other files as they are written."""

    items: list[ItemFile]
    halls: HallsFile
    departments: DepartmentsFile
    themes: ThemesFile
    life_events: LifeEventsFile
    scenarios: ScenariosFile
    synonyms: SynonymsFile
    intermediaries: IntermediariesFile | None = None


def parse_item(text: str, path: str) -> ItemFile:
    """One guide (办事指南). Raises FormatFaults with every fault; codes of other files are not looked up here."""
    return _parse(text, path, ItemFile)


def line_of(text: str, field: str) -> int:
    """The line of a field (``fees[0].unit``) of a text that was parsed, or of what it belongs to."""
    steps = field.replace("]", "").replace("[", ".").split(".")
    return _tree(text)[0].line_at(*(int(step) if step.isdigit() else step for step in steps))


def parse_halls(text: str, path: str) -> HallsFile:
    """`halls.yaml`: the tree of halls (大厅)."""
    return _parse(text, path, HallsFile)


def parse_departments(text: str, path: str) -> DepartmentsFile:
    """`departments.yaml`: departments (部门)."""
    return _parse(text, path, DepartmentsFile)


def parse_themes(text: str, path: str) -> ThemesFile:
    """`themes.yaml`: themes (主题)."""
    return _parse(text, path, ThemesFile)


def parse_life_events(text: str, path: str) -> LifeEventsFile:
    """`life_events.yaml`: life events (人生事件)."""
    return _parse(text, path, LifeEventsFile)


def parse_scenarios(text: str, path: str) -> ScenariosFile:
    """`scenarios.yaml`: guided scenarios (场景导办)."""
    return _parse(text, path, ScenariosFile)


def parse_scenario(text: str, path: str) -> ScenarioRow:
    """One scenario alone, as it stands in `scenarios.yaml`."""
    return _parse(text, path, ScenarioRow)


def parse_synonyms(text: str, path: str) -> SynonymsFile:
    """`synonyms.yaml`: everyday words (同义词)."""
    return _parse(text, path, SynonymsFile)


def parse_intermediaries(text: str, path: str) -> IntermediariesFile:
    """`intermediaries.yaml`: the directory of intermediaries (中介服务机构名录); a city may do without."""
    return _parse(text, path, IntermediariesFile)


def check_catalogue(folder: Path | str) -> list[Fault]:
    """Every fault of a whole folder, in order of file and line; empty when the catalogue is sound."""
    files, faults = _read_folder(Path(folder))
    return sorted(faults or faults_across(files, Path(folder)))


def load_catalogue(folder: Path | str) -> Catalogue:
    """A whole folder, checked within and across files; raises FormatFaults with every fault."""
    files, faults = _read_folder(Path(folder))
    faults = faults or list(faults_across(files, Path(folder)))
    if faults:
        raise FormatFaults(faults)
    items = sorted((file.sheet for file in files if isinstance(file.sheet, ItemFile)), key=lambda item: item.slug)
    kinds = CITY_FILES | OPTIONAL_FILES
    city = {name: file.sheet for name, sheet in kinds.items() for file in files if isinstance(file.sheet, sheet)}
    return Catalogue(items=items, **city)  # type: ignore[arg-type]


def _parse(text: str, path: str, sheet: type[S]) -> S:
    read = _read(text, path, sheet)
    if isinstance(read, list):
        raise FormatFaults(read)
    return read[0]


def _read(text: str, path: str, sheet: type[S]) -> tuple[S, Node] | list[Fault]:
    try:
        root, blemishes = _tree(text)
    except Unreadable as error:
        return [_fault(path, error.blemish)]
    faults = [_fault(path, blemish) for blemish in blemishes]
    faults += [Fault(path=path, line=line, field=at, message=said) for line, at, said in faults_of(root, sheet)]
    if faults:
        return faults
    written = msgspec.convert(plain(root), sheet)
    faults = [
        Fault(path=path, line=root.line_at(*at), field=_dotted(at), message=said) for at, said in rules_of(written)
    ]
    return faults or (written, root)


def _tree(text: str) -> tuple[Node, list[Blemish]]:
    text = text.removeprefix("\ufeff")
    if len(text) > LONGEST:
        raise Unreadable(1, f"文件太大（超过 {LONGEST} 字），请拆分")
    if text.lstrip()[:1] in ("{", "["):
        return JsonReader(text).read(), []
    return read_yaml(text)


def _fault(path: str, blemish: Blemish) -> Fault:
    return Fault(path=path, line=blemish.line, field="", message=blemish.message)


def _dotted(at: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).removeprefix(".")


def _read_folder(folder: Path) -> tuple[list[WrittenFile], list[Fault]]:
    files: list[WrittenFile] = []
    faults: list[Fault] = []
    for path, sheet in _expected(folder):
        text = _text_of(path)
        read = text if isinstance(text, list) else _read(text, str(path), sheet)
        if isinstance(read, list):
            faults += read
        else:
            files.append(WrittenFile(path=path, sheet=read[0], root=read[1]))
    return files, faults


def _expected(folder: Path) -> Iterator[tuple[Path, type[Sheet]]]:
    for name, sheet in (CITY_FILES | OPTIONAL_FILES).items():
        found = [folder / (name + ending) for ending in ENDINGS if (folder / (name + ending)).exists()]
        missing = [folder / f"{name}.yaml"] if name in CITY_FILES else []
        yield from ((path, sheet) for path in found or missing)
    items = folder / "items"
    found = sorted(path for path in items.glob("*") if not path.name.startswith(".")) if items.is_dir() else []
    yield from ((path, ItemFile) for path in found or [items])


def _text_of(path: Path) -> str | list[Fault]:
    def no(line: int, message: str) -> list[Fault]:
        return [Fault(path=str(path), line=line, field="", message=message)]

    if not path.is_file():
        return no(1, "缺少这个文件，请补上" if path.suffix else "缺少文件夹或其中没有事项文件，请补上")
    if path.suffix not in ENDINGS:
        return no(1, "不认识的文件类型，请移走或改用 .yaml / .json")
    if path.stat().st_size > 4 * LONGEST:
        return no(1, f"文件太大（超过 {LONGEST} 字），请拆分")
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return no(raw.count(b"\n", 0, error.start) + 1, "不是 UTF-8 编码，请另存为 UTF-8")


def main(arguments: list[str]) -> int:
    """Print the faults of a folder; 0 when there are none, 1 when there are, 2 when no folder is named."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("用法：python -m catalogue.format 目录文件夹\n")
        return 2
    faults = check_catalogue(arguments[0])
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    sys.stdout.write(f"共 {len(faults)} 处错误。\n" if faults else "检查通过，没有发现错误。\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
