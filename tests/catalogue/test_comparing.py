import msgspec

from catalogue import comparing, field_names
from catalogue.format import parse_item
from tests.builders.catalogue_files import ITEM

SHEET = msgspec.to_builtins(parse_item(ITEM, "id-card.yaml"))


def test_only_what_differs_is_told() -> None:
    changed = {**SHEET, "version": 2, "fees": [{**SHEET["fees"][0], "amount_fen": 4000}]}
    [fees] = comparing.differences(SHEET, changed)
    assert fees.name == "收费标准"
    assert [(one.mark, "20.00" in one.text, "40.00" in one.text) for one in fees.lines] == [
        ("-", True, False),
        ("+", False, True),
    ]


def test_lines_that_stay_are_kept_for_orientation() -> None:
    changed = {**SHEET, "materials": [*SHEET["materials"], {"name": "照片", "copies": 2}]}
    [materials] = comparing.differences(SHEET, changed)
    assert [one.mark for one in materials.lines] == ["=", "=", "+"]
    assert materials.lines[-1].text == "照片（份数：2）"


def test_a_first_version_is_told_whole() -> None:
    told = comparing.differences({}, SHEET)
    assert {one.field for one in told} >= {"name", "materials", "fees", "faqs", "effective"}
    assert all(line.mark == "+" for one in told for line in one.lines)
    assert comparing.differences(SHEET, SHEET) == []


def test_every_field_of_a_sheet_has_a_name() -> None:
    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {name for inner in value.values() for name in names(inner)}
        return {name for inner in value for name in names(inner)} if isinstance(value, list) else set()

    assert names(SHEET) <= set(field_names.NAMES)
    assert field_names.label("fees[0].amount_fen") == "收费标准第 1 项的金额（元）"
