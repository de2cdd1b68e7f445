"""A file of events, read row by row: a table from a spreadsheet, JSON lines, or one JSON array.

Spreadsheets in China save CSV as GB 18030 as often as UTF-8; both are read. A row that cannot be read is answered with
all that is wrong with it, in Chinese.
"""

import csv
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from cases.errors import CaseNeedsRegistration, EventIncomplete
from cases.import_errors import ColumnMissing, FileTooLarge, FileUnreadable, LineWrong
from cases.pushed import Missing, PushedEvent, Registration, key_of
from cases.timeline import EVENT_NAMES, PROCEDURES, RESULTS, Kind
from foundation import clock
from foundation.errors import Refusal
from identity.idnumber import TITLES, Identity

LARGEST = 64_000_000  # bytes; a hundred thousand events are about 20 million
GZIP = b"\x1f\x8b"
# Column → what it is called in the template. Those with * must be there.
COLUMNS = {
    "event_id": "事件编号*",
    "case_no": "办件编号",
    "kind": "事件*",
    "happened_at": "发生时间*",
    "note": "说明",
    "reference": "本单位流水号",
    "item_code": "事项编码",
    "item_name": "事项名称",
    "department_name": "办理部门",
    "applicant_name": "申请人",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "legal_days": "法定时限",
    "promised_days": "承诺时限",
    "days": "期限天数",
    "procedure": "特别程序",
    "items": "待补材料",
    "result": "决定结果",
    "voids": "撤销事件",
    "document_no": "告知书编号",
}
EXAMPLES = (
    {
        "event_id": "2026-0001-1", "case_no": "350700202611210001", "kind": "收件", "happened_at": "2026-11-20 09:30",
        "item_code": "social-card", "item_name": "社会保障卡申领", "department_name": "人力资源社会保障局",
        "applicant_name": "张三", "id_type": "居民身份证", "id_number": "11010519491231002X", "legal_days": "20",
        "promised_days": "10",
    },
    {
        "event_id": "2026-0001-2", "case_no": "350700202611210001", "kind": "一次性告知",
        "happened_at": "2026-11-20 15:00", "note": "请一次补齐", "days": "10",
        "items": "户口簿复印件|缺少本人页|在“查进度”中上传；近期照片|背景不是白色|到窗口现场拍摄",
    },
)  # fmt: skip
NEEDED = [name for name, title in COLUMNS.items() if title.endswith("*")]
REGISTERING = ("item_code", "item_name", "department_name", "applicant_name", "id_number")
LENGTHS = {"event_id": 80, "case_no": 60, "note": 400, "reference": 80, "item_code": 40, "item_name": 120,
           "department_name": 60, "applicant_name": 60, "document_no": 60, "voids": 80}  # fmt: skip
# As spreadsheets write them; ISO 8601 is read as well.
MOMENTS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
KINDS = {**{one.value: one for one in Kind}, **{name: one for one, name in EVENT_NAMES.items()}}
WRITTEN = {title.rstrip("*"): name for name, title in COLUMNS.items()} | {name: name for name in COLUMNS}

Values = dict[str, Any]


def rows(filename: str, raw: bytes) -> Iterator[tuple[int, Values]]:
    """Line → the values of a row, as they are written. Raises FileUnreadable, FileTooLarge, ColumnMissing."""
    if raw[:2] == GZIP:
        filename, raw = filename.removesuffix(".gz"), _unpacked(raw)
    if filename.lower().endswith((".json", ".jsonl", ".ndjson")):
        yield from _objects(raw)
    else:
        yield from _table(_text(raw))


def _unpacked(raw: bytes) -> bytes:
    """No more than we would take unpacked: a small file may hold a very large one."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(raw, LARGEST + 1)
    except zlib.error:
        raise FileUnreadable from None
    if len(text) > LARGEST:
        raise FileTooLarge
    return text


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable


def _table(text: str) -> Iterator[tuple[int, Values]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        head = [WRITTEN.get(one.strip().rstrip("*"), "") for one in next(reader, [])]
        if missing := [COLUMNS[name] for name in NEEDED if name not in head]:
            raise ColumnMissing(detail=missing)
        for cells in reader:
            if any(one.strip() for one in cells):
                given = zip(head, cells, strict=False)
                yield (
                    reader.line_num,
                    {name: cell.strip().removeprefix("'") for name, cell in given if name and cell.strip()},
                )
    except csv.Error:
        raise FileUnreadable from None


def _objects(raw: bytes) -> Iterator[tuple[int, Values]]:
    """An array, or an object with an array, or an object a line: as departments push them."""
    try:
        if raw.lstrip()[:1] == b"[":
            found = enumerate(msgspec.json.decode(raw, type=list[Values]), start=1)
        else:
            lines = enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1)
            found = ((n, msgspec.json.decode(line, type=Values)) for n, line in lines if line.strip())  # type: ignore[assignment]
        for number, one in found:
            yield number, _flat(one)
    except msgspec.DecodeError:
        raise FileUnreadable from None


def _flat(one: Values) -> Values:
    case = _inner(one, "case")
    person = _inner(case, "applicant")
    named = {
        "applicant_name": person.get("name"),
        "id_number": person.get("id_number"),
        "id_type": person.get("id_type"),
    }
    given = {**{name: value for name, value in case.items() if name != "applicant"}, **named, **one}
    return {name: value for name, value in given.items() if name in COLUMNS and value not in (None, "")}


def _inner(one: Values, name: str) -> Values:
    found = one.get(name)
    return found if isinstance(found, dict) else {}


def event_of(values: Mapping[str, Any], *, source: str, hall_path: str = "") -> PushedEvent:
    """As `source` tells it. Raises LineWrong with every fault."""
    reading = _Reading(values)
    event = PushedEvent(
        event_id=reading.text("event_id"),
        case_no=reading.text("case_no"),
        kind=reading.kind(),
        happened_at=reading.moment(),
        note=reading.text("note"),
        registration=reading.registration(hall_path),
        days=reading.number("days"),
        procedure=reading.one_of("procedure", PROCEDURES),
        items=reading.items(),
        result=reading.one_of("result", RESULTS),
        voids=key_of(source, reading.text("voids")) if values.get("voids") else "",
        document_no=reading.text("document_no"),
    )
    if reading.faults:
        raise LineWrong(detail=reading.faults)
    return event


UNREGISTERED = "该办件还没有登记：请先填写含事项、部门、申请人和证件的一行；前面已有这一行的，请先改好它。"


def said(refusal: Refusal) -> str:
    """What is wrong with a row, in one sentence."""
    if isinstance(refusal, CaseNeedsRegistration):
        return UNREGISTERED
    told = refusal.detail if isinstance(refusal, LineWrong | EventIncomplete) else None
    return "；".join(told) if told else refusal.message


class _Reading:
    """A row being read; what is wrong is gathered."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.faults = [f"缺少{COLUMNS[name].rstrip('*')}" for name in NEEDED if not values.get(name)]

    def text(self, name: str) -> str:
        value = str(self._values.get(name, ""))
        if len(value) > LENGTHS[name]:
            self.faults.append(f"{COLUMNS[name].rstrip('*')}超过 {LENGTHS[name]} 个字")
        if any(not sign.isprintable() for sign in value if sign not in "\n\t"):
            self.faults.append(f"{COLUMNS[name].rstrip('*')}含有不能显示的字符")
        return value

    def kind(self) -> Kind:
        given = str(self._values.get("kind", "")).strip()
        if given and given not in KINDS:
            self.faults.append(f"没有“{given[:20]}”这种事件，应为：{'、'.join(EVENT_NAMES.values())}")
        return KINDS.get(given, Kind.RECEIVED)

    def moment(self) -> datetime:
        given = str(self._values.get("happened_at", "")).strip()
        read = _moment(given)
        if given and read is None:
            self.faults.append(f"发生时间“{given[:30]}”应写成 2026-11-20 09:30")
        return read or clock.now()

    def number(self, name: str) -> int | None:
        given = str(self._values.get(name, "")).strip()
        if not given:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", given) or int(given) > 3650:
            self.faults.append(f"{COLUMNS[name]}应为 0 到 3650 的工作日数")
            return None
        return int(given)

    def one_of(self, name: str, known: Mapping[str, str]) -> str:
        given = str(self._values.get(name, "")).strip()
        codes = {words: code for code, words in known.items()} | {code: code for code in known}
        if given and given not in codes:
            self.faults.append(f"{COLUMNS[name]}应为：{'、'.join(known.values())}")
        return codes.get(given, "")

    def items(self) -> tuple[Missing, ...]:
        given = self._values.get("items") or ""
        if isinstance(given, list):
            parts = [
                [str(one.get(name, "")) for name in ("name", "problem", "how")]
                for one in given
                if isinstance(one, dict)
            ]
        else:
            parts = [[*part.split("|"), "", ""][:3] for part in re.split("[；;\n]", str(given)) if part.strip()]
        if any(not name.strip() or max(map(len, (name, problem, how))) > 120 for name, problem, how in parts):
            self.faults.append("待补材料应写成“名称|问题|怎样提交”，各不超过 120 个字")
        return tuple(Missing(name.strip(), problem.strip(), how.strip()) for name, problem, how in parts)

    def registration(self, hall_path: str) -> Registration | None:
        given = [name for name in REGISTERING if self._values.get(name)]
        if not given:
            return None
        if missing := [COLUMNS[name] for name in REGISTERING if name not in given]:
            self.faults.append(f"登记信息不全，还缺：{'、'.join(missing)}")
            return None
        legal, promised = self.number("legal_days"), self.number("promised_days")
        identity = self._identity()
        if identity is None:
            return None
        return Registration(
            item_code=self.text("item_code"),
            item_name=self.text("item_name"),
            department_name=self.text("department_name"),
            applicant_name=self.text("applicant_name"),
            applicant=identity,
            legal_days=legal,
            promised_days=promised,
            reference=self.text("reference"),
            hall_path=hall_path,
        )

    def _identity(self) -> Identity | None:
        titles = {title: code for code, title in TITLES.items()}
        id_type = str(self._values.get("id_type") or "id_card")
        try:
            return Identity.of(titles.get(id_type, id_type), str(self._values["id_number"]))
        except Refusal as refusal:
            self.faults.append(f"证件号码：{refusal.message}")
            return None


def _moment(given: str) -> datetime | None:
    """With a zone as it says, without one as clocks here show it."""
    try:
        read = datetime.fromisoformat(given)
        return read if read.tzinfo else read.replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        pass
    for form in MOMENTS:
        try:
            return datetime.strptime(given, form).replace(tzinfo=clock.SHANGHAI)
        except ValueError:
            continue
    return None
