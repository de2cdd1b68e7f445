"""Forms and examples: what they say they are, under one name for ever, out with the catalogue and in again."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from catalogue import drafting, exporting, file_kinds, file_sending, files, importing
from catalogue.draft_errors import DraftNotOpen
from catalogue.draft_models import GuideDraft
from catalogue.faults import FormatFaults
from catalogue.file_errors import (
    FileEmpty,
    FileKindUnknown,
    FileNotAsNamed,
    FileTooLarge,
    FileWithMacros,
    GuideFileNotFound,
)
from catalogue.file_models import GuideFile
from catalogue.models import Guide
from foundation import audit, object_store, settings
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity
from tests.builders.office_files import COMPOUND, DOC, DOCX, JPG, PDF, PNG, XLS, XLSX, ooxml

KINDS = {
    "表.pdf": PDF, "表.doc": DOC, "表.docx": DOCX, "表.xls": XLS, "表.XLSX": XLSX, "例.png": PNG, "例.jpeg": JPG,
}  # fmt: skip


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings_env: settings.Settings) -> Iterator[Path]:
    """A folder of files of this test's own."""
    folder = tmp_path / "objects"
    settings.use(replace(settings_env, object_store=replace(settings_env.object_store, folder=str(folder))))
    yield folder
    settings.use(settings_env)


@pytest.fixture
async def editor(db: None, redis_db: object) -> Actor:
    await build.small_city()
    return Actor.staff(await identity.staff(("editor", ""), username="bianji"))


@pytest.fixture
async def draft(editor: Actor) -> GuideDraft:
    return await drafting.begin(slug="id-card", by=editor)


@pytest.mark.parametrize("filename", KINDS)
def test_each_kind_is_what_its_name_says(filename: str) -> None:
    kind = file_kinds.kind_of(filename, KINDS[filename])
    assert kind.ending == filename.rpartition(".")[2].lower().replace("jpeg", "jpg")


@pytest.mark.parametrize(
    ("filename", "data", "refusal"),
    [
        ("表.pdf", b"", FileEmpty),
        ("表.pdf", PDF + b"\0" * file_kinds.LARGEST, FileTooLarge),
        ("表.exe", PDF, FileKindUnknown),
        ("表", PDF, FileKindUnknown),
        ("表.html", b"<script>", FileKindUnknown),
        ("表.pdf", PNG, FileNotAsNamed),
        ("表.pdf", b"MZ\x90\0%PDF-1.4 %%EOF", FileNotAsNamed),
        ("表.docx", XLSX, FileNotAsNamed),
        ("表.xlsx", PDF, FileNotAsNamed),
        ("表.docx", b"PK\x03\x04 no package", FileNotAsNamed),
        ("表.doc", XLS, FileNotAsNamed),
        ("例.png", JPG, FileNotAsNamed),
        ("表.docx", ooxml("word/document.xml", "word/vbaProject.bin"), FileWithMacros),
        ("表.doc", COMPOUND + "WordDocument_VBA_PROJECT".encode("utf-16-le"), FileWithMacros),
    ],
)
def test_what_it_is_not_is_refused(filename: str, data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        file_kinds.kind_of(filename, data)


async def test_a_published_version_keeps_its_file(draft: GuideDraft, editor: Actor) -> None:
    old = await file_sending.send(draft_id=draft.id, filename="C:\\桌面\\申请表.pdf", data=PDF, by=editor)
    assert (old.title, old.content_type, old.size) == ("申请表.pdf", "application/pdf", len(PDF))
    assert (await file_sending.send(draft_id=draft.id, filename="申请表.pdf", data=PDF, by=editor)).id == old.id
    assert "guide_file.kept" in [one.action for one in await audit.latest(["guide:id-card"])]
    await publish(draft, editor, form=old.name)
    again = await drafting.begin(slug="id-card", by=editor)
    new = await file_sending.send(draft_id=again.id, filename="申请表.pdf", data=PDF + b"%%EOF\n", by=editor)
    assert new.name != old.name
    assert (await Guide.get(item__slug="id-card", state="published")).content["materials"][0]["form"] == old.name
    assert (await files.hand_out(old.name)).data == PDF
    assert [one.id for one in await files.of_item("id-card")] == [new.id, old.id]
    for change in (GuideFile.filter(id=old.id).update(sha256="0" * 64), GuideFile.filter(id=old.id).delete()):
        with pytest.raises(asyncpg.RaiseError, match="never changes"):
            await change


async def publish(draft: GuideDraft, editor: Actor, *, form: str) -> None:
    sheet = {**draft.sheet, "materials": [{**draft.sheet["materials"][0], "form": form}, *draft.sheet["materials"][1:]]}
    saved = await drafting.save(draft_id=draft.id, revision=draft.revision, sheet=sheet, by=editor)
    await drafting.submit(draft_id=saved.id, by=editor)
    another = Actor.staff(await identity.staff(("editor", ""), username="fuhe"))
    await drafting.publish(draft_id=saved.id, by=another)


async def test_a_sheet_names_only_files_there_are(draft: GuideDraft, editor: Actor) -> None:
    with pytest.raises(FormatFaults) as refused:
        await publish(draft, editor, form="id-card-000000000000.pdf")
    assert [one.field for one in refused.value.faults] == ["materials[0].form"]
    await drafting.drop(draft_id=draft.id, by=editor, note="不改了")
    with pytest.raises(DraftNotOpen):
        await file_sending.send(draft_id=draft.id, filename="表.pdf", data=PDF, by=editor)


async def test_nothing_else_is_handed_out(draft: GuideDraft, editor: Actor, store: Path) -> None:
    for name in ("../models.py", "nothing.pdf", "", "a" * 200 + ".pdf", "house-transfer-form.html/x"):
        with pytest.raises(GuideFileNotFound):
            await files.hand_out(name)
    shipped = next(one for one in files.SHIPPED.iterdir())
    assert (await files.hand_out(shipped.name)).data == shipped.read_bytes()
    sent = await file_sending.send(draft_id=draft.id, filename="表.pdf", data=PDF, by=editor)
    await object_store.delete(files.key(sent.sha256))
    with pytest.raises(object_store.ObjectMissing):
        await files.hand_out(sent.name)


async def test_they_go_out_and_come_in_with_the_catalogue(draft: GuideDraft, editor: Actor, tmp_path: Path) -> None:
    sent = await file_sending.send(draft_id=draft.id, filename="表.pdf", data=PDF, by=editor)
    await publish(draft, editor, form=sent.name)
    packed = await exporting.as_folder()
    with zipfile.ZipFile(io.BytesIO(packed)) as folder:
        assert folder.read(f"forms/{sent.name}") == PDF
        folder.extractall(tmp_path / "city")
    (tmp_path / "city" / "forms" / "blank.html").write_text("空白表格", encoding="utf-8")
    (tmp_path / "city" / "forms" / sent.name).rename(tmp_path / "city" / "forms" / "other.pdf")
    item = tmp_path / "city" / "items" / "id-card.yaml"
    item.write_text(item.read_text(encoding="utf-8").replace(sent.name, "other.pdf"), encoding="utf-8")
    await build.load(tmp_path / "city")
    assert (await files.hand_out("other.pdf")).data == PDF
    (tmp_path / "city" / "forms" / "other.pdf").write_bytes(PDF + b"%%EOF\n")
    with pytest.raises(FormatFaults, match="同名的另一份文件"):
        await build.load(tmp_path / "city")
    (tmp_path / "city" / "forms" / "other.pdf").write_bytes(b"<html>")
    with pytest.raises(FormatFaults, match="扩展名不符"):
        await importing.receive(filename="city.zip", raw=zipped(tmp_path / "city"), by=editor)


def zipped(folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder))
    return made.getvalue()
