"""What couriers push: where a parcel with a result is. Every row is answered for itself."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta
from sanic import Request

from api.callers import DEPARTMENT
from api.department_rows import PushResult, RowResult, refused, result
from cases import delivery_tracking
from foundation import settings, signed_requests
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.web import Access, Asked, Routes

routes = Routes("快递推送", tag="couriers")
BATCH_BYTES = 500_000


async def _courier(request: Request) -> Actor:
    keys = dict(pair.strip().split(":", 1) for pair in settings.current().couriers.keys.split(",") if pair)
    path = request.path + (f"?{request.query_string}" if request.query_string else "")
    key_id = await signed_requests.admit(
        keys=keys, method=request.method, path=path, headers=request.headers, body=request.body
    )
    return Actor.channel(f"courier-{key_id}")


COURIER = Access(
    "courier", "快递公司：与部门推送相同的签名请求，密钥另发", _courier, scheme=DEPARTMENT.scheme,
    errors=DEPARTMENT.errors, limited_as=str,
)  # fmt: skip


class Track(Asked):
    """一条轨迹。`state`：sent 运输中，delivered 已签收，returned 退回."""

    carrier: Annotated[str, Meta(min_length=2, max_length=40, examples=["示例速递"])]
    tracking_no: Annotated[str, Meta(min_length=6, max_length=40, examples=["SF1000000001"])]
    state: Literal["sent", "delivered", "returned"]
    at: Annotated[datetime, Meta(tz=True, examples=["2026-11-20T09:30:00+08:00"])]
    note: Annotated[str, Meta(max_length=100, examples=["已签收，签收人：本人"])] = ""


class Tracks(Asked):
    tracks: Annotated[list[Track], Meta(min_length=1, max_length=500)]


@routes.post("/couriers/v1/tracks", access=COURIER, summary="推送投递轨迹", at_most=BATCH_BYTES)
async def push(body: Tracks, who: Actor) -> PushResult:
    """可乱序、可重复推送；不是本系统登记的运单逐行拒绝。"""
    rows: list[RowResult] = []
    for one in body.tracks:
        try:
            outcome = await delivery_tracking.track(
                carrier=one.carrier, tracking_no=one.tracking_no, state=one.state, at=one.at, note=one.note, by=who
            )
            rows.append(RowResult(one.tracking_no, outcome))
        except Refusal as refusal:
            rows.append(refused(one.tracking_no, refusal))
    return result(rows)
