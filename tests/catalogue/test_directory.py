"""中介服务机构名录: comes in with the folder, stays without the file, points at guides that exist."""

from pathlib import Path

import asyncpg
import pytest

from catalogue import directory, shelf
from catalogue.directory_models import Intermediary
from catalogue.faults import FormatFaults
from catalogue.format import check_catalogue, parse_intermediaries
from foundation import database
from tests.builders import catalogue as build
from tests.builders.catalogue_files import write_catalogue

ROW = """\
  - code: {code}
    name: {code}公证处
    kind: 公证
    credit_code: 91990100DEMB000114
    region: 东岸区
    address: 示例市滨河路 52 号
    phone: "0000-5553001"
    hours: 周一至周五 9:00–17:00
    services: [继承公证]
    fees: 按省定标准。
    items: [{item}]
"""


def directory_file(*codes: str, item: str = "id-card") -> str:
    return "intermediaries:\n" + "".join(ROW.format(code=code, item=item) for code in codes)


async def load(folder: Path, written: str | None) -> list[str]:
    write_catalogue(folder)
    file = folder / "intermediaries.yaml"
    if written is None:
        file.unlink()
    else:
        file.write_text(written, encoding="utf-8")
    changes = await build.load(folder)
    return changes.city


async def test_it_comes_in_stays_and_goes(tmp_path: Path, db: None, redis_db: object) -> None:
    assert "中介机构 east" in await load(tmp_path, directory_file("east", "west"))
    assert [one.code for one in await directory.everyone()] == ["east", "west"]
    assert [one.code for one in await directory.for_item("id-card")] == ["east", "west"]
    assert await directory.for_item("passport") == []
    assert await load(tmp_path, None) == []
    assert await load(tmp_path, directory_file("west", "east")) == ["中介机构 west", "中介机构 east"]
    assert [one.code for one in await directory.everyone()] == ["west", "east"]
    assert await load(tmp_path, directory_file("west")) == ["中介机构 east"]
    shelf.forget()
    assert [one.code for one in await directory.everyone()] == ["west"]


async def test_the_database_has_the_last_word(tmp_path: Path, db: None, redis_db: object) -> None:
    await load(tmp_path, directory_file("east"))
    for change in ("kind = '占卜'", "credit_code = '91990100DEMB00011I'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await database.execute(f"update intermediary set {change}")
    assert await Intermediary.all().count() == 1


def test_a_guide_that_does_not_exist_is_a_fault_of_its_line(tmp_path: Path) -> None:
    file = write_catalogue(tmp_path) / "intermediaries.yaml"
    file.write_text(directory_file("east", item="id-cart"), encoding="utf-8")
    (fault,) = check_catalogue(tmp_path)
    assert (fault.line, fault.field) == (12, "intermediaries[0].items[0]")
    assert "id-cart" in fault.message


def test_a_code_stands_once() -> None:
    with pytest.raises(FormatFaults) as faults:
        parse_intermediaries(directory_file("east", "east"), "intermediaries.yaml")
    assert [(one.line, one.field) for one in faults.value.faults] == [(13, "intermediaries[1].code")]
