"""What a load balancer and a monitor ask: alive, ready, how much of everything."""

import hmac

from sanic import HTTPResponse, Request

from foundation import health, metrics, settings
from foundation.database import DatabaseGone
from foundation.errors import NotSignedIn, Unavailable
from foundation.web.access import PUBLIC, Access
from foundation.web.routes import Routes

routes = Routes("运行状况", tag="vitals")


async def _monitor(request: Request) -> None:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.current().secrets.metrics_token.encode()):
        raise NotSignedIn


MONITOR = Access("monitor", "监控系统，持 METRICS_TOKEN", _monitor, scheme={"type": "http", "scheme": "bearer"})


@routes.get("/healthz", access=PUBLIC, summary="进程是否存活")
async def alive() -> dict[str, str]:
    return {"status": "ok"}


class NotReady(Unavailable):
    """服务尚未就绪，请稍后再试。"""

    example = {"database": "ok", "redis": "gone (ConnectionError)", "migrations": "ok"}


@routes.get("/readyz", access=PUBLIC, summary="能否提供服务：数据库、Redis、数据库版本", errors=(NotReady,))
async def ready() -> dict[str, str]:
    parts = await health.parts()
    if set(parts.values()) != {"ok"}:
        raise NotReady(detail=parts, retry_after=5)
    return parts


@routes.page("/metrics", access=MONITOR, summary="Prometheus 指标")
async def numbers() -> HTTPResponse:
    try:
        await health.measure_queue()
    except DatabaseGone:
        metrics.count("queue_unmeasured_total")
    return HTTPResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
