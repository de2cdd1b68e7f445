"""WeChat's mini-program API at the wire: access token, login, phone number, messages, text check."""

import secrets
from base64 import b64encode
from typing import Any

import msgspec
from sanic import Blueprint, Request

from sandbox import codes, mini_codes, people, wechat_messages, wechat_text_check, wechat_tokens
from sandbox.wechat_errors import WechatError, call, check_app, posted
from sandbox.world import World

wechat = Blueprint("wechat")
LOGINS_PER_MINUTE = 100


class Visit(msgspec.Struct):
    """When a user last logged in: text is checked only for users active within two hours."""

    openid: str
    at: float


@wechat.post("/cgi-bin/stable_token", name="stable_token")
@call
def stable_token(world: World, request: Request) -> dict[str, Any]:
    asked = posted(request)
    if asked.get("grant_type") != "client_credential":
        raise WechatError(40002)
    check_app(world, asked.get("appid"), asked.get("secret"))
    take = wechat_tokens.forced if asked.get("force_refresh") is True else wechat_tokens.ordinary
    token, seconds = take(world)
    return {"access_token": token, "expires_in": seconds}


@wechat.get("/sns/jscode2session", name="jscode2session")
@call
def jscode2session(world: World, request: Request) -> dict[str, Any]:
    check_app(world, request.args.get("appid"), request.args.get("secret"))
    if request.args.get("grant_type") != "authorization_code":
        raise WechatError(40002)
    openid = redeem(world, request.args.get("js_code"), purpose="wechat_login").account
    remember_visit(world, openid)
    return {
        "session_key": b64encode(secrets.token_bytes(16)).decode(),
        "openid": openid,
        "unionid": people.by_openid(openid).unionid,
    }


@wechat.post("/wxa/business/getuserphonenumber", name="phone_number")
@call
def phone_number(world: World, request: Request) -> dict[str, Any]:
    wechat_tokens.check(world, request.args.get("access_token"))
    try:
        code = codes.redeem(world, str(posted(request).get("code", "")), purpose="wechat_phone")
    except (codes.Unknown, codes.Used) as fault:
        raise WechatError(40029) from fault
    phone = people.by_openid(code.account).phone
    watermark = {"timestamp": int(world.now().timestamp()), "appid": world.keys["wechat_app_id"]}
    info = {"phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86", "watermark": watermark}
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}


@wechat.post("/cgi-bin/message/subscribe/send", name="subscribe_send")
@call
def subscribe_send(world: World, request: Request) -> dict[str, Any]:
    wechat_tokens.check(world, request.args.get("access_token"))
    return {"errcode": 0, "errmsg": "ok", "msgid": wechat_messages.send(world, posted(request))}


@wechat.post("/wxa/msg_sec_check", name="msg_sec_check")
@call
def msg_sec_check(world: World, request: Request) -> dict[str, Any]:
    wechat_tokens.check(world, request.args.get("access_token"))
    asked = posted(request)
    visit = world.memory.shelf("visits", Visit).get(str(asked.get("openid")))
    last_seen = world.now().timestamp() - visit.at if visit else None
    return {"errcode": 0, "errmsg": "ok"} | wechat_text_check.check(asked, last_seen=last_seen)


def redeem(world: World, code: str | None, *, purpose: str) -> codes.Code:
    """The account behind a login code: 40029, 40163 (used), 45011 (too often), 40226 (user at risk)."""
    if not code:
        raise WechatError(41008)
    try:
        found = codes.redeem(world, code, purpose=purpose)
    except codes.Unknown as fault:
        raise WechatError(40029) from fault
    except codes.Used as fault:
        raise WechatError(40163) from fault
    if world.too_often(f"login:{found.account}", limit=LOGINS_PER_MINUTE, seconds=60):
        raise WechatError(45011)
    if found.account.endswith("_risky"):
        raise WechatError(40226)
    return found


def remember_visit(world: World, openid: str) -> None:
    world.memory.shelf("visits", Visit).put(openid, Visit(openid, world.now().timestamp()))


@wechat.post("/wxa/getwxacodeunlimit", name="mini_program_code")
@call
def mini_program_code(world: World, request: Request) -> bytes:
    wechat_tokens.check(world, request.args.get("access_token"))
    return mini_codes.of_wechat(posted(request))
