"""统一身份认证登录: to the province's page and back, and out of both."""

from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from channels.oidc.errors import SignOnOff, SignOnRefused, SignOnUnavailable
from foundation import settings
from foundation.web import PUBLIC, Asked, Limit, Routes, client_address
from identity import sign_on
from miniprogram_bff.screens.login import SignedIn

routes = Routes("统一身份认证登录", tag="sign-on")

Redirect = Annotated[str, Meta(min_length=1, max_length=500, description="回到的页面，须在本站", examples=["/h5/"])]


class Begin(Asked):
    redirect: Redirect


class Begun(Struct):
    """`state` comes back with the code; a page that did not begin the sign-in must not finish it."""

    address: str
    state: Annotated[str, Meta(examples=["Zk3…（32 位随机文本）"])]


class Finish(Asked):
    code: Annotated[str, Meta(min_length=1, max_length=1024)]
    state: Annotated[str, Meta(min_length=1, max_length=128)]
    device: Annotated[str, Meta(max_length=80)] = ""
    policy: Annotated[str, Meta(max_length=20, examples=["2026-01-01"], description="登录前同意的隐私政策版本")] = ""


class Leaving(Asked):
    redirect: Redirect


class Onward(Struct):
    """`address`：到统一身份认证一并退出的地址；没有接入时为空."""

    address: str


@routes.post(
    "/v1/sign-on",
    access=PUBLIC,
    summary="去统一身份认证登录",
    errors=(SignOnOff, SignOnUnavailable),
    limit=Limit(ip=60),
)
async def begin(body: Begin) -> Begun:
    begun = await sign_on.begin(redirect=_here(body.redirect))
    return Begun(begun.address, begun.state)


@routes.post(
    "/v1/sign-on/finish",
    access=PUBLIC,
    summary="统一身份认证登录",
    errors=(SignOnOff, SignOnRefused, SignOnUnavailable),
    limit=Limit(ip=60),
    status=201,
)
async def finish(request: Request, body: Finish) -> SignedIn:
    """用带回的 code 和 state 换取登录 token；省里核验过的姓名和证件号码就是实名。"""
    done = await sign_on.finish(
        code=body.code,
        state=body.state,
        device=body.device or request.headers.get("user-agent", ""),
        address=client_address(request),
        agrees_to=body.policy,
    )
    return SignedIn.of(done)


@routes.get("/v1/sign-on/leaving", access=PUBLIC, summary="单点退出地址", errors=(SignOnUnavailable,))
async def leaving(query: Leaving) -> Onward:
    return Onward(await sign_on.leaving_address(back=_here(query.redirect)))


def _here(path: str) -> str:
    """A page of ours: whatever else the text says stays a path of our own address."""
    return settings.current().processes.public_bff_url.rstrip("/") + "/" + path.lstrip("/").partition("//")[0]
