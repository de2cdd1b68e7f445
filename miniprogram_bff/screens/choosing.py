"""选择时段: one business with the slots of its first day, and for whom one may book there."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from appointments.errors import TypeNotFound
from foundation.web import LIVE, PUBLIC, Answer, Asked, Routes
from identity import acting
from identity.family import RELATION_NAMES
from identity.sessions import Session
from miniprogram_bff.fields import TypeCode
from miniprogram_bff.screens.book import (
    WHY,
    DayView,
    SlotsQuery,
    SlotView,
    TypePage,
    appointment_type,
    slots_of_day,
)
from miniprogram_bff.screens.family import Masked
from miniprogram_bff.screens.organisations import acting_for_whom
from miniprogram_bff.session import CITIZEN

routes = Routes("选择时段", tag="choosing")

DayWanted = Annotated[date | None, Meta(description="想办的日期；不填或那天不能约的，是最早有余号的一天")]


class Wanted(Asked):
    date: DayWanted = None


class ChoosingPage(Struct):
    """`slots` 是 `date` 那天的号段；哪天都不能约、不能候补的为空."""

    type: TypePage
    date: date | None
    slots: list[SlotView]


class PersonView(Struct):
    """`person`：预约时填写的编号；`tie`：self 本人、principal 委托人、ward 监护的子女、organisation 单位、family 亲友、
    minor 无证件未成年人.
    """

    person: int
    name: Masked
    tie: Annotated[str, Meta(examples=["principal"])]
    relation: Annotated[str, Meta(examples=["父母"])]
    until: date | None


class ForWhom(Struct):
    """`acting_for`：切换了办理身份的，只为这个单位（或被代办人）预约；`people`：否则可以为谁预约，本人在前."""

    acting_for: Annotated[str, Meta(examples=[""])]
    people: list[PersonView]


@routes.get("/v1/screens/type/<type_code>", access=PUBLIC, summary="选择时段页", errors=(TypeNotFound,), cache=LIVE)
async def choosing(type_code: TypeCode, query: Wanted) -> Answer[ChoosingPage]:
    """余号随时变化，以提交预约的结果为准；X-As-Of 响应头说明是何时的。换一天看号段用 `/v1/slots`。"""
    page = await appointment_type(type_code)
    day = _first_shown(page.body.dates, query.date)
    if day is None:
        return Answer(ChoosingPage(page.body, None, []), headers=page.headers)
    slots = await slots_of_day(SlotsQuery(type_id=page.body.id, date=day))
    older = min(page.headers, slots.headers, key=lambda one: one["X-As-Of"])
    return Answer(ChoosingPage(page.body, day, slots.body), headers=older)


@routes.get("/v1/screens/for-whom", access=CITIZEN, summary="选择时段页上我的部分")
async def for_whom(who: Session) -> ForWhom:
    """委托人可单独预约，亲友须与本人同行。"""
    acting_for = await acting_for_whom(who)
    return ForWhom(acting_for, [] if acting_for else await _people(who))


async def _people(who: Session) -> list[PersonView]:
    return [
        PersonView(one.citizen_id, one.name, one.tie, RELATION_NAMES.get(one.relation, ""), one.until)
        for one in await acting.people_of(who.citizen_id)
    ]


def _first_shown(days: list[DayView], wanted: date | None) -> date | None:
    """The day asked for, where it has free places or a waitlist; else the first with places, else with a waitlist."""
    usable = [one for one in days if one.free or one.label == WHY["full"]]
    usable.sort(key=lambda one: (one.date != wanted, not one.free, one.date))
    return usable[0].date if usable else None
