"""统一身份认证 of the province: its OpenID provider, the page to pick a person, and signing out everywhere."""

import os
import time
from typing import Any

import msgspec
from authlib.oauth2 import OAuth2Error
from joserfc import jwt
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import people
from sandbox.rendering import filled, is_web_address, page
from sandbox.sign_on_server import SCOPES, Server, User, by_subject, subject_of
from sandbox.signing import nonce
from sandbox.world import World, world_of

sign_on = Blueprint("sign_on", url_prefix="/sign-on")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Visit(msgspec.Struct):
    """Somebody's session over there: a browser that is signed in."""

    subject: str


def _server(request: Request) -> Server:
    world = world_of(request)
    if not hasattr(world, "sign_on"):
        world.sign_on = Server(world, issuer=_issuer(request))  # type: ignore[attr-defined]
    server: Server = world.sign_on  # type: ignore[attr-defined]
    return server


def _issuer(request: Request) -> str:
    return f"{request.scheme}://{request.host}/sign-on"


@sign_on.get("/.well-known/openid-configuration", name="configuration")
async def configuration(request: Request) -> HTTPResponse:
    issuer = _server(request).issuer
    return response.json(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/end-session",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": SCOPES.split(),
            "code_challenge_methods_supported": ["S256"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }
    )


@sign_on.get("/jwks", name="jwks")
async def jwks(request: Request) -> HTTPResponse:
    return response.json({"keys": [_server(request).key.as_dict(private=False)]})


@sign_on.get("/authorize", name="authorize")
async def authorize(request: Request) -> HTTPResponse:
    """The page to pick a person on; ``auto=`` (the end of a name or openid) picks at once."""
    server = _server(request)
    try:
        grant = server.get_consent_grant(request)
    except OAuth2Error as fault:
        return page("refused.html", status=400, brand="sign-on", why=f"{fault.error}：{fault.description}")
    person = people.by_suffix(request.args.get("auto", ""))
    if person is None:
        accounts = [(one.name, one.openid) for one in people.citizens()]
        return page("choose_account.html", brand="sign-on", accounts=accounts, here=request.url)
    sid = nonce(24)
    _visits(server.world).put(sid, Visit(subject_of(person)))
    asked = server.create_oauth2_request(request)
    answer: HTTPResponse = server.create_authorization_response(asked, grant_user=User(person, sid), grant=grant)
    answer.add_cookie("sign-on", sid, path="/sign-on", httponly=True, secure=False, samesite="Lax")
    return answer


@sign_on.post("/token", name="token")
async def token(request: Request) -> HTTPResponse:
    answer: HTTPResponse = _server(request).create_token_response(request)
    return answer


@sign_on.get("/userinfo", name="userinfo")
async def userinfo(request: Request) -> HTTPResponse:
    """What the province knows of the holder of an access token."""
    server = _server(request)
    kept = server.grants.get(request.token or "")
    person = by_subject(kept.subject) if kept else None
    if kept is None or person is None or server.world.now().timestamp() > kept.until:
        return response.json({"error": "invalid_token"}, status=401)
    told: dict[str, Any] = {"sub": kept.subject}
    if "real_name" in kept.scope.split() and person.id_number:
        told |= {"real_name": person.name, "id_type": "id_card", "id_number": person.id_number}
    return response.json(told)


@sign_on.get("/end-session", name="end_session")
async def end_session(request: Request) -> HTTPResponse:
    """The browser's session is over here and, told by its back channel, with the app; then back to the app."""
    server, sid = _server(request), request.cookies.get("sign-on") or ""
    await _end(server, sid)
    back = request.args.get("post_logout_redirect_uri", "")
    client = server.query_client(request.args.get("client_id", ""))
    if client is None or not is_web_address(back) or not client.check_redirect_uri(back):
        return page("refused.html", status=400, brand="sign-on", why="post_logout_redirect_uri 参数错误")
    answer = response.redirect(back)
    answer.delete_cookie("sign-on", path="/sign-on")
    return answer


@sign_on.post("/end", name="end")
async def end(request: Request) -> HTTPResponse:
    """For tests and demos: the province signs somebody out everywhere (``subject`` or ``auto``)."""
    server, form = _server(request), filled(request)
    person = people.by_suffix(form.get("auto", ""))
    subject = form.get("subject") or (subject_of(person) if person else "")
    told = await _tell(server, {"sub": subject}) if subject else 0
    return response.json({"told": told})


@sign_on.post("/logout-token", name="logout_token")
async def logout_token(request: Request) -> HTTPResponse:
    """For tests: a logout token with these claims beside (or instead of) the usual ones."""
    given: dict[str, Any] = msgspec.json.decode(request.body)
    return response.json({"logout_token": _logout_token(_server(request), given)})


async def _end(server: Server, sid: str) -> None:
    visits = _visits(server.world)
    visit = visits.get(sid)
    if visit is not None:
        visits.drop(sid)
        await _tell(server, {"sub": visit.subject, "sid": sid})


async def _tell(server: Server, whom: dict[str, str]) -> int:
    """Back-Channel Logout 1.0 §2.5; the status the app answered with."""
    door = os.environ.get("PUBLIC_API_URL", "")
    if not door:
        return 0
    answer = await server.world.http.post(
        f"{door}/callbacks/sign-on/logout", data={"logout_token": _logout_token(server, whom)}
    )
    return answer.status_code


def _logout_token(server: Server, claims: dict[str, Any]) -> str:
    usual: dict[str, Any] = {
        "iss": server.issuer,
        "aud": server.world.keys["sign_on_client_id"],
        "iat": int(time.time()),
        "exp": int(time.time()) + 120,
        "jti": nonce(24),
        "events": {LOGOUT: {}},
    }
    told = {name: value for name, value in (usual | claims).items() if value is not None}
    header = {"alg": "RS256", "kid": server.key.kid, "typ": "logout+jwt"}
    return jwt.encode(header, told, server.key, ["RS256"])


def _visits(world: World) -> Any:
    return world.memory.shelf("sign-on-visits", Visit)
