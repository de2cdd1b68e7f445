"""Files of events: read as spreadsheets and systems write them, rehearsed, taken in, and gone on with after an end."""

import asyncio
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

from cases import import_command, import_jobs, import_reading, importing
from cases.import_errors import ColumnMissing, FileTooLarge, FileUnreadable, ImportNotReady, LineWrong, NoImport
from cases.import_models import CaseImport, CaseImportFault, CaseImportPart
from cases.models import Case, CaseEvent
from cases.timeline import Kind
from foundation import clock
from foundation.actor import Actor
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.cases import case_number

BY = Actor.system("case_import")


def row(number: str, kind: str = "收件", **more: Any) -> dict[str, Any]:
    return {"event_id": f"{number}-{kind}", "case_no": number, "kind": kind, "happened_at": "2026-01-05 09:30", **more}


def registering(number: str, **more: Any) -> dict[str, Any]:
    case = {
        "item_code": "social-card", "item_name": "社会保障卡申领", "department_name": "人社局", "legal_days": 20,
        "applicant": {"name": "张三", "id_number": people.id_number()}, "promised_days": 10,
    }  # fmt: skip
    return row(number, case=case, **more)


def lines(*rows: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in rows).encode()


def table(*rows: dict[str, str]) -> str:
    columns = import_reading.COLUMNS
    return "\n".join([",".join(columns.values()), *(",".join(one.get(name, "") for name in columns) for one in rows)])


async def received(raw: bytes, filename: str = "events.jsonl", **more: Any) -> int:
    return await importing.receive(filename=filename, raw=raw, source="hr-bureau", by=BY, **more)


def read(values: dict[str, Any]):
    return import_reading.event_of(values, source="hr-bureau")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_spreadsheets_table_is_read_as_it_was_saved(encoding: str):
    (first, one), (second, other) = import_reading.rows("表.csv", table(*import_reading.EXAMPLES).encode(encoding))
    assert (first, second) == (2, 3)
    event, notice = read(one), read(other)
    assert (event.kind, event.happened_at.isoformat()) == (Kind.RECEIVED, "2026-11-20T09:30:00+08:00")
    assert event.registration is not None
    assert (event.registration.applicant_name, event.registration.legal_days) == ("张三", 20)
    assert [(item.name, item.problem, item.how) for item in notice.items] == [
        ("户口簿复印件", "缺少本人页", "在“查进度”中上传"), ("近期照片", "背景不是白色", "到窗口现场拍摄"),
    ]  # fmt: skip


def test_systems_write_an_array_or_a_line_each():
    rows = [registering("3507-1"), row("3507-1", "accepted", happened_at="2026-01-06T02:00:00+00:00")]
    packed = gzip.compress(lines(*rows))
    for name, raw in (("a.json", json.dumps(rows).encode()), ("a.jsonl", lines(*rows)), ("a.jsonl.gz", packed)):
        found = [read(values) for _, values in import_reading.rows(name, raw)]
        assert [one.kind for one in found] == [Kind.RECEIVED, Kind.ACCEPTED]
        assert found[0].registration is not None
        assert found[1].happened_at.isoformat() == "2026-01-06T02:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "raw", "refusal"),
    [
        ("a.csv", "说明,办件编号\n一,二".encode(), ColumnMissing),
        ("a.csv", b"\xff\xfe\x00\x81\xff", FileUnreadable),
        ("a.json", b'[{"event_id": 1', FileUnreadable),
        ("a.jsonl", b"not json", FileUnreadable),
        ("a.json", b'["text"]', FileUnreadable),
        ("a.jsonl.gz", b"\x1f\x8bbroken", FileUnreadable),
    ],
)
def test_what_is_no_such_file_is_refused(name: str, raw: bytes, refusal: type):
    with pytest.raises(refusal):
        list(import_reading.rows(name, raw))


def test_a_small_file_that_holds_a_large_one_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_reading, "LARGEST", 1000)
    with pytest.raises(FileTooLarge):
        list(import_reading.rows("a.jsonl.gz", gzip.compress(b" " * 100_000)))


def test_a_row_is_told_all_that_is_wrong_with_it():
    wrong = {
        "event_id": "x" * 81, "kind": "办结了", "happened_at": "昨天", "item_code": "a", "days": "很多",
        "procedure": "抓阄", "items": "|没有名称|", "result": "也许",
    }  # fmt: skip
    with pytest.raises(LineWrong) as caught:
        read(wrong)
    said = import_reading.said(caught.value)
    for part in ("事件编号超过 80 个字", "没有“办结了”这种事件", "发生时间“昨天”", "登记信息不全", "期限天数应为",
                 "特别程序应为", "待补材料应写成", "决定结果应为"):  # fmt: skip
        assert part in said
    person = registering("3507-9")
    person["case"]["applicant"]["id_number"] = "110105194912310021"
    ((_, values),) = import_reading.rows("a.jsonl", lines(person))
    with pytest.raises(LineWrong) as caught:
        read(values)
    assert "证件号码：" in import_reading.said(caught.value)
    assert "1101051949" not in import_reading.said(caught.value)


@pytest.mark.usefixtures("db")
async def test_a_rehearsal_says_what_would_come_of_it_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "PART", 2)
    one, other = case_number(), case_number()
    import_id = await received(
        lines(
            registering(one),
            registering(other),
            row(one, "受理"),
            row(case_number()),
            row(one, "飞升"),
            row(other, "办结"),
        )
    )
    await importing.rehearse(import_id=import_id)
    kept = await importing.find(import_id)
    assert (kept.state, kept.counts) == ("rehearsed", {"appended": 4, "repeated": 0, "refused": 2})
    assert [(one.line, one.code) for one in await importing.faults(import_id)] == [
        (4, "CaseNeedsRegistration"), (5, "LineWrong"),
    ]  # fmt: skip
    assert not await Case.exists()
    assert await told("CaseMoved") == []


@pytest.mark.usefixtures("db")
async def test_what_was_rehearsed_is_taken_in_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "PART", 2)
    numbers = [case_number() for _ in range(5)]
    raw = lines(*(registering(one) for one in numbers), *(row(one, "办结") for one in numbers))
    import_id = await received(raw)
    for early in (importing.start(import_id=import_id, by=BY), importing.start(import_id=0, by=BY)):
        with pytest.raises((ImportNotReady, NoImport)):
            await early
    await importing.rehearse(import_id=import_id)
    await importing.start(import_id=import_id, by=BY)
    with pytest.raises(ImportNotReady):
        await importing.drop(import_id=import_id, by=BY)
    await asyncio.gather(*(import_jobs.run(import_id=import_id) for _ in range(3)))
    assert (await importing.find(import_id)).counts == {"appended": 10, "repeated": 0, "refused": 0}
    assert {one.stage for one in await Case.all()} == {"closed"}
    assert await told("CaseMoved") == [], "what happened long ago is told nobody"
    again = await received(raw, quiet=False)
    await importing.rehearse(import_id=again)
    assert (await importing.find(again)).counts["repeated"] == 10
    await importing.drop(import_id=again, by=BY)
    await import_jobs.rehearse(import_id=again)
    assert (await importing.find(again)).state == "dropped"
    assert not await CaseImportPart.exists(), "names and numbers go with the end"


@pytest.mark.usefixtures("db")
async def test_a_file_lies_sealed_and_one_that_is_forgotten_goes():
    number = people.id_number()
    file = registering(case_number())
    file["case"]["applicant"]["id_number"] = number
    import_id = await received(lines(file))
    assert number not in (await CaseImportPart.get()).content_sealed
    await import_jobs.drop_forgotten()
    assert await CaseImportPart.exists()
    with clock.shifted(timedelta(days=8)):
        await import_jobs.drop_forgotten()
    assert (await importing.find(import_id)).state == "dropped"
    assert not await CaseImportPart.exists()


@pytest.mark.usefixtures("db")
async def test_an_import_that_was_killed_goes_on_with_the_next_part(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "PART", 3)
    numbers = [case_number() for _ in range(9)]
    import_id = await received(lines(*(registering(one) for one in numbers)))
    await importing.rehearse(import_id=import_id)
    await importing.start(import_id=import_id, by=BY)
    whole, seen = importing._count, 0

    async def killed(*args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:  # the rows of the second part are written, and not committed
            raise asyncio.CancelledError
        await whole(*args)

    monkeypatch.setattr(importing, "_count", killed)
    with pytest.raises(asyncio.CancelledError):
        await importing.run(import_id=import_id)
    kept = await importing.find(import_id)
    assert (kept.position, kept.counts["appended"], await Case.all().count()) == (1, 3, 3)
    await importing.run(import_id=import_id)
    kept = await importing.find(import_id)
    assert (kept.state, kept.counts["appended"], await CaseEvent.all().count()) == ("done", 9, 9)


@pytest.mark.usefixtures("db", "redis_db")
async def test_from_the_command_line(tmp_path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    async def nothing(*args: Any, **kwargs: Any) -> None:
        """The test's own connections are used."""

    for name in ("start", "stop"):
        monkeypatch.setattr(import_command.database, name, nothing)
        monkeypatch.setattr(import_command.redis, name, nothing)
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(registering(case_number()), row(case_number())))
    assert await import_command.main([str(file), "--source", "hr-bureau", "--dry-run"]) == 1
    assert not await Case.exists()
    assert await import_command.main([str(file), "--source", "hr-bureau"]) == 1
    said = capsys.readouterr().out
    assert "第 2 行" in said
    assert "2 行：接收 1，已有 0，不能接收 1" in said
    assert (await Case.get()).source == "hr-bureau"
    done = await CaseImport.filter(state="done").get()
    assert await import_command.main(["--resume", str(done.id)]) == 1
    (tmp_path / "empty.csv").write_text("事件编号*,事件*,发生时间*\n")
    assert await import_command.main([str(tmp_path / "empty.csv")]) == 2
    assert await CaseImportFault.all().count() == 2
