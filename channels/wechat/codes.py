"""Mini-program codes (小程序码): a picture that opens a page of ours when WeChat scans it. They never expire."""

import re

from channels.errors import RequestWrong
from channels.wechat.client import WeChatClient

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
WIDTHS = range(280, 1281)


async def mini_program_code(client: WeChatClient, *, page: str, scene: str, width: int = 430) -> bytes:
    """The picture (PNG or JPEG) of a code that opens `page` with `scene`, of which there may be any number.

    `scene` is up to 32 characters, `width` 280 to 1280 pixels. Raises a ChannelRefused, OutcomeUnknown,
    OutsideUnavailable; RequestWrong before asking for what the platform would refuse.
    """
    if not SCENE.fullmatch(scene) or width not in WIDTHS or page.startswith("/"):
        raise RequestWrong
    # unchecked, so that a code may be printed before the version with its page is published
    asked = {"scene": scene, "page": page, "width": width, "check_path": False, "env_version": "release"}
    return await client.picture("/wxa/getwxacodeunlimit", asked)
