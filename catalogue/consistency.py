"""What must agree within one catalogue file, beyond types: periods, free materials, bookings, repeated words."""

from collections.abc import Iterator

from catalogue import form_faults, scenario_faults
from catalogue.city_sheets import (
    DepartmentsFile,
    HallsFile,
    LifeEventsFile,
    ScenarioRow,
    ScenariosFile,
    SynonymsFile,
    ThemesFile,
)
from catalogue.directory_sheet import IntermediariesFile
from catalogue.item_sheet import ItemFile, Sheet
from catalogue.scenario_faults import At, Said


def rules_of(sheet: Sheet) -> Iterator[Said]:
    """Where the file contradicts itself: (path of the field, Chinese sentence)."""
    if isinstance(sheet, ItemFile):
        yield from _item(sheet)
    elif isinstance(sheet, HallsFile):
        yield from _halls(sheet)
    elif isinstance(sheet, ScenariosFile):
        yield from _scenarios(sheet)
    elif isinstance(sheet, ScenarioRow):
        yield from scenario_faults.of(sheet)
    elif isinstance(sheet, SynonymsFile):
        yield from _synonyms(sheet)
    elif isinstance(sheet, DepartmentsFile):
        yield from _repeats("departments", "code", [row.code for row in sheet.departments])
    elif isinstance(sheet, ThemesFile):
        yield from _repeats("themes", "code", [row.code for row in sheet.themes])
    elif isinstance(sheet, LifeEventsFile):
        yield from _repeats("life_events", "code", [row.code for row in sheet.life_events])
    elif isinstance(sheet, IntermediariesFile):
        yield from _repeats("intermediaries", "code", [row.code for row in sheet.intermediaries])


def _item(item: ItemFile) -> Iterator[Said]:
    yield from _period(item)
    yield from _materials(item)
    yield from form_faults.of(item.online_form)
    booking = item.appointment
    if booking.bookable and booking.minutes is None:
        yield ("appointment", "minutes"), "可以预约的事项要写每人办理的分钟数，请补上"
    if booking.bookable and item.channels == "online":
        yield ("appointment", "bookable"), "只能网上办的事项不能预约窗口，请改为 false 或改 channels"
    if item.expires is not None and item.expires <= item.effective:
        yield ("expires",), "失效日期必须晚于生效日期，请核对"
    if item.slug in item.related:
        yield ("related", item.related.index(item.slug)), "相关事项不能是自己，请删去"
    for field in ("aliases", "themes", "life_events", "audience", "related"):
        yield from _repeats(field, "", getattr(item, field))
    yield from _repeats("faqs", "question", [faq.question for faq in item.faqs])
    yield from _repeats("variants", "name", [variant.name for variant in item.variants])
    yield from _repeats("places", "hall", [place.hall for place in item.places])


def _period(item: ItemFile) -> Iterator[Said]:
    promised, legal = item.period.promised_days, item.period.legal_workdays
    if legal is not None and promised > legal:
        days = f"{item.period.legal_days} 个{item.period.unit}（合 {legal} 个工作日）"
        yield ("period", "promised_days"), f"承诺时限 {promised} 个工作日长于法定时限 {days}，请改短或核对法定时限"
    if item.kind == "即办件" and promised:
        yield ("period", "promised_days"), "即办件当场办结，承诺时限应为 0；否则请把 kind 改为“承诺件”"
    if item.kind == "承诺件" and not promised:
        yield ("period", "promised_days"), "承诺件的承诺时限至少 1 个工作日；当场办结请把 kind 改为“即办件”"
    if item.period.legal_days is not None and item.period.basis is None:
        yield ("period", "legal_days"), "写了法定时限就要写依据，请补上 basis"


def _materials(item: ItemFile) -> Iterator[Said]:
    for number, material in enumerate(item.materials):
        if material.exempt and not material.licence:
            yield ("materials", number, "exempt"), "免提交的材料要写明调用哪一种电子证照，请补上 licence"
    yield from _repeats("materials", "name", [material.name for material in item.materials])


def _halls(sheet: HallsFile) -> Iterator[Said]:
    codes = [hall.code for hall in sheet.halls]
    yield from _repeats("halls", "code", codes)
    yield from _repeats("halls", "name", [hall.name for hall in sheet.halls])
    for number, hall in enumerate(sheet.halls):
        if hall.parent is not None and hall.parent not in codes:
            yield ("halls", number, "code"), f"上级大厅“{hall.parent}”不存在，请先写上级或改正编码"
        for row, hours in enumerate(hall.hours):
            if hours.open >= hours.close:
                yield ("halls", number, "hours", row, "close"), "关门时间必须晚于开门时间，请核对"


def _synonyms(sheet: SynonymsFile) -> Iterator[Said]:
    seen: dict[str, str] = {}
    for number, group in enumerate(sheet.groups):
        places: list[At] = [("word",), *(("also", index) for index in range(len(group.also)))]
        for place, word in zip(places, [group.word, *group.also], strict=True):
            if word in seen:
                yield ("groups", number, *place), f"“{word}”已在“{seen[word]}”一组中写过，一个词只能属于一组"
            seen.setdefault(word, group.word)


def _scenarios(sheet: ScenariosFile) -> Iterator[Said]:
    yield from _repeats("scenarios", "code", [row.code for row in sheet.scenarios])
    for number, scenario in enumerate(sheet.scenarios):
        for at, said in scenario_faults.of(scenario):
            yield ("scenarios", number, *at), said


def _repeats(field: str, part: str, words: list[str]) -> Iterator[Said]:
    for number, said in scenario_faults.repeated(words):
        yield ((field, number, part) if part else (field, number)), said
