"""摇号: what will be drawn and when, my entry in it, and the result that everybody can draw again."""

from collections import OrderedDict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, convert, field

from appointments import draw_entries, draw_results, for_others
from appointments.draw_errors import (
    AlreadyInDraw,
    DrawCalledOff,
    DrawEntryNotFound,
    DrawNotDone,
    DrawNotFound,
    DrawNotOpenYet,
    DrawOver,
    WishesInvalid,
)
from appointments.errors import AlreadyBookedThatDay, SlotNotFound, SlotSuspended, TooManyBookings
from foundation.web import LIVE, PUBLIC, PUBLIC_HOUR, Asked, Limit, Routes
from identity.delegation import Scope
from identity.errors import RealNameNeeded
from identity.family_errors import PersonUnknown
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import BookingCode, Department, DrawCode, HallCode, HallName, TypeCode, TypeName
from miniprogram_bff.screens.organisations import acting_for_whom
from miniprogram_bff.session import CITIZEN, actor, subject
from miniprogram_bff.states import DrawState, EntryOutcome

routes = Routes("摇号", tag="draw")

# A large result takes a second to read and everybody wants it at once; what was published never changes.
KEPT = 8
_read: "OrderedDict[str, ResultFile]" = OrderedDict()

EntryNumber = Annotated[str, Meta(max_length=16, examples=["4N8P2RTWXK"])]
Sha256 = Annotated[str, Meta(max_length=64, description="SHA-256，十六进制")]
SlotId = Annotated[int, Meta(ge=1, le=2**62)]


class DrawSlot(Struct):
    id: int
    starts_at: datetime
    ends_at: datetime
    places: int


class DrawPage(Struct):
    """`state`：open closed drawn cancelled；`seed_hash` 事先公布，`seed`、`entries_hash` 登记截止后公布."""

    code: DrawCode
    date: date
    state: DrawState
    label: Annotated[str, Meta(examples=["登记中"])]
    reason: Annotated[str, Meta(examples=[""], description="取消的原因")]
    opens_at: datetime
    closes_at: datetime
    release_at: Annotated[datetime, Meta(description="派完后余号放出的时间")]
    may_register: bool
    seed_hash: Sha256
    seed: Annotated[str, Meta(max_length=64)]
    entries_hash: Sha256
    places: int
    entries: int
    won: int
    slots: list[DrawSlot]
    type_code: TypeCode
    type_name: TypeName
    department_name: Department
    hall_code: HallCode
    hall_name: HallName


class Wishes(Asked):
    """`wishes`：志愿号段，按先后；`any`：其他时段也可以."""

    wishes: Annotated[list[SlotId], Meta(max_length=draw_entries.MOST_WISHES)] = field(default_factory=list)
    any: bool = False


class EntryView(Struct):
    """`outcome`：registered won lost ineligible withdrawn cancelled；`rank`：名次，登记截止后有，共 `entries` 份."""

    number: EntryNumber
    outcome: EntryOutcome
    label: Annotated[str, Meta(examples=["已登记"])]
    why: Annotated[str, Meta(examples=[""])]
    rank: Annotated[int, Meta(ge=1)] | None
    entries: int
    wishes: list[int]
    any: bool
    won_at: datetime | None
    booking_code: BookingCode | None
    draw_code: DrawCode
    date: date
    closes_at: datetime
    type_name: TypeName
    hall_name: HallName
    for_whom: Annotated[str, Meta(examples=["李*"], description="代他人登记的，办理人姓名；本人的为空")] = ""
    entered_for_me: bool = False


class OwnDraw(Struct):
    """`entry`：我的登记，没有的为空；`acting_for`：现在为谁登记，空为本人."""

    entry: EntryView | None
    acting_for: Annotated[str, Meta(examples=[""])]


class ResultSlot(Struct):
    slot: int
    starts_at: datetime
    places: int


class ResultEntry(Struct):
    """`slot`：派得的号段；`passed`：轮到时已停约而跳过的志愿."""

    number: EntryNumber
    wishes: list[int]
    any: bool
    rank: int
    outcome: Literal["won", "lost", "ineligible"]
    slot: int | None
    passed: list[int]


class ResultFile(Struct):
    """摇号结果，可以用公布的种子重新得出；只有登记号，没有个人信息."""

    method: Annotated[str, Meta(examples=["hmac-sha256/1"])]
    draw: DrawCode
    business: TypeName
    hall: HallName
    day: date
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime
    drawn_at: datetime
    seed_hash: Sha256
    seed: str
    entries_hash: Sha256
    places: list[ResultSlot]
    entries: list[ResultEntry]


@routes.get("/v1/draws/<code>", access=PUBLIC, summary="一次摇号", errors=(DrawNotFound,), cache=LIVE)
async def draw(code: DrawCode) -> DrawPage:
    found = await draw_results.find(code=code)
    slots = [DrawSlot(one.id, one.starts_at, one.ends_at, one.places) for one in await draw_results.slots(code=code)]
    own: dict[str, Any] = {"date": found.day, "slots": slots}
    return DrawPage(**{name: own[name] if name in own else getattr(found, name) for name in DrawPage.__struct_fields__})


@routes.get(
    "/v1/draws/<code>/result",
    access=PUBLIC,
    summary="摇号结果文件",
    errors=(DrawNotFound, DrawNotDone),
    cache=PUBLIC_HOUR,
    limit=Limit(ip=30),
)
async def result(code: DrawCode) -> ResultFile:
    """用 `python -m appointments.redraw` 或任何 SHA-256 工具都能重新得出，见 docs/draw.md。"""
    if code not in _read:
        _read[code] = convert(await draw_results.published(code=code), ResultFile)
        while len(_read) > KEPT:
            _read.popitem(last=False)
    return _read[code]


@routes.get("/v1/screens/draw/<code>", access=CITIZEN, summary="摇号页上我的部分", errors=(ActingOver,))
async def own_draw(code: DrawCode, who: Session) -> OwnDraw:
    """公开的部分见 `/v1/draws/<code>`。"""
    try:
        entry = await my_entry(code, who)
    except DrawEntryNotFound:  # who did not enter has none, and may
        entry = None
    return OwnDraw(entry, await acting_for_whom(who))


@routes.get(
    "/v1/draws/<code>/entry",
    access=CITIZEN,
    summary="我在一次摇号中的登记",
    errors=(DrawEntryNotFound, ActingOver),
)
async def my_entry(code: DrawCode, who: Session) -> EntryView:
    """切换了办理身份的，是该单位（或被代办人）的登记。"""
    whose = await subject(who, Scope.BOOK)
    return await _named(await draw_entries.find(code=code, for_=actor(who), of_citizen=whose), who)


@routes.post(
    "/v1/draws/<code>/entry",
    access=CITIZEN,
    summary="登记摇号，或修改志愿",
    errors=(
        DrawNotFound,
        DrawNotOpenYet,
        DrawOver,
        DrawCalledOff,
        WishesInvalid,
        AlreadyInDraw,
        SlotNotFound,
        SlotSuspended,
        AlreadyBookedThatDay,
        TooManyBookings,
        RealNameNeeded,
        ActingOver,
        PersonUnknown,
    ),
    limit=Limit(user=30),
    status=201,
)
async def register(code: DrawCode, body: Wishes, who: Session) -> EntryView:
    """每人一份；截止前再次提交即修改志愿，登记号不变。登记先后不影响名次。切换了办理身份的，为该单位（或被代办人）登记。"""
    whose = await subject(who, Scope.BOOK)
    entry = await draw_entries.register(
        code=code, wishes=body.wishes, any_slot=body.any, by=actor(who), for_citizen=whose
    )
    return await _named(entry, who)


@routes.post(
    "/v1/draws/<code>/entry/withdraw",
    access=CITIZEN,
    summary="退出摇号",
    errors=(DrawNotFound, DrawNotOpenYet, DrawOver, DrawCalledOff, DrawEntryNotFound, ActingOver),
    limit=Limit(user=30),
)
async def withdraw(code: DrawCode, who: Session) -> EntryView:
    whose = await subject(who, Scope.BOOK)
    return await _named(await draw_entries.withdraw(code=code, by=actor(who), of_citizen=whose), who)


@routes.get("/v1/draw-entries", access=CITIZEN, summary="我的摇号", errors=(ActingOver,))
async def my_entries(who: Session) -> list[EntryView]:
    """自己的，以及为他人登记、现在仍可代办的；切换了办理身份的，是该单位（或被代办人）的。"""
    whose = await subject(who, Scope.BOOK)
    if whose == who.citizen_id:
        found = await draw_entries.and_for_others(actor(who))
    else:
        found = await draw_entries.for_others(actor(who), of_citizen=whose)
    names = await for_others.names_of(found, actor(who))
    return [_view(one, names.get(one.citizen_id, "")) for one in found]


async def _named(one: draw_entries.Entry, who: Session) -> EntryView:
    return _view(one, (await for_others.names_of([one], actor(who))).get(one.citizen_id, ""))


def _view(one: draw_entries.Entry, for_whom: str) -> EntryView:
    return EntryView(
        number=one.number,
        outcome=one.outcome,
        label=one.label,
        why=one.explained,
        rank=one.rank,
        entries=one.entries,
        wishes=one.wishes,
        any=one.any_slot,
        won_at=one.won_at,
        booking_code=one.booking_code,
        draw_code=one.draw_code,
        date=one.day,
        closes_at=one.closes_at,
        type_name=one.type_name,
        hall_name=one.hall_name,
        for_whom=for_whom,
        entered_for_me=bool(one.entered_by) and not for_whom,
    )
