"""预约: hall → department → business → date → slot."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sanic import Request

from appointments import availability, booking, draw_results, fees, for_others, party, slots, sold_out, types
from appointments.availability import Seen
from appointments.errors import (
    AlreadyBookedThatDay,
    HallNotFound,
    NotYetReleased,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
    TooBusy,
    TooManyBookings,
    TypeNotFound,
)
from appointments.models import AppointmentType
from appointments.party_errors import PartyRefused
from appointments.rule_errors import Sanctioned, TooOften
from appointments.rush_errors import TooManyAtOnce
from appointments.share_errors import KeptForPriority, KeptForStaff, NotEnoughInARow
from catalogue import guides, items
from catalogue.halls import metres
from foundation import clock
from foundation.errors import Invalid, Refusal
from foundation.idempotency import KeyReused
from foundation.web import LIVE, PUBLIC, Answer, Asked, Header, Limit, Routes
from foundation.web.language import in_traditional
from identity.delegation import Scope
from identity.errors import RealNameNeeded
from identity.family_errors import PersonUnknown
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.clients import is_newest
from miniprogram_bff.fields import (
    Address,
    Department,
    DrawCode,
    HallCode,
    HallName,
    Hours,
    ItemCode,
    ItemName,
    Slug,
    Telephone,
    TypeCode,
    TypeName,
)
from miniprogram_bff.screens.bookings import BookingView, view
from miniprogram_bff.screens.guide import MaterialView, material_of
from miniprogram_bff.session import CITIZEN, actor, subject
from miniprogram_bff.states import Share, SlotState

routes = Routes("预约", tag="book")

WHY = {"not_released": "未放号", "closed": "已截止", "suspended": "已暂停", "full": "约满", "open": "可约"}


class KeyNeeded(Invalid):
    """缺少幂等键，请携带 Idempotency-Key 请求头（8 至 80 位字母、数字或横线）。"""


KEY = Header(
    name="Idempotency-Key",
    description="同一意图重试用同一个键，得到同一个预约",
    pattern="[0-9A-Za-z_-]{8,80}",
    example="5f1c0e9a-b27d-4e63-a1f0-c2d8",
    missing=KeyNeeded,
)


class HallsQuery(Asked):
    """`item`：只看能办该事项（实施编码）的大厅；`lat`、`lng`：我的位置（GCJ-02），给出时由近到远."""

    item: ItemCode = ""
    lat: Annotated[float, Meta(ge=-90, le=90, examples=[26.64])] | None = None
    lng: Annotated[float, Meta(ge=-180, le=180, examples=[118.17])] | None = None


class HallView(Struct):
    code: HallCode
    name: HallName
    address: Address
    phone: Telephone
    opening_hours: Hours
    longitude: float | None
    latitude: float | None
    distance_m: Annotated[int | None, Meta(description="直线距离，米；没有给出位置，或大厅没有坐标的为空")]


class TypeRow(Struct):
    code: TypeCode
    name: TypeName
    item_codes: list[ItemCode]
    real_name_needed: bool


class DepartmentView(Struct):
    code: Annotated[str, Meta(examples=["police"])]
    name: Department
    types: list[TypeRow]


class HallPage(Struct):
    code: HallCode
    name: HallName
    address: Address
    phone: Telephone
    opening_hours: Hours
    departments: list[DepartmentView]


class DayView(Struct):
    """`free`：现在可约的数量；`label`：不可约的原因."""

    date: date
    free: int
    label: Annotated[str, Meta(examples=["可约"])]
    release_at: datetime | None


class BookableItem(Struct):
    """能办的一个事项和它要带的材料，预约前请先备齐."""

    slug: Slug
    name: ItemName
    materials: list[MaterialView]


class DrawRow(Struct):
    """一天号源的摇号；`label`：登记未开始 登记中 等待摇号 摇号中 已公布 已取消."""

    code: DrawCode
    date: date
    label: Annotated[str, Meta(examples=["登记中"])]
    opens_at: datetime
    closes_at: datetime
    may_register: bool


class TypePage(Struct):
    """`items`：这项预约能办的事项和各自要带的材料."""

    id: int
    code: TypeCode
    name: TypeName
    hall_code: HallCode
    hall_name: HallName
    department_name: Department
    items: list[BookableItem]
    real_name_needed: bool
    cancel_minutes: int
    party_most: Annotated[int, Meta(description="一次最多几人同行")]
    release_note: Annotated[str, Meta(examples=["每天 08:00 放出 7 个工作日后的号"])]
    dates: list[DayView]
    draws: list[DrawRow]
    fee_fen: Annotated[int | None, Meta(description="每人的费用，预约成功后出缴款单；空为不收费")] = None


class SlotsQuery(Asked):
    type_id: Annotated[int, Meta(ge=1, le=2**62)]
    date: date


class SlotView(Struct):
    id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    state: SlotState
    label: Annotated[str, Meta(examples=["可约"])]
    release_at: datetime
    share: Share


class Reserve(Asked):
    """`type_id`：几项业务共用号段（综合窗口）时，要办的那一项；不填就是号段自己的业务."""

    slot_id: Annotated[int, Meta(ge=1, le=2**62)]
    type_id: Annotated[int, Meta(ge=1, le=2**62)] | None = None


RESERVE = msgspec.json.Decoder(Reserve)


@routes.get("/v1/halls", access=PUBLIC, summary="可预约的大厅", cache=LIVE)
async def halls(query: HallsQuery) -> Answer[list[HallView]]:
    found = await slots.halls(item_code=query.item or None)
    here = [
        HallView(
            h.code, h.name, h.address, h.phone, h.opening_hours, h.longitude, h.latitude,
            distance_from(query.lng, query.lat, h.longitude, h.latitude),
        )
        for h in found
    ]  # fmt: skip
    if query.lat is None or query.lng is None:
        return Answer(here)
    here.sort(key=lambda one: (one.distance_m is None, one.distance_m))
    return Answer(here, headers={"Cache-Control": "no-store"})  # where somebody is, is nobody's to keep


def distance_from(lng: float | None, lat: float | None, longitude: float | None, latitude: float | None) -> int | None:
    """Whole metres, where both places are known."""
    if lng is None or lat is None or longitude is None or latitude is None:
        return None
    return round(metres(lng, lat, longitude, latitude))


@routes.get(
    "/v1/halls/<hall_code>",
    access=PUBLIC,
    summary="一个大厅可预约的部门和业务",
    errors=(HallNotFound,),
    cache=LIVE,
)
async def hall(hall_code: HallCode) -> HallPage:
    found = await types.find_hall(code=hall_code)
    departments = [
        DepartmentView(
            one.code,
            one.name,
            [
                TypeRow(row.code, row.name, row.item_codes, row.real_name_needed)
                for row in await slots.types(hall_code=hall_code, department_code=one.code)
            ],
        )
        for one in await slots.departments(hall_code=hall_code)
    ]
    return HallPage(found.code, found.name, found.address, found.phone, found.opening_hours, departments)


@routes.get(
    "/v1/types/<type_code>", access=PUBLIC, summary="一项预约业务和可约日期", errors=(TypeNotFound,), cache=LIVE
)
async def appointment_type(type_code: TypeCode) -> Answer[TypePage]:
    of = await types.find(code=type_code)
    days, draws = await availability.days(type_id=of.id), await draw_results.of_type(type_id=of.id)
    undecided = {one.day for one in draws if one.state in ("open", "closed")}
    known = {one.item_code: one for one in await items.published()}
    fee = await fees.of(of.id)
    page = TypePage(
        id=of.id,
        code=of.code,
        name=of.name,
        hall_code=of.hall.code,
        hall_name=of.hall.name,
        department_name=of.department.name,
        items=[await _item(known[code]) for code in of.item_codes if code in known],
        real_name_needed=of.real_name_needed,
        cancel_minutes=of.cancel_minutes,
        party_most=of.party_most,
        release_note=_release_note(of),
        dates=[
            DayView(one.day, one.left, "摇号", None)
            if one.day in undecided
            else DayView(one.day, one.left, _label(one), one.release_at)
            for one in days.rows
        ],
        draws=[DrawRow(one.code, one.day, one.label, one.opens_at, one.closes_at, one.may_register) for one in draws],
        fee_fen=fee.amount_fen if fee else None,
    )
    return Answer(page, headers=_as_of(days))


@routes.get("/v1/slots", access=PUBLIC, summary="某天的号段", errors=(TypeNotFound,), cache=LIVE)
async def slots_of_day(query: SlotsQuery) -> Answer[list[SlotView]]:
    """余号随时变化，以提交预约的结果为准；人多时显示的是 2 秒内的余号，X-As-Of 响应头说明是何时的。"""
    found = await availability.of_day(type_id=query.type_id, day=query.date)
    return Answer(
        [
            SlotView(
                one.id,
                one.starts_at,
                one.ends_at,
                one.capacity,
                one.left,
                one.why,
                WHY[one.why],
                one.release_at,
                one.share,
            )
            for one in found.rows
        ],
        headers=_as_of(found),
    )


def _as_of(seen: Seen[Any]) -> dict[str, str]:
    """How old the numbers are."""
    return {"Age": str(seen.age), "X-As-Of": seen.as_of.isoformat(timespec="milliseconds")}


def too_late(headers: Mapping[str, str], sent: bytes) -> Refusal | None:
    """SlotFull, when that is known without asking; None leaves the request to `reserve`.

    Whose token it is does not matter then, as long as there is one. Who reads traditional characters, or is to be told
    of a newer client, is answered the usual way.
    """
    if in_traditional(headers.get("accept-language", "")) or not is_newest(headers.get("x-client", "")):
        return None
    try:
        slot_id = RESERVE.decode(sent).slot_id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if not sold_out.is_known(slot_id):
        return None
    key = headers.get(KEY.name.lower(), "")
    signed_in = headers.get("authorization", "").startswith("Bearer ")
    if not signed_in or headers.get("content-type") != "application/json" or not KEY.fits(key):
        return None
    return sold_out.too_late(slot_id, key)


@routes.post(
    "/v1/bookings",
    access=CITIZEN,
    summary="预约一个号段",
    early=too_late,
    limit=Limit(user=60, here=True),
    errors=(
        KeyReused,
        SlotNotFound,
        NotYetReleased,
        SlotClosed,
        SlotSuspended,
        SlotFull,
        AlreadyBookedThatDay,
        TooManyBookings,
        TooOften,
        Sanctioned,
        RealNameNeeded,
        TooBusy,
        KeptForPriority,
        KeptForStaff,
        NotEnoughInARow,
        TooManyAtOnce,
        ActingOver,
        PersonUnknown,
        PartyRefused,
    ),
    headers=(KEY,),
    status=201,
)
async def reserve(request: Request, body: Reserve, who: Session) -> BookingView:
    """余号以提交时为准；约满时可换一个时段。切换了办理身份的，为该单位（或被代办人）预约。"""
    whose = await subject(who, Scope.BOOK)
    if whose != who.citizen_id:
        (held,) = await party.reserve_party(
            slot_id=body.slot_id, type_id=body.type_id, members=[whose], by=actor(who), key=KEY.of(request)
        )
        return view(held, (await for_others.names_of([held], actor(who))).get(held.citizen_id, ""))
    held = await booking.reserve(slot_id=body.slot_id, type_id=body.type_id, by=actor(who), key=KEY.of(request))
    return view(held)


async def _item(card: items.ItemCard) -> BookableItem:
    sheet = (await guides.page(card.slug)).sheet
    return BookableItem(card.slug, card.name, [material_of(one) for one in sheet["materials"]])


def _release_note(of: AppointmentType) -> str:
    ahead = f"每天 {of.release_time} 放出 {of.release_workdays} 个工作日后的号"
    return f"{ahead}，先登记、后摇号" if of.release_mode == "draw" else ahead


def _label(one: slots.BookableDay) -> str:
    if one.left:
        return WHY["open"]
    if one.release_at:
        return f"{clock.shanghai(one.release_at):%m-%d %H:%M} 放号"
    return WHY["full"]
