import io
import zipfile

import openpyxl
import pytest
from tortoise.exceptions import IntegrityError

from catalogue import edition, exporting, importing
from catalogue.draft_errors import OwnWork
from catalogue.faults import FormatFaults
from catalogue.importing_errors import CatalogueMoved, ImportNotFound, ImportNotOpen, NothingNew, UnknownFile
from catalogue.importing_models import CatalogueImport
from catalogue.models import Hall, ServiceItem
from foundation import clock
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity
from tests.builders.catalogue_files import ITEM

pytestmark = pytest.mark.usefixtures("db", "redis_db")
WITHOUT_FORM = build.item("    form: blank.html\n", "")  # the forms that are served are those of the demo city
CHANGED = WITHOUT_FORM.replace("身份证到期换一张。", "到期换新证。").encode()


@pytest.fixture
async def sender() -> Actor:
    await build.small_city(item=WITHOUT_FORM)
    return Actor.staff(await identity.staff(("editor", ""), username="shangchuan"))


@pytest.fixture
async def approver(sender: Actor) -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username="hedui"))


def repacked(raw: bytes, **changed: str | None) -> bytes:
    """The packed folder with files replaced or, where None, left out; a name is written with `_` for `/`."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(made, "w") as after:
        for one in before.namelist():
            text = changed.get(one.replace("/", "_").removesuffix(".yaml").replace("-", "_"), before.read(one))
            if text is not None:
                after.writestr(one, text)
    return made.getvalue()


async def test_rehearsed_then_applied_by_another(sender: Actor, approver: Actor) -> None:
    before = await edition.number()
    row = await importing.receive(filename="id-card.yaml", raw=CHANGED, by=sender)
    assert row.changes["changed"] == ["id-card"]
    assert await edition.number() == before
    assert (await ServiceItem.get(slug="id-card")).summary == "身份证到期换一张。"
    with pytest.raises(OwnWork):
        await importing.apply(import_id=row.id, by=sender)
    with pytest.raises(IntegrityError):
        await CatalogueImport.filter(id=row.id).update(
            state="applied", approver_id=sender.number, decided_at=clock.now()
        )
    await importing.apply(import_id=row.id, by=approver)
    assert (await ServiceItem.get(slug="id-card")).summary == "到期换新证。"
    with pytest.raises(ImportNotOpen):
        await importing.apply(import_id=row.id, by=approver)
    assert [one.state for one in await importing.latest()] == ["applied"]


async def test_what_goes_out_comes_in_again_and_changes_nothing(sender: Actor) -> None:
    for filename, raw in (("a.xlsx", await exporting.as_workbook()), ("a.zip", await exporting.as_folder())):
        with pytest.raises(NothingNew):
            await importing.receive(filename=filename, raw=raw, by=sender)


async def test_the_demo_city_goes_out_and_comes_in_again() -> None:
    await build.demo_city()
    by = Actor.staff(await identity.staff(("editor", ""), username="shangchuan"))
    with pytest.raises(NothingNew):
        await importing.receive(filename="a.zip", raw=await exporting.as_folder(), by=by)


async def test_a_folder_is_the_whole_catalogue(sender: Actor, approver: Actor) -> None:
    folder = await exporting.as_folder()
    hall = "name: 示例市政务服务中心"
    with zipfile.ZipFile(io.BytesIO(folder)) as packed:
        halls = packed.read("halls.yaml").decode().replace(hall, hall.replace("中心", "大厅"))
    row = await importing.receive(filename="a.zip", raw=repacked(folder, halls=halls), by=sender)
    assert row.changes["city"] == ["大厅 9901"]
    await importing.apply(import_id=row.id, by=approver)
    assert (await Hall.get(code="9901")).name == "示例市政务服务大厅"
    with pytest.raises(FormatFaults) as refused:
        await importing.receive(filename="a.zip", raw=repacked(folder, items_id_card=None), by=sender)
    assert {one.path for one in refused.value.faults} == {"items"}


async def test_what_was_rehearsed_before_the_catalogue_moved_is_not_applied(sender: Actor, approver: Actor) -> None:
    row = await importing.receive(filename="id-card.yaml", raw=CHANGED, by=sender)
    await build.small_city(item=WITHOUT_FORM.replace("二十元。", "20 元。"))
    with pytest.raises(CatalogueMoved):
        await importing.apply(import_id=row.id, by=approver)
    await importing.drop(import_id=row.id, by=sender)
    with pytest.raises(ImportNotFound):
        await importing.drop(import_id=row.id + 100, by=sender)


@pytest.mark.parametrize(
    ("filename", "raw"),
    [
        ("a.yaml", ITEM.replace("department: police", "department: gone").encode()),
        ("a.yaml", "名".encode("gbk")),
        ("a.zip", b"nothing"),
        ("a.zip", b"PK\x05\x06" + bytes(18)),
        ("a.xlsx", b"nothing"),
    ],
)
async def test_a_wrong_file_changes_nothing(sender: Actor, filename: str, raw: bytes) -> None:
    with pytest.raises((FormatFaults, UnknownFile)):
        await importing.receive(filename=filename, raw=raw, by=sender)
    assert await CatalogueImport.all().count() == 0


@pytest.mark.parametrize("path", ["../../evil.yaml", "/etc/evil.yaml", "items/../../evil.yaml"])
async def test_no_file_gets_out_of_the_folder(sender: Actor, path: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(path, "slug: x")
    with pytest.raises(FormatFaults, match="路径不正确"):
        await importing.receive(filename="a.zip", raw=made.getvalue(), by=sender)


async def test_what_another_item_has_and_codes_nobody_knows_are_told_where_they_stand(sender: Actor) -> None:
    taken = WITHOUT_FORM.replace("slug: id-card\n", "slug: copy\n").replace("department: police", "department: none")
    with pytest.raises(FormatFaults) as refused:
        await importing.receive(filename="copy.yaml", raw=taken.encode(), by=sender)
    lines = taken.splitlines()
    told = {(one.field, lines[one.line - 1].split(":")[0]) for one in refused.value.faults}
    assert told >= {("item_code", "item_code"), ("name", "name"), ("department", "department")}


async def test_two_items_of_a_workbook_with_one_code(sender: Actor) -> None:
    book = openpyxl.load_workbook(io.BytesIO(await exporting.as_workbook()))
    for page in book:
        for row in list(page.iter_rows(min_row=3, values_only=True)):
            page.append(["copy", *row[1:]])
    made = io.BytesIO()
    book.save(made)
    with pytest.raises(FormatFaults) as refused:
        await importing.receive(filename="a.xlsx", raw=made.getvalue(), by=sender)
    assert [(one.path, one.line, one.field) for one in refused.value.faults] == [
        ("a.xlsx·事项", 4, "C 列 实施编码"),
        ("a.xlsx·事项", 4, "E 列 名称"),
    ]


async def test_what_a_file_changes_of_one_item(sender: Actor) -> None:
    row = await importing.receive(filename="id-card.yaml", raw=CHANGED, by=sender)
    old, new = await importing.sheets(row.id, "id-card")
    assert (old["summary"], new["summary"]) == ("身份证到期换一张。", "到期换新证。")
    await importing.drop(import_id=row.id, by=sender)
    with pytest.raises(ImportNotOpen):
        await importing.sheets(row.id, "id-card")
