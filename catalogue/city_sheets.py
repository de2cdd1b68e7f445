"""大厅 部门 主题 场景 同义词: what the other files of `catalogue/data/` hold, field by field."""

from typing import Annotated, Literal

from msgspec import Meta

from catalogue.item_sheet import HallCode, Key, Line, Name, Phone, Sheet, Slug, Text, Title

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", description="24 小时制，如 09:00")]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1（周一）到 7（周日）")]
CreditCode = Annotated[str, Meta(pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}\Z", description="18 位统一社会信用代码")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="-180 到 180 的数")]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="-90 到 90 的数")]


class Hours(Sheet, frozen=True, kw_only=True):
    """开放时间 on some weekdays (1 = Monday); a lunch break is two rows."""

    weekdays: Annotated[list[Weekday], Meta(min_length=1)]
    open: Clock
    close: Clock


class HallWindow(Sheet, frozen=True, kw_only=True):
    """窗口: its number or area, what is done there, who stands behind it."""

    name: Line
    business: Line
    departments: Annotated[list[Key], Meta(min_length=1)]


class HallRow(Sheet, frozen=True, kw_only=True):
    """政务服务大厅. The code is the path in the tree 市 → 区 → 镇街 → 村居: 9901-01-02 lies under 9901-01."""

    code: HallCode
    name: Name
    short_name: Name
    level: Literal["市", "区", "镇街", "村居"]
    region: Name
    address: Title
    longitude: Longitude
    latitude: Latitude
    phone: Phone
    hours: Annotated[list[Hours], Meta(min_length=1)]
    windows: Annotated[list[HallWindow], Meta(min_length=1)]
    aliases: list[Line] = []
    transport: Text | None = None
    facilities: list[Line] = []
    notice: Text | None = None

    @property
    def parent(self) -> str | None:
        """Code of the hall above; None at the top."""
        return self.code.rpartition("-")[0] or None

    @property
    def path(self) -> str:
        """The codes from the root, each ending in a slash: 9901/01/02/"""
        return self.code.replace("-", "/") + "/"


class DepartmentRow(Sheet, frozen=True, kw_only=True):
    """进驻部门 / 预约单位."""

    code: Key
    name: Name
    short_name: Name
    credit_code: CreditCode
    consult_phone: Phone
    complaint_phone: Phone
    duties: Text
    aliases: list[Line] = []


class ThemeRow(Sheet, frozen=True, kw_only=True):
    """主题: the shelf an item stands on."""

    code: Key
    name: Name
    audience: Literal["自然人", "法人"]
    summary: Line


class LifeEventRow(Sheet, frozen=True, kw_only=True):
    """人生事件 / 企业阶段: 出生 入学 就业 买房 退休 …"""

    code: Key
    name: Name
    audience: Literal["自然人", "法人"]
    summary: Line
    aliases: list[Line] = []


class Option(Sheet, frozen=True, kw_only=True):
    """One possible answer of a scenario's question. `next` is the code of the question it leads to, or ``end``;

    without it the questions below follow, in their order.
    """

    code: Key
    label: Line
    hint: Text | None = None
    next: Key | None = None


class Question(Sheet, frozen=True, kw_only=True):
    """A question of a scenario."""

    code: Key
    ask: Line
    options: Annotated[list[Option], Meta(min_length=2)]


class Outcome(Sheet, frozen=True, kw_only=True):
    """An item for the answers in `when` (question → any of these options); empty `when` = always.

    `materials` are names out of the item's own list; empty = all of them. `extra` are papers that its guide does not
    ask for, `notes` say something of one of the materials. `tip` is said beside it.
    """

    item: Slug
    when: dict[Key, list[Key]] = {}
    materials: list[Line] = []
    extra: list[Line] = []
    notes: dict[Line, Text] = {}
    variant: Line | None = None
    tip: Text | None = None


class ScenarioRow(Sheet, frozen=True, kw_only=True):
    """场景导办: 1–4 questions end at items with a tailored list of materials."""

    code: Key
    name: Name
    summary: Line
    audience: Literal["自然人", "法人"]
    life_event: Key | None = None
    aliases: list[Line] = []
    questions: Annotated[list[Question], Meta(min_length=1, max_length=4)]
    outcomes: Annotated[list[Outcome], Meta(min_length=1)]


class SynonymGroup(Sheet, frozen=True, kw_only=True):
    """同义词: the word of the guides and what people say instead."""

    word: Line
    also: Annotated[list[Line], Meta(min_length=1)]


class HallsFile(Sheet, frozen=True, kw_only=True):
    """`halls.yaml`."""

    halls: Annotated[list[HallRow], Meta(min_length=1)]


class DepartmentsFile(Sheet, frozen=True, kw_only=True):
    """`departments.yaml`."""

    departments: Annotated[list[DepartmentRow], Meta(min_length=1)]


class ThemesFile(Sheet, frozen=True, kw_only=True):
    """`themes.yaml`."""

    themes: Annotated[list[ThemeRow], Meta(min_length=1)]


class LifeEventsFile(Sheet, frozen=True, kw_only=True):
    """`life_events.yaml`."""

    life_events: Annotated[list[LifeEventRow], Meta(min_length=1)]


class ScenariosFile(Sheet, frozen=True, kw_only=True):
    """`scenarios.yaml`."""

    scenarios: Annotated[list[ScenarioRow], Meta(min_length=1)]


class SynonymsFile(Sheet, frozen=True, kw_only=True):
    """`synonyms.yaml`."""

    groups: Annotated[list[SynonymGroup], Meta(min_length=1)]
