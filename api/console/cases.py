"""办件列表: the cases of one's halls, found by number, item, department, stage, light and day."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Meta, structs
from sanic import HTTPResponse, Request

from api.console import case_words, page, scope
from api.console.dated import FIRST, LAST
from api.console.money_filters import MaybeDay
from api.console.staff_session import STAFF
from cases import register_list
from cases.register_list import PAGE, Wanted
from foundation import settings
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办件", tag="console", error_page=page.refused)

Text = Annotated[str, Meta(max_length=60)]


class CasesWanted(Asked):
    """空着的条件不限；`before`：上一页最后一条的序号."""

    number: Text = ""
    item: Text = ""
    department: Text = ""
    stage: Annotated[str, Meta(pattern=f"^({'|'.join(case_words.STAGES)})?$")] = ""
    light: Annotated[str, Meta(pattern=f"^({'|'.join(case_words.LIGHTS)})?$")] = ""
    start: MaybeDay = ""
    end: MaybeDay = ""
    due_from: MaybeDay = ""
    due_until: MaybeDay = ""
    contradictory: Annotated[str, Meta(pattern="^(yes)?$")] = ""
    before: Annotated[int, Meta(ge=0, le=2**62)] = 0

    def __post_init__(self) -> None:
        self.wanted()

    def wanted(self) -> Wanted:
        """Raises ValueError with a sentence for a day that is none."""
        return Wanted(
            number=self.number, item=self.item, department=self.department, stage=self.stage, light=self.light,
            start=_day(self.start), end=_day(self.end), due_from=_day(self.due_from), due_until=_day(self.due_until),
            contradictory=bool(self.contradictory),
        )  # fmt: skip

    def address(self, **changed: Any) -> str:
        """The query of the same filters, but for what is `changed`."""
        asked = {**structs.asdict(self), **changed}
        return urlencode({name: value for name, value in asked.items() if value})


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError("日期不存在，请重新选择") from None
    if day is not None and not FIRST <= day <= LAST:
        raise ValueError(f"日期应在 {FIRST.year} 年至 {LAST.year} 年之间")
    return day


@routes.page("/console/cases", access=STAFF)
async def listed(request: Request, query: CasesWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.WATCHERS)
    within = sorted(scope.paths(who, scope.WATCHERS))
    rows = await register_list.listed(query.wanted(), within=within, before=query.before)
    return page.shown(
        request, "cases.html", who=who, asked=query, rows=rows, words=case_words,
        counts=await register_list.counts(within=within), departments=await register_list.departments(),
        yellow_percent=settings.current().cases.yellow_percent, may_register=any(who.may(role) for role in scope.DESK),
        onward=query.address(before=rows[-1].id) if len(rows) == PAGE else "",
    )  # fmt: skip
