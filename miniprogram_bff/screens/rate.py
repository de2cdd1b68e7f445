"""好差评: what waits to be rated, also by the code on a window, the rating, once more in words, my ratings."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from feedback import levels, own_ratings, ratings, rectification, rectifying
from feedback.errors import (
    NotFinishedYet,
    NothingToRate,
    NothingWritten,
    RatedAlready,
    ReasonNeeded,
    SaidAgainAlready,
    TagUnknown,
    TooLateToRate,
    WithdrawnAlready,
)
from feedback.own_ratings import Given, Mending
from feedback.rectification_errors import NotAtThisStage, RectificationNotFound
from feedback.subjects import Awaited, Rateable
from foundation.questions import ask_as_one
from foundation.web import PUBLIC, PUBLIC_HOUR, Asked, Limit, Routes
from foundation.web.language import as_known
from identity.sessions import Session
from miniprogram_bff.fields import CaseNo, Department, HallCode, ItemName
from miniprogram_bff.session import CITIZEN, actor
from miniprogram_bff.states import RateableKind, RectificationState

routes = Routes("好差评", tag="rate")

Kind = Literal["visit", "case", "ticket"]
RowId = Annotated[int, Meta(ge=1, le=2**62)]
Number = Annotated[str, Meta(min_length=1, max_length=60, examples=["7K3M9QXP"])]
Text = Annotated[str, Meta(max_length=500, examples=["窗口又加开了，这次没有等"])]


class Waiting(Struct):
    """`number`：预约码（visit）、办件编号（case）或现场取号（ticket）."""

    kind: RateableKind
    number: CaseNo
    title: ItemName
    place: Department


class Here(Asked):
    """`hall`、`window`：窗口或大厅评价码里的代码."""

    hall: HallCode
    window: Annotated[str, Meta(max_length=20, examples=["3"])] = ""


class About(Asked):
    kind: Kind
    number: Number


class RatingIn(About):
    level: Annotated[int, Meta(ge=1, le=5, description="5 非常满意 … 1 非常不满意")]
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=20)]], Meta(max_length=10)] = []
    text: Annotated[str, Meta(max_length=500)] = ""
    given_by: Literal["online", "code"] = "online"


class AgainIn(About):
    text: Text


class Verdict(Asked):
    satisfied: bool
    text: Annotated[str, Meta(max_length=400)] = ""


class Rated(Struct, omit_defaults=True):
    """`call_back_due`、`mend_due`：差评的回访和整改期限."""

    level: Annotated[int, Meta(examples=[5])]
    label: Annotated[str, Meta(examples=["非常满意"])]
    call_back_due: date | None = None
    mend_due: date | None = None


class RatingLevelView(Struct):
    level: Annotated[int, Meta(examples=[1])]
    label: Annotated[str, Meta(examples=["非常不满意"])]
    tags: Annotated[list[str], Meta(examples=[["等太久"]])]
    reason_needed: bool


class RectificationView(Struct):
    """`state`：open called_back mended verified dismissed；mended 时请确认是否满意."""

    id: int
    state: RectificationState
    label: Annotated[str, Meta(examples=["待核实"])]
    call_back_due: date
    mend_due: date
    remedy: Annotated[str, Meta(examples=["加开两个窗口，等候时间降到十分钟以内。"])]


class MyRating(Struct):
    """`can_add`：还可以追评一次."""

    kind: RateableKind
    number: CaseNo
    title: ItemName
    place: Department
    level: Annotated[int, Meta(examples=[1])]
    label: Annotated[str, Meta(examples=["非常不满意"])]
    tags: Annotated[list[str], Meta(examples=[["等太久"]])]
    texts: Annotated[list[str], Meta(examples=[["排队两小时"]])]
    at: datetime
    withdrawn: bool
    can_add: bool
    rectification: RectificationView | None


class RatingsPage(Struct):
    """`waiting`：待评价的服务；`given`：我评价过的."""

    waiting: list[Waiting]
    given: list[MyRating]


@routes.get("/v1/ratings/levels", access=PUBLIC, summary="评价等级和标签", cache=PUBLIC_HOUR)
async def levels_and_tags() -> list[RatingLevelView]:
    return [
        RatingLevelView(level, label, list(levels.TAGS[level]), level <= levels.BAD)
        for level, label in levels.LEVELS.items()
    ]


@routes.get("/v1/ratings/waiting", access=CITIZEN, summary="待评价的服务")
async def waiting(who: Session) -> list[Waiting]:
    return [_waiting(one) for one in await ratings.waiting_for(who.citizen_id)]


@routes.get("/v1/ratings/here", access=CITIZEN, summary="现场扫码评价")
async def here(query: Here, who: Session) -> list[Waiting]:
    """本人今天在这个大厅办完、还没有评价的服务，本窗口的在前。"""
    found = await ratings.waiting_here(hall_code=query.hall, window=query.window, by=actor(who))
    return [_waiting(one) for one in found]


@routes.get(
    "/v1/ratings/about",
    access=CITIZEN,
    summary="要评价的服务",
    errors=(NothingToRate, NotFinishedYet, TooLateToRate, RatedAlready),
)
async def about(query: About, who: Session) -> Waiting:
    """填写之前先看清评价的是哪一次；已评价、已超期的在这里说明。"""
    return _waiting(await ratings.open_to(kind=query.kind, number=query.number, by=actor(who)))


@routes.post(
    "/v1/ratings",
    access=CITIZEN,
    summary="评价一次服务",
    errors=(NothingToRate, NotFinishedYet, TooLateToRate, RatedAlready, ReasonNeeded, TagUnknown),
    status=201,
)
async def rate(body: RatingIn, who: Session) -> Rated:
    """办结的到厅服务和办件各可评价一次；差评须说明原因，将由专人回访整改。不评价即没有评价，不会默认好评。"""
    given = await ratings.rate(
        kind=body.kind,
        number=body.number,
        level=body.level,
        tags=[as_known(one, levels.TAGS.get(body.level, ())) for one in body.tags],
        text=body.text,
        given_by=body.given_by,
        by=actor(who),
    )
    opened = await rectification.of_rating(given.id)
    dues = (opened.call_back_due, opened.mend_due) if opened else (None, None)
    return Rated(given.level, levels.LEVELS[given.level], *dues)


@routes.post(
    "/v1/ratings/again",
    access=CITIZEN,
    summary="追评一次",
    errors=(NothingToRate, NothingWritten, SaidAgainAlready, WithdrawnAlready),
    status=201,
)
async def again(body: AgainIn, who: Session) -> Rated:
    """等级不变，只补充文字。"""
    given = await ratings.again(kind=body.kind, number=body.number, text=body.text, by=actor(who))
    return Rated(given.level, levels.LEVELS[given.level])


@routes.post(
    "/v1/ratings/withdraw",
    access=CITIZEN,
    summary="撤回自己的评价",
    errors=(NothingToRate, NothingWritten, WithdrawnAlready),
    status=204,
)
async def withdraw(body: AgainIn, who: Session) -> None:
    """须说明原因；撤回的评价留有记录，公开数据写明撤回的条数，已开始的整改继续进行。"""
    await ratings.withdraw(kind=body.kind, number=body.number, reason=body.text, by=actor(who))


@routes.get("/v1/screens/ratings", access=CITIZEN, summary="我的评价页")
async def ratings_page(who: Session) -> RatingsPage:
    await ask_as_one(awaited := ratings.waiting_for(who.citizen_id), given := own_ratings.of(who.citizen_id))
    return RatingsPage([_waiting(one) for one in awaited.answer], [_mine(one) for one in given.answer])


@routes.post(
    "/v1/rectifications/<rectification_id>/verdict",
    access=CITIZEN,
    summary="确认整改是否满意",
    errors=(RectificationNotFound, NotAtThisStage),
    limit=Limit(user=20, seconds=3600),
    status=204,
)
async def verdict(rectification_id: RowId, body: Verdict, who: Session) -> None:
    """不满意的退回继续整改。"""
    await rectifying.verify_mine(
        rectification_id=rectification_id, satisfied=body.satisfied, text=body.text, by=actor(who)
    )


def _waiting(one: Awaited | Rateable) -> Waiting:
    return Waiting(one.kind, one.number, one.title, one.place)


def _mine(one: Given) -> MyRating:
    return MyRating(
        kind=one.kind,
        number=one.number,
        title=one.title,
        place=one.place,
        level=one.level,
        label=levels.LEVELS[one.level],
        tags=one.tags,
        texts=one.texts,
        at=one.at,
        withdrawn=one.withdrawn,
        can_add=one.can_add,
        rectification=_rectification(one.rectification) if one.rectification else None,
    )


def _rectification(one: Mending) -> RectificationView:
    return RectificationView(
        one.id, one.state, rectification.NAMES[one.state], one.call_back_due, one.mend_due, one.remedy
    )
