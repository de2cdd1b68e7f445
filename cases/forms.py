"""The form of an item as it is shown and checked: what must be filled in depends on what was chosen before."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from cases.filing_errors import FormFaults, NoOnlineForm
from catalogue import guides, shelf
from catalogue.form_faults import YES_NO, condition
from catalogue.guides import GuidePage
from catalogue.item_sheet import FormField, Material
from catalogue.models import Guide
from identity.errors import NumberFault
from identity.idnumber import Identity

LONGEST = {"单行": 200, "多行": 2000}
FAR = 10**9
PHONE = re.compile(r"1[3-9][0-9]{9}")
WHOLE = re.compile(r"[0-9]{1,10}")
Answers = dict[str, Any]  # field → text, or a list of texts where several may be chosen


@dataclass(frozen=True)
class Form:
    """The form and the materials of one version of a guide."""

    guide_id: int
    version: int
    fields: tuple[FormField, ...]
    materials: tuple[Material, ...]
    delivery: tuple[str, ...]
    halls: tuple[str, ...]

    def material(self, name: str) -> Material | None:
        return next((one for one in self.materials if one.name == name), None)


async def of_item(slug: str) -> tuple[Form, GuidePage]:
    """The form of an item today. Raises ItemNotFound, NoOnlineForm."""
    page = await guides.page(slug)
    return await of_guide(page.guide_id), page


async def of_guide(guide_id: int) -> Form:
    """The form of one version, which stays as it is. Raises NoOnlineForm."""
    form = await shelf.keep(("form", guide_id), lambda: _read(guide_id))
    if not form.fields:
        raise NoOnlineForm
    return form


async def _read(guide_id: int) -> Form:
    guide = await Guide.get(id=guide_id)
    sheet = guide.content
    return Form(
        guide_id=guide.id,
        version=guide.version,
        fields=tuple(msgspec.convert(one, FormField) for one in sheet.get("online_form", [])),
        materials=tuple(msgspec.convert(one, Material) for one in sheet["materials"]),
        delivery=tuple(sheet["result"]["delivery"]),
        halls=tuple(dict.fromkeys(one["hall"] for one in sheet["places"])),
    )


async def result_of(item_code: str) -> tuple[tuple[str, ...], GuidePage]:
    """How the result of an item may reach people, whether it has a form or not. Raises ItemNotFound."""
    page = await guides.page(item_code)
    return tuple(page.sheet["result"]["delivery"]), page


def filled_on_line(material: Material) -> bool:
    """What is filled in on the spot (现场填写) is the online form itself, signed by the pledge."""
    return material.source == "现场填写"


def must_be_there(material: Material) -> bool:
    """Not what only some applicants need, and not what the form itself is."""
    return material.when is None and not filled_on_line(material)


def shown(fields: Sequence[FormField], answers: Answers) -> list[FormField]:
    """The fields that these answers make appear; a field that is not shown is no answer to others."""
    visible: dict[str, FormField] = {}
    for one in fields:
        if one.shown_if is None:
            visible[one.field] = one
            continue
        field, wanted = condition(one.shown_if)
        given = answers.get(field) if field in visible else None
        if set(given if isinstance(given, list) else [given]) & set(wanted):
            visible[one.field] = one
    return list(visible.values())


def draft(form: Form, answers: Answers) -> Answers:
    """Answers of fields that exist, as they are: a draft may be wrong and unfinished. Raises FormFaults when huge."""
    known = {one.field for one in form.fields}
    kept = {name: value for name, value in answers.items() if name in known}
    too_long = [name for name, value in kept.items() if sum(map(len, _texts(value))) > LONGEST["多行"]]
    if too_long:
        raise FormFaults(detail=[{"field": name, "problem": "内容太长，请精简"} for name in too_long])
    return kept


def checked(form: Form, answers: Answers) -> Answers:
    """The answers of the fields that are shown, tidied. Raises FormFaults with one sentence for each wrong field."""
    clean: Answers = {}
    faults: list[dict[str, str]] = []
    for one in shown(form.fields, answers):
        value = _tidied(answers.get(one.field))
        if not value:
            faults += [] if one.optional else [{"field": one.field, "problem": f"请填写{one.label}"}]
            continue
        found = next(_faults(one, value), None)
        if found:
            faults.append({"field": one.field, "problem": found})
        clean[one.field] = value
    if faults:
        raise FormFaults(detail=faults)
    return clean


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _tidied(value: Any) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(str(one).strip() for one in value if str(one).strip()))
    return "" if value is None else str(value).replace("\x00", "").strip()


def _faults(one: FormField, value: Any) -> Iterator[str]:
    if isinstance(value, list) != (one.asks == "多选"):
        yield f"{one.label}填写方式不对，请重新填写"
        return
    if one.asks in ("单选", "多选", "是否"):
        known = one.options or YES_NO
        if set(_texts(value)) - set(known):
            yield f"请从选项中选择{one.label}"
        return
    yield from _CHECKS.get(one.asks, _text)(one, value)


def _text(one: FormField, value: str) -> Iterator[str]:
    longest = min(one.most or LONGEST[one.asks], LONGEST[one.asks])
    if len(value) > longest:
        yield f"{one.label}不能超过 {longest} 字"
    if one.least and len(value) < one.least:
        yield f"{one.label}至少 {one.least} 字"
    if one.pattern and len(value) <= longest and not re.fullmatch(one.pattern, value):
        yield f"{one.label}格式不正确，{one.hint or '请核对'}"


def _number(one: FormField, value: str) -> Iterator[str]:
    least, most = one.least or 0, FAR if one.most is None else one.most
    if not WHOLE.fullmatch(value) or not least <= int(value) <= most:
        upto = f"到 {most} " if most < FAR else "以上"
        yield f"{one.label}应为 {least} {upto}的整数"


def _day(one: FormField, value: str) -> Iterator[str]:
    try:
        date.fromisoformat(value)
    except ValueError:
        yield f"{one.label}应为日期，如 2026-01-31"


def _id_number(one: FormField, value: str) -> Iterator[str]:
    try:
        Identity.of("id_card", value)
    except NumberFault:
        yield f"{one.label}不是正确的公民身份号码，请核对"


def _phone(one: FormField, value: str) -> Iterator[str]:
    if not PHONE.fullmatch(value):
        yield f"{one.label}应为 11 位手机号码"


_CHECKS = {"数字": _number, "日期": _day, "身份证号": _id_number, "手机号": _phone}
