"""The directory kept on the console: checked as a folder is, audited, hidden from citizens, and still in the export."""

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from catalogue import directory, directory_editing, exporting, shelf
from catalogue.directory_errors import (
    HidingReasonNeeded,
    ProviderChanged,
    ProviderFaults,
    ProviderNotFound,
    ProviderTaken,
)
from foundation import audit
from foundation.actor import Actor
from tests.builders import catalogue as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")

BY = Actor.system("test")
EAST = {
    "code": "east", "name": "东岸公证处", "kind": "公证", "credit_code": "91990100DEMB000114", "region": "东岸区",
    "address": "滨河路 52 号", "phone": "0000-5553001", "hours": "周一至周五", "services": ["继承公证"],
    "fees": "按标准。", "items": ["id-card"],
}  # fmt: skip


@pytest.fixture(autouse=True)
async def city(db: None) -> None:
    await build.small_city()
    shelf.forget()


async def test_added_corrected_hidden_and_shown_again() -> None:
    before = len(await directory.everyone())
    await directory_editing.add(values=EAST, by=BY)
    shelf.forget()
    assert [one.code for one in await directory.everyone()][before:] == ["east"]
    with pytest.raises(ProviderTaken):
        await directory_editing.add(values=EAST, by=BY)
    seen = directory_editing.mark(await directory.find("east"))
    for _ in range(2):
        await directory_editing.correct(code="east", values={**EAST, "phone": "12345"}, seen=seen, by=BY)
    with pytest.raises(ProviderChanged):
        await directory_editing.correct(code="east", values={**EAST, "hours": "周一"}, seen=seen, by=BY)
    with pytest.raises(HidingReasonNeeded):
        await directory_editing.hide(code="east", reason=" ", by=BY)
    await directory_editing.hide(code="east", reason="已注销", by=BY)
    shelf.forget()
    assert [one.code for one in await directory.for_item("id-card") if one.code == "east"] == []
    with pytest.raises(ProviderNotFound):
        await directory.find("east")
    await directory_editing.show_again(code="east", by=BY)
    shelf.forget()
    assert (await directory.find("east")).phone == "12345"
    deeds = await audit.latest(["intermediary:east"])
    assert [one.action.partition(".")[2] for one in deeds] == ["shown", "hidden", "corrected", "added"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": "打电话"}, "电话："),
        ({"services": []}, "服务内容："),
        ({"services": ["公证", ""]}, "服务内容第 2 行："),
        ({"kind": "算命"}, "类别："),
        ({"items": ["nothing"]}, "可能用到的事项："),
    ],
)
async def test_faults_are_told_by_the_names_of_the_form(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ProviderFaults) as refused:
        await directory_editing.add(values={**EAST, **wrong}, by=BY)
    assert any(line.startswith(said) for line in refused.value.detail)


async def test_what_is_hidden_stays_hidden_through_export_and_import(tmp_path: Path) -> None:
    await directory_editing.add(values=EAST, by=BY)
    await directory_editing.hide(code="east", reason="已注销", by=BY)
    shelf.forget()
    zipfile.ZipFile(io.BytesIO(await exporting.as_folder())).extractall(tmp_path)
    (tmp_path / "forms" / "blank.html").write_text("空白表格", encoding="utf-8")
    rows = yaml.safe_load((tmp_path / "intermediaries.yaml").read_text(encoding="utf-8"))["intermediaries"]
    assert {row["code"]: row.get("hidden", False) for row in rows}["east"] is True
    await directory_editing.show_again(code="east", by=BY)
    assert "中介机构 east" in (await build.load(tmp_path)).city
    shelf.forget()
    assert "east" not in [one.code for one in await directory.everyone()]
