"""办事指南: what one file of `catalogue/data/items/` holds, field by field."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=60, description="小写字母、数字和连字符")]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=40, description="小写字母、数字和连字符")]
FieldKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z", description="小写字母开头的字母、数字和下划线")]
ItemCode = Annotated[str, Meta(pattern=r"^[0-9A-Z-]{4,40}\Z", description="4–40 位大写字母、数字和连字符")]
BasicCode = Annotated[str, Meta(pattern=r"^[0-9A-Z-]{4,20}\Z", description="4–20 位大写字母、数字和连字符")]
HallCode = Annotated[str, Meta(pattern=r"^[0-9]{4}(-[0-9]{2}){0,4}\Z", description="形如 9901-01-02 的大厅编码")]
Phone = Annotated[str, Meta(pattern=r"^([0-9]{3,5}|[0-9]{3,4}-[0-9]{7,8})\Z", description="12345 或 区号-号码")]
Line = Annotated[str, Meta(pattern=r"^\S(.*\S)?\Z", max_length=200, description="1–200 字，写成一行，首尾无空格")]
Title = Annotated[str, Meta(pattern=r"^\S(.*\S)?\Z", max_length=120, description="1–120 字，写成一行，首尾无空格")]
Name = Annotated[str, Meta(pattern=r"^\S(.*\S)?\Z", max_length=40, description="1–40 字，写成一行，首尾无空格")]
Text = Annotated[str, Meta(pattern=r"\S", max_length=2000, description="1–2000 字，不能全是空白")]
FormFile = Annotated[
    str, Meta(pattern=r"^[a-z0-9-]+\.(html|pdf|docx?|xlsx?|jpg|png)\Z", description="forms/ 下的文件名")
]
Days = Annotated[int, Meta(ge=0, le=1000, description="0–1000 的整数，0 表示当场办结")]
Fen = Annotated[int, Meta(ge=0, le=10_000_000_000, description="0 或正整数，单位：分")]
Count = Annotated[int, Meta(ge=0, le=99, description="0–99 的整数")]
Bound = Annotated[int, Meta(ge=0, le=1_000_000_000, description="0 或正整数")]
Positive = Annotated[int, Meta(ge=1, le=99_999, description="1 或更大的整数")]


class Sheet(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a catalogue file; a field without a default must be written."""


class Appointment(Sheet, frozen=True, kw_only=True):
    """预约: whether a window visit can be booked, and how many minutes one takes."""

    bookable: bool
    minutes: Positive | None = None
    note: Text | None = None


class Material(Sheet, frozen=True, kw_only=True):
    """申请材料. `exempt` (免提交) means the shared e-licence `licence` is read instead; `when` empty = always."""

    name: Line
    basis: Line | None = None
    format: Annotated[list[Literal["原件", "复印件", "电子"]], Meta(min_length=1)] = field(
        default_factory=lambda: ["原件"]
    )
    copies: Count = 1
    signature: Line | None = None
    source: Literal["申请人自备", "政府部门核发", "其他机构出具", "现场填写"] = "申请人自备"
    licence: Line | None = None
    exempt: bool = False
    may_follow: bool = False
    when: Line | None = None
    note: Text | None = None
    form: FormFile | None = None
    sample: FormFile | None = None


class Step(Sheet, frozen=True, kw_only=True):
    """办理流程的一步; `days` in working days."""

    name: Line
    text: Text
    days: Days | None = None


class Period(Sheet, frozen=True, kw_only=True):
    """办理时限. `promised_days` in working days; `legal_days` in `unit`; None = the law names no period."""

    legal_days: Days | None = None
    unit: Literal["工作日", "自然日"] = "工作日"
    promised_days: Days
    basis: Line | None = None
    note: Text | None = None

    @property
    def legal_workdays(self) -> int | None:
        """The legal period in working days; calendar days count five in seven, rounded down."""
        if self.legal_days is None or self.unit == "工作日":
            return self.legal_days
        return self.legal_days * 5 // 7


class SpecialProcedure(Sheet, frozen=True, kw_only=True):
    """特别程序: time which does not count, such as 公示 听证 鉴定 现场核查."""

    name: Line
    text: Text
    days: Days | None = None
    basis: Line | None = None


class Fee(Sheet, frozen=True, kw_only=True):
    """收费: amount in fen per `unit`; 0 = free. `when` says who pays it."""

    name: Line
    amount_fen: Fen
    unit: Line
    basis: Line
    exemption: Text | None = None
    when: Line | None = None
    online: bool = True


class LegalBasis(Sheet, frozen=True, kw_only=True):
    """设定依据: the law, the article if it is certain, and what it says."""

    law: Line
    article: Line | None = None
    what: Text


class Result(Sheet, frozen=True, kw_only=True):
    """办理结果: what is handed over, how it reaches the applicant, how long it is valid."""

    name: Line
    delivery: Annotated[list[Literal["窗口领取", "邮寄送达", "电子证照", "网上查询"]], Meta(min_length=1)]
    validity: Line | None = None
    note: Text | None = None


class Place(Sheet, frozen=True, kw_only=True):
    """办理地点: a hall, its window, and hours when they differ from the hall's own."""

    hall: HallCode
    window: Line
    hours: Line | None = None


class Faq(Sheet, frozen=True, kw_only=True):
    """常见问题 in everyday words; `also` are other ways people ask the same."""

    question: Line
    answer: Text
    also: list[Line] = []


class Variant(Sheet, frozen=True, kw_only=True):
    """情形: a branch of the item (儿童/成人, 首次/换发/补发); `item` when the branch is a guide of its own."""

    name: Line
    differs: Text
    aliases: list[Line] = []
    item: Slug | None = None


class FormField(Sheet, frozen=True, kw_only=True):
    """网上填报的一栏. `least` and `most` are a number's bounds or a text's length; `shown_if` is ``field=value`` or
    ``field=value|value`` of a field before it.
    """

    field: FieldKey
    label: Line
    asks: Literal["单行", "多行", "数字", "日期", "单选", "多选", "是否", "身份证号", "手机号"] = "单行"
    optional: bool = False
    options: list[Line] = []
    pattern: Line | None = None
    least: Bound | None = None
    most: Bound | None = None
    hint: Line | None = None
    shown_if: Line | None = None


class Phones(Sheet, frozen=True, kw_only=True):
    """咨询 and 监督投诉 telephone numbers."""

    consult: Annotated[list[Phone], Meta(min_length=1)]
    complaint: Annotated[list[Phone], Meta(min_length=1)]


class ItemFile(Sheet, frozen=True, kw_only=True):
    """政务服务事项 with its whole guide: one file, one item."""

    slug: Slug
    item_code: ItemCode
    basic_code: BasicCode
    name: Title
    short_name: Name
    aliases: Annotated[list[Line], Meta(min_length=1)]
    summary: Line
    audience: Annotated[list[Literal["自然人", "法人"]], Meta(min_length=1)]
    department: Key
    themes: Annotated[list[Key], Meta(min_length=1)]
    life_events: list[Key] = []
    kind: Literal["即办件", "承诺件"]
    channels: Literal["online", "hall", "both"]
    reach: Literal["全国通办", "全省通办", "全市通办", "属地办理"]
    visits: Count
    places: Annotated[list[Place], Meta(min_length=1)]
    appointment: Appointment
    conditions: Annotated[list[Text], Meta(min_length=1)]
    materials: Annotated[list[Material], Meta(min_length=1)]
    steps: Annotated[list[Step], Meta(min_length=1)]
    period: Period
    special_procedures: list[SpecialProcedure] = []
    fees: Annotated[list[Fee], Meta(min_length=1)]
    legal_basis: Annotated[list[LegalBasis], Meta(min_length=1)]
    result: Result
    phones: Phones
    faqs: Annotated[list[Faq], Meta(min_length=3)]
    notes: list[Text] = []
    related: list[Slug] = []
    variants: list[Variant] = []
    online_form: list[FormField] = []
    effective: date
    expires: date | None = None
    version: Positive

    @property
    def halls(self) -> list[str]:
        """Codes of the halls where the item is handled, in the order written, each once."""
        return list(dict.fromkeys(place.hall for place in self.places))
