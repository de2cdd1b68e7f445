"""登录: from a platform's code to a token, and out again."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import Request

from channels.errors import ChannelRefused, CodeUnusable, ForgedAnswer, RiskyAccount, SlowDown, SystemError
from foundation import settings
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.web import PUBLIC, Asked, Limit, Routes, client_address
from identity import login, sessions, sign_on
from identity.sessions import Session
from miniprogram_bff.session import MINIMAL

routes = Routes("登录", tag="login")

# How a platform may answer a code: with no, with wait, or not at all.
PLATFORM_FAULTS = (
    CodeUnusable,
    RiskyAccount,
    ChannelRefused,
    SlowDown,
    SystemError,
    ForgedAnswer,
    OutcomeUnknown,
    OutsideUnavailable,
)


class SignIn(Asked):
    """`code`：小程序 wx.login / my.getAuthCode 的结果，或网页授权带回的 code（auth_code）."""

    platform: Literal["wechat", "alipay"]
    code: Annotated[str, Meta(min_length=1, max_length=512, examples=["0a1B2c3D4e"])]
    via: Literal["mini", "web"] = "mini"
    device: Annotated[str, Meta(max_length=80)] = ""
    policy: Annotated[str, Meta(max_length=20, examples=["2026-01-01"], description="登录前同意的隐私政策版本")] = ""


class SignedIn(Struct):
    token: Annotated[str, Meta(examples=["Zk3…（43 位随机文本）"])]
    real_name_done: bool
    first_time: bool
    mark: Annotated[str, Meta(description="同一个人每次登录都相同，不含个人信息；客户端凭此分开本机上各人的草稿")]

    @classmethod
    def of(cls, done: login.SignedIn) -> "SignedIn":
        return cls(done.token, done.real_name_done, done.first_time, done.mark)


class Where(Asked):
    """`redirect`：授权后回到的页面，须在本站；`state`：原样带回."""

    redirect: Annotated[str, Meta(min_length=1, max_length=500, examples=["/h5/"])]
    state: Annotated[str, Meta(max_length=128, pattern="^[A-Za-z0-9_-]*$")] = ""


class SignInOptions(Struct):
    """Where a browser goes to sign in. `wallet` is the page that stands for the two apps when there is none."""

    wechat: str
    alipay: str
    wallet: str
    sign_on: Annotated[str, Meta(description="统一身份认证的名称；没有接入时为空", examples=["省统一身份认证"])] = ""


@routes.post("/v1/login", access=PUBLIC, summary="登录", errors=PLATFORM_FAULTS, limit=Limit(ip=60), status=201)
async def sign_in(request: Request, body: SignIn) -> SignedIn:
    """用平台返回的一次性 code 换取登录 token。token 只返回这一次。"""
    done = await login.with_platform(
        platform=body.platform,
        code=body.code,
        via=body.via,
        device=body.device or request.headers.get("user-agent", ""),
        address=client_address(request),
        agrees_to=body.policy,
    )
    return SignedIn.of(done)


@routes.get("/v1/login/options", access=PUBLIC, summary="网页登录入口")
async def options(query: Where) -> SignInOptions:
    """在浏览器中登录时要跳转的平台授权地址。"""
    ours = settings.current()
    back = ours.processes.public_bff_url.rstrip("/") + "/" + query.redirect.lstrip("/").partition("//")[0]
    return SignInOptions(
        wechat=login.address_of("wechat", redirect=back, state=query.state),
        alipay=login.address_of("alipay", redirect=back, state=query.state),
        wallet=ours.wechat.wallet_url,
        sign_on=sign_on.offered(),
    )


@routes.post("/v1/sign-out", access=MINIMAL, summary="退出登录", status=204)
async def sign_out(who: Session) -> None:
    await sessions.sign_out(who)
