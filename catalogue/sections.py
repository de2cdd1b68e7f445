"""办事指南要素: a sheet told in the sections that people read and answers cite; one fact a line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalogue.item_sheet import Fee, ItemFile, LegalBasis, Material, Period, Place, SpecialProcedure, Step
from foundation import money


@dataclass(frozen=True, kw_only=True)
class HallLine:
    """What a guide says of a hall."""

    name: str
    address: str
    opening_hours: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One element. `also`: other ways to ask a question, to name a variant."""

    kind: str
    title: str
    text: str
    also: tuple[str, ...] = ()


def sections_of(sheet: ItemFile, *, department: str, halls: Mapping[str, HallLine]) -> list[Section]:
    """Every element the sheet has, in reading order. `halls` by code."""
    elements = [
        ("summary", "事项简介", _summary(sheet, department)),
        ("conditions", "受理条件", iter(sheet.conditions)),
        ("materials", "申请材料", map(_material, sheet.materials)),
        ("steps", "办理流程", (_step(number, step) for number, step in enumerate(sheet.steps, 1))),
        ("periods", "办理时限", _periods(sheet.period, sheet.special_procedures)),
        ("fees", "收费标准", (line for fee in sheet.fees for line in _fee(fee))),
        ("places", "办理地点和时间", (_place(place, halls[place.hall]) for place in sheet.places)),
        ("online", "网上办理", _online(sheet)),
        ("booking", "预约办理", _booking(sheet)),
        ("result", "结果送达", _result(sheet)),
        ("legal_basis", "设定依据", map(_basis, sheet.legal_basis)),
        ("contacts", "咨询投诉", _contacts(sheet)),
        ("notes", "注意事项", iter(sheet.notes)),
    ]
    found = [Section(kind=kind, title=title, text="\n".join(lines)) for kind, title, lines in elements]
    found += [Section(kind="variant", title=one.name, text=one.differs, also=(*one.aliases,)) for one in sheet.variants]
    found += [Section(kind="question", title=one.question, text=one.answer, also=(*one.also,)) for one in sheet.faqs]
    return [section for section in found if section.text]


def _summary(sheet: ItemFile, department: str) -> Iterator[str]:
    yield sheet.summary
    yield f"办理部门：{department}"
    yield f"服务对象：{'、'.join(sheet.audience)}"
    yield f"办件类型：{sheet.kind}"
    yield f"通办范围：{sheet.reach}"
    yield f"到现场次数：{f'{sheet.visits} 次' if sheet.visits else '0 次，全程网办'}"


def _material(material: Material) -> str:
    form = "或".join(material.format)
    facts = [f"{form} {material.copies} 份" if material.copies else form]
    if material.when:
        facts.append(f"{material.when}时提供")
    if material.signature:
        facts.append(material.signature)
    if material.exempt:
        facts.append(f"免提交，调用{material.licence}")
    if material.may_follow:
        facts.append("可容缺后补")
    if material.source == "现场填写":
        facts.append("现场填写")
    return f"{material.name}（{'；'.join(facts)}）" + (f"：{material.note}" if material.note else "")


def _step(number: int, step: Step) -> str:
    return f"{number}. {step.name}：{step.text}" + (f"（{step.days} 个工作日）" if step.days else "")


def _periods(period: Period, special: list[SpecialProcedure]) -> Iterator[str]:
    yield f"承诺时限：{f'{period.promised_days} 个工作日' if period.promised_days else '当场办结'}"
    if period.legal_days is not None:
        basis = f"（{period.basis}）" if period.basis else ""
        yield f"法定时限：{f'{period.legal_days} 个{period.unit}' if period.legal_days else '当场办结'}{basis}"
    if period.note:
        yield period.note
    for one in special:
        days = f"，{one.days} 个工作日" if one.days else ""
        yield f"{one.name}（不计入时限{days}）：{one.text}"


def _fee(fee: Fee) -> Iterator[str]:
    amount = f"{money.yuan(fee.amount_fen).removesuffix('.00')} 元/{fee.unit}" if fee.amount_fen else "不收费"
    yield f"{fee.name}：{amount}" + (f"（{fee.when}）" if fee.when else "") + f"。依据：{fee.basis}"
    if fee.exemption:
        yield f"{fee.name}减免：{fee.exemption}"


def _place(place: Place, hall: HallLine) -> str:
    return f"{hall.name}（{hall.address}）{place.window}，{place.hours or hall.opening_hours}"


def _online(sheet: ItemFile) -> Iterator[str]:
    if sheet.channels == "online":
        yield "本事项全程网上办理，不用到大厅。"
    elif sheet.channels == "both":
        yield "可以网上办理，也可以到大厅窗口办理。"


def _booking(sheet: ItemFile) -> Iterator[str]:
    if sheet.appointment.bookable:
        yield f"可以预约到大厅办理，每次约 {sheet.appointment.minutes} 分钟。"
    elif sheet.channels != "online":
        yield "不用预约，到大厅取号办理。"
    if sheet.appointment.note:
        yield sheet.appointment.note


def _result(sheet: ItemFile) -> Iterator[str]:
    yield f"办理结果：{sheet.result.name}"
    yield f"送达方式：{'、'.join(sheet.result.delivery)}"
    if sheet.result.validity:
        yield f"有效期：{sheet.result.validity}"
    if sheet.result.note:
        yield sheet.result.note


def _basis(basis: LegalBasis) -> str:
    law = basis.law if basis.law.startswith("《") else f"《{basis.law}》"
    return f"{law}{basis.article or ''}：{basis.what}"


def _contacts(sheet: ItemFile) -> Iterator[str]:
    yield f"咨询电话：{'、'.join(sheet.phones.consult)}"
    yield f"监督投诉电话：{'、'.join(sheet.phones.complaint)}"
