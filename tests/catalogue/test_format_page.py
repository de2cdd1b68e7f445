"""The page for editors tells the truth: its example is read, and no field is left undocumented."""

import re
from pathlib import Path

import msgspec
import pytest

from catalogue import city_sheets, directory_sheet, item_sheet
from catalogue.format import CITY_FILES, OPTIONAL_FILES, parse_item

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "catalogue-format.md").read_text(encoding="utf-8")
SHEETS = sorted(
    (
        thing
        for module in (item_sheet, city_sheets, directory_sheet)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, msgspec.Struct)
    ),
    key=lambda sheet: sheet.__name__,
)


def test_the_example_is_the_shipped_guide():
    example = PAGE.rpartition("```yaml\n")[2].partition("```")[0]
    assert parse_item(example, "page").slug == "id-card-temporary"
    assert example == (ROOT / "catalogue/data/items/id-card-temporary.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.__name__)
def test_every_field_is_named_on_the_page(sheet):
    written = set(re.findall(r"`(\w+)`", PAGE))
    assert set(sheet.__struct_fields__) <= written


def test_every_file_is_named_on_the_page():
    assert all(f"`{name}.yaml`" in PAGE for name in CITY_FILES | OPTIONAL_FILES)
