"""监察周报: on Monday, what stood of the week before, kept as it was said."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from tortoise.exceptions import IntegrityError

from cases import supervision, supervision_rules
from cases.supervision import Line
from cases.supervision_errors import ReportNotFound
from cases.supervision_models import SupervisionReport
from cases.supervision_rules import Rule
from foundation import clock

CITY = ("",)


@dataclass(frozen=True)
class Report:
    """A week (its Monday) with its lines, the rule by which it was judged, and the week before where there is one."""

    week: date
    made_at: datetime
    rule: Rule
    lines: list[Line]
    before: dict[str, Line]

    @property
    def until(self) -> date:
        return self.week + timedelta(days=6)

    @property
    def total(self) -> Line:
        return supervision.total(self.lines, self.rule)


async def make(week: date) -> bool:
    """The report of the week that began on this Monday; False when it was made before."""
    lines = await supervision.by_department(start=week, end=week + timedelta(days=6), within=CITY)
    rule = await supervision_rules.current()
    try:
        await SupervisionReport.create(week=week, rule=asdict(rule), lines=[asdict(one) for one in lines])
    except IntegrityError:
        return False
    return True


async def weeks(limit: int = 60) -> list[date]:
    """The weeks that have a report, the latest first."""
    return await SupervisionReport.all().order_by("-week").limit(limit).values_list("week", flat=True)  # type: ignore[return-value]


async def of(week: date) -> Report:
    """Raises ReportNotFound."""
    row = await SupervisionReport.get_or_none(week=week)
    if row is None:
        raise ReportNotFound
    earlier = await SupervisionReport.get_or_none(week=week - timedelta(days=7))
    before = {one["key"]: Line(**one) for one in earlier.lines} if earlier else {}
    return Report(row.week, row.made_at, Rule(**row.rule), [Line(**one) for one in row.lines], before)


def last_week() -> date:
    """The Monday of the week that is over."""
    today = clock.today()
    return today - timedelta(days=today.weekday() + 7)
