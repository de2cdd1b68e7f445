"""小程序码: the picture that opens a hall's bookings in WeChat or Alipay, to be printed and hung up."""

from contextlib import aclosing
from typing import Literal

from sanic import HTTPResponse, Request, redirect

from api.console import page, scope
from api.console.desk import HallCode
from api.console.staff_session import STAFF
from catalogue.models import Hall
from channels import landing
from channels.alipay import codes as alipay_codes
from channels.alipay.client import AlipayClient
from channels.wechat import codes as wechat_codes
from channels.wechat.client import WeChatClient
from foundation import settings
from foundation.web import Asked, Limit, Routes
from identity.access import StaffMember

routes = Routes("小程序码", tag="console", error_page=page.refused)

HALL = "hall/{}"  # as the landing page is told; WeChat takes 32 characters


class CodeWanted(Asked):
    hall: HallCode
    platform: Literal["wechat", "alipay"] = "wechat"


@routes.page("/console/hall/code", access=STAFF, limit=Limit(user=30))
async def code(request: Request, query: CodeWanted, who: StaffMember) -> HTTPResponse:
    """WeChat's picture, or where Alipay keeps its own."""
    hall = await scope.hall_of(who, scope.PLANNERS, query.hall)
    return await (_of_wechat(hall) if query.platform == "wechat" else _of_alipay(hall))


async def _of_wechat(hall: Hall) -> HTTPResponse:
    async with aclosing(WeChatClient(settings.current())) as client:
        picture = await wechat_codes.mini_program_code(client, page=landing.LANDING, scene=HALL.format(hall.code))
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    return HTTPResponse(picture, content_type=kind, headers={"Cache-Control": "private, max-age=86400"})


async def _of_alipay(hall: Hall) -> HTTPResponse:
    async with aclosing(AlipayClient(settings.current())) as client:
        address = await alipay_codes.mini_program_code(
            client, page=landing.LANDING, query=landing.query_for(HALL.format(hall.code)), describe=hall.name
        )
    return redirect(address, status=303)
