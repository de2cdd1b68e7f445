"""Alipay's login: a person picks an account, the app gets an auth_code, the code an access token and the user's ids."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import codes, people
from sandbox.alipay_errors import AlipayError, success
from sandbox.memory import Shelf
from sandbox.rendering import is_web_address, page, with_query
from sandbox.signing import nonce
from sandbox.world import World, beijing, world_of

alipay_login = Blueprint("alipay_login")
SECONDS = 1296000
REFRESH_SECONDS = 31536000


class Grant(msgspec.Struct):
    """An access token or a refresh token, for whom, until when."""

    account: str
    until: datetime


def shelf(world: World) -> Shelf[Grant]:
    return world.memory.shelf("alipay_grants", Grant)


def token(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.system.oauth.token; its success has no code field, its failure is an error_response."""
    account = _account(world, params)
    person, access, refresh = people.by_alipay(account), f"auth{nonce(36)}", f"refr{nonce(36)}"
    now = world.now()
    shelf(world).put(access, Grant(account, now + timedelta(seconds=SECONDS)))
    shelf(world).put(refresh, Grant(account, now + timedelta(seconds=REFRESH_SECONDS)))
    return {
        "user_id": person.alipay_user_id,
        "open_id": person.alipay_open_id,
        "access_token": access,
        "expires_in": str(SECONDS),
        "refresh_token": refresh,
        "re_expires_in": str(REFRESH_SECONDS),
        "auth_start": beijing(now),
    }


def share(world: World, params: dict[str, str]) -> dict[str, Any]:
    """alipay.user.info.share: the user's ids and nickname."""
    grant = shelf(world).get(params.get("auth_token", ""))
    if grant is None or world.now() > grant.until:
        raise AlipayError("20001", "aop.invalid-auth-token", "无效的访问令牌")
    person = people.by_alipay(grant.account)
    ids = {"user_id": person.alipay_user_id, "open_id": person.alipay_open_id}
    return success(**ids, nick_name=person.name, avatar="", province="示例省", city="示例市")


@alipay_login.get("/oauth2/publicAppAuthorize.htm", name="authorize")
async def authorize(request: Request) -> HTTPResponse:
    """The page to pick an account on; ``auto=`` (the end of a user id or open id, or a whole new one) picks at once."""
    world, asked = world_of(request), request.args
    back, account = asked.get("redirect_uri", ""), asked.get("auto", "")
    if asked.get("app_id") != world.keys["alipay_app_id"] or not asked.get("scope"):
        return page("refused.html", status=400, brand="alipay", why="app_id 或 scope 参数错误")
    if not is_web_address(back):
        return page("refused.html", status=400, brand="alipay", why="redirect_uri 与应用的授权回调地址不一致")
    if not account:
        accounts = [(person.name, person.alipay_user_id) for person in people.citizens()]
        return page("choose_account.html", brand="alipay", accounts=accounts, here=request.url)
    person = people.by_suffix(account)
    code = codes.issue(world, purpose="alipay_login", account=person.alipay_open_id if person else account)
    kept = {"app_id": world.keys["alipay_app_id"], "source": "alipay_wallet", "scope": asked.get("scope", "")}
    return response.redirect(with_query(back, auth_code=code, state=asked.get("state", ""), **kept))


def _account(world: World, params: dict[str, str]) -> str:
    kind = params.get("grant_type")
    if kind == "authorization_code":
        try:
            return codes.redeem(world, params.get("code", ""), purpose="alipay_login").account
        except (codes.Unknown, codes.Used) as fault:
            raise AlipayError("40002", "isv.code-invalid", "授权码code无效", bare=True) from fault
    if kind == "refresh_token":
        grant = shelf(world).get(params.get("refresh_token", ""))
        if grant and world.now() <= grant.until:
            return grant.account
        raise AlipayError("40002", "isv.refresh-token-invalid", "刷新令牌refresh_token无效", bare=True)
    raise AlipayError("40002", "isv.grant-type-invalid", "授权类型grant_type无效", bare=True)
