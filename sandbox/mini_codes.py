"""Mini-program codes: WeChat hands out a picture, Alipay the address of one. Both show which page they would open."""

import io
import re
from typing import Any
from urllib.parse import urlencode

import msgspec
import segno

from sandbox.alipay_errors import content, success
from sandbox.wechat_errors import WechatError
from sandbox.world import World

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")


class AlipayWish(msgspec.Struct):
    """``url_param``: the page; ``query_param``: what it is opened with."""

    url_param: str
    query_param: str
    describe: str


def of_wechat(asked: dict[str, Any]) -> bytes:
    """The picture of an unlimited code; 40129 for a scene, 41030 for a page that WeChat does not take."""
    scene, page = str(asked.get("scene", "")), str(asked.get("page", "pages/index/index"))
    if not SCENE.fullmatch(scene):
        raise WechatError(40129)
    if page.startswith("/") or "?" in page:
        raise WechatError(41030)
    return picture(f"wechat:{page}?{urlencode({'scene': scene})}")


def of_alipay(world: World, params: dict[str, str], base: str) -> dict[str, Any]:
    wish = content(params, AlipayWish)
    opens = f"{wish.url_param}?{wish.query_param}"
    return success(qr_code_url=f"{base}/alipay/qrcode?{urlencode({'opens': opens})}")


def picture(text: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
    return drawn.getvalue()
