"""好差评: what waits to be rated, and the rating."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from feedback import ratings
from feedback.errors import NotFinishedYet, NothingToRate, RatedAlready, ReasonNeeded
from foundation.web import Asked, Routes
from identity.sessions import Session
from miniprogram_bff.fields import CaseNo, Department, ItemName
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("好差评", tag="rate")


class Waiting(Struct):
    """`number`：预约码（visit）或办件编号（case）."""

    kind: Annotated[str, Meta(examples=["case"])]
    number: CaseNo
    title: ItemName
    place: Department


class RatingIn(Asked):
    kind: Literal["visit", "case"]
    number: Annotated[str, Meta(min_length=1, max_length=60)]
    level: Annotated[int, Meta(ge=1, le=5, description="5 非常满意 … 1 非常不满意")]
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=20)]], Meta(max_length=10)] = []
    text: Annotated[str, Meta(max_length=500)] = ""


class Rated(Struct):
    level: Annotated[int, Meta(examples=[5])]
    label: Annotated[str, Meta(examples=["非常满意"])]


@routes.get("/v1/ratings/waiting", access=CITIZEN, summary="待评价的服务")
async def waiting(who: Session) -> list[Waiting]:
    return [Waiting(one.kind, one.number, one.title, one.place) for one in await ratings.waiting_for(who.citizen_id)]


@routes.post(
    "/v1/ratings",
    access=CITIZEN,
    summary="评价一次服务",
    errors=(NothingToRate, NotFinishedYet, RatedAlready, ReasonNeeded),
    status=201,
)
async def rate(body: RatingIn, who: Session) -> Rated:
    """办结的到厅服务和办件各可评价一次；差评须说明原因，将由专人回访整改。"""
    given = await ratings.rate(
        kind=body.kind, number=body.number, level=body.level, tags=body.tags, text=body.text, by=actor(who)
    )
    return Rated(given.level, ratings.LEVELS[given.level])
