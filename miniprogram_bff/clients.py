"""Which client calls: an old one keeps working until it no longer can, and is then told how to get a newer one."""

from collections.abc import Mapping
from functools import lru_cache

from foundation import settings
from foundation.errors import Refusal
from foundation.web import Header, Route

Version = tuple[int, ...]

NEWEST = "X-Client-Newest"
# What an old client may still do: say what one agreed to, and leave.
ALWAYS = {"/v1/policy", "/v1/sign-out"}
HOW = {
    "wechat": "请关闭小程序后重新打开；仍看到本提示时，请在微信“发现－小程序”中删除本小程序后重新搜索进入。",
    "alipay": "请关闭小程序后重新打开；仍看到本提示时，请在支付宝小程序列表中移除本小程序后重新搜索进入。",
    "h5": "请刷新页面；仍看到本提示时，请清除浏览器缓存后重新打开。",
}


class ClientTooOld(Refusal):
    """当前版本过旧，不能继续使用，请更新后再办理。"""

    status = 426
    example = {"oldest": "1.2.0", "newest": "1.4.0"}


CLIENT = Header(
    name="X-Client",
    description="客户端和版本；不写或不认识的照常服务，过旧的答 426，不是最新的由 X-Client-Newest 响应头告知",
    pattern=r"(wechat|alipay|h5)/[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}",
    example="wechat/1.4.0",
    missing=ClientTooOld,
    optional=True,
    lenient=True,
)


class Clients:
    """What the door asks of every request under /v1."""

    header = CLIENT
    errors: tuple[type[Refusal], ...] = (ClientTooOld,)

    def asks_of(self, route: Route) -> bool:
        return route.path.startswith("/v1/") and route.path not in ALWAYS

    def look(self, said: str) -> Mapping[str, str]:
        """Names the newest version where the caller's is another. Raises ClientTooOld."""
        platform, version = _said(said)
        if not platform:
            return {}
        ours = settings.current().clients
        oldest, newest = _listed(ours.oldest).get(platform, ()), _listed(ours.newest).get(platform, ())
        if version < oldest:
            raise ClientTooOld(
                f"当前版本过旧，不能继续使用。{HOW[platform]}",
                detail={"oldest": _text(oldest), "newest": _text(max(oldest, newest))},
            )
        return {NEWEST: _text(newest)} if version < newest else {}


def is_newest(header: str) -> bool:
    """Whether a client of this header would be told nothing."""
    platform, version = _said(header)
    ours = settings.current().clients
    return version >= max(_listed(one).get(platform, ()) for one in (ours.oldest, ours.newest))


@lru_cache(500)
def _said(header: str) -> tuple[str, Version]:
    """Platform and version; an empty platform where the header is missing or none of ours."""
    if not CLIENT.fits(header):
        return "", ()
    platform, _, version = header.partition("/")
    return platform, tuple(map(int, version.split(".")))


@lru_cache(10)
def _listed(setting: str) -> dict[str, Version]:
    """By platform, what a setting names."""
    return dict(_said(one.strip()) for one in setting.split(",") if one.strip())


def _text(version: Version) -> str:
    return ".".join(map(str, version))
