"""在手机上接着办: what somebody begins at a hall's touch screen goes on on their own phone, by a code to scan."""

import io
from typing import Annotated

import segno
from msgspec import Meta, Struct

from foundation import settings
from foundation.web import PUBLIC, PUBLIC_HOUR, Asked, Limit, Routes

routes = Routes("自助终端", tag="kiosk")

# Nothing but an address of our own client: a code shown in a hall must not lead anywhere else.
Page = Annotated[str, Meta(max_length=300, pattern=r"^[A-Za-z][A-Za-z0-9/_=&%?.~-]*$", examples=["book/9901"])]


class OnwardAsked(Asked):
    to: Page


class OnwardView(Struct):
    address: Annotated[str, Meta(examples=["https://bff.example.gov.cn/h5/#/book/9901"])]
    qr_svg: Annotated[str, Meta(description="地址的二维码")]


@routes.get("/v1/onward", access=PUBLIC, summary="页面地址的二维码", limit=Limit(ip=240), cache=PUBLIC_HOUR)
async def onward(query: OnwardAsked) -> OnwardView:
    """自助终端上需要本人办理的，扫码在自己的手机上接着办；只给本平台页面的地址。"""
    address = f"{settings.current().processes.public_bff_url}/h5/#/{query.to}"
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=2, unit="px", xmldecl=False, svgclass=None)
    return OnwardView(address, drawn.getvalue().decode())
