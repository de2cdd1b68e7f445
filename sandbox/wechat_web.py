"""WeChat's web authorisation (网页授权): a person picks an account, the site gets a code, the code an access token."""

from typing import Any

from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import codes, people
from sandbox.rendering import is_web_address, page, with_query
from sandbox.signing import nonce
from sandbox.wechat import redeem, remember_visit
from sandbox.wechat_errors import WechatError, call, check_app
from sandbox.world import World, world_of

wechat_web = Blueprint("wechat_web")


@wechat_web.get("/connect/oauth2/authorize", name="authorize")
async def authorize(request: Request) -> HTTPResponse:
    """The page to pick an account on; ``auto=`` (the end of an openid, or a whole new one) picks at once."""
    world, asked = world_of(request), request.args
    back, account = asked.get("redirect_uri", ""), asked.get("auto", "")
    if asked.get("appid") != world.keys["wechat_app_id"] or asked.get("response_type") != "code":
        return page("refused.html", status=400, brand="wechat", why="appid 或 response_type 参数错误")
    if not is_web_address(back):
        return page("refused.html", status=400, brand="wechat", why="redirect_uri 参数错误（10003）")
    if not account:
        accounts = [(person.name, person.openid) for person in people.citizens()]
        return page("choose_account.html", brand="wechat", accounts=accounts, here=request.url)
    person = people.by_suffix(account)
    openid, scope = person.openid if person else account, asked.get("scope", "snsapi_base")
    code = codes.issue(world, purpose="wechat_web", account=openid, scope=scope)
    return response.redirect(with_query(back, code=code, state=asked.get("state", "")))


@wechat_web.get("/sns/oauth2/access_token", name="access_token")
@call
def access_token(world: World, request: Request) -> dict[str, Any]:
    check_app(world, request.args.get("appid"), request.args.get("secret"))
    if request.args.get("grant_type") != "authorization_code":
        raise WechatError(40002)
    code = redeem(world, request.args.get("code"), purpose="wechat_web")
    remember_visit(world, code.account)
    return {
        "access_token": nonce(110),
        "expires_in": 7200,
        "refresh_token": nonce(110),
        "openid": code.account,
        "scope": code.scope,
        "unionid": people.by_openid(code.account).unionid,
    }
