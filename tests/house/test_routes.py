"""Who may call what. A new public route is a decision: it has to be written into the list below."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from sanic import Sanic

from api.app import create_app as create_api
from foundation.web import PUBLIC, Access, Door, Route
from miniprogram_bff.app import create_app as create_bff
from miniprogram_bff.session import SENDER
from tests.builders.doors import client_of

CITIZEN_DOOR = {
    "POST /v1/login",
    "POST /v1/sign-on",
    "POST /v1/sign-on/finish",
    "GET /v1/sign-on/leaving",
    "GET /v1/login/options",
    "GET /v1/onward",
    "GET /v1/policy",  # what one agrees to before signing in
    "GET /v1/search",
    "GET /v1/suggestions",
    "GET /v1/ask/hot",  # what many asked in the same words
    "GET /v1/guides/<slug>",
    "GET /v1/intermediaries",
    "GET /v1/intermediaries/<code>",
    "GET /forms/<name>",  # forms that guides hand out to everybody
    "GET /v1/themes/<kind>/<code>",
    "POST /v1/scenarios/<code>",
    "GET /v1/halls",
    "GET /v1/halls/<hall_code>",
    "GET /v1/types/<type_code>",
    "GET /v1/screens/type/<type_code>",
    "GET /v1/slots",
    "GET /v1/message-templates",  # ids that every package shows in its dialogue
    "GET /v1/draws/<code>",
    "GET /v1/draws/<code>/result",  # numbers of entries, no person
    "POST /v1/cases/look-up",  # a second factor stands in for the sign-in, and attempts are counted
    "POST /v1/bills/look-up",
    "POST /v1/receipts/check",  # all three numbers are needed, and attempts are counted
    "GET /v1/ratings/levels",
    "GET /v1/opinions/averages",  # of groups large enough, of past quarters; words as staff let them pass
    "GET /v1/answers",  # written anew by staff, without a person
    "GET /v1/answers/<code>",
    "POST /v1/consultations/doors",
    "GET /widget.js",  # the chat for other web sites: a script and an empty page
    "GET /widget",
    "GET /healthz",
    "GET /readyz",
    "GET /docs",
    "GET /docs/openapi.json",
}
SYSTEMS_DOOR = {
    "GET /opendata/v1/items",
    "GET /opendata/v1/halls",
    "GET /opendata/v1/intermediaries",
    "GET /console/login",
    "GET /display/<hall_code>",
    "GET /display/<hall_code>/events",  # numbers and windows, no names
    "GET /kiosk/<hall_code>",  # an empty page: what it does asks for the kiosk's key
    "GET /healthz",
    "GET /readyz",
    "GET /docs",
    "GET /docs/openapi.json",
}
VISITORS = {
    "GET /v1/home",
    "POST /v1/ask",
    "POST /v1/ask/feedback",
    # Who holds the conversation's token; once somebody signed in has used it, that person alone.
    "POST /v1/conversations/<token>/person",
    "DELETE /v1/conversations/<token>/person",
    "POST /v1/conversations/<token>/typing",
    "GET /v1/conversations/<token>/turns",
    "GET /v1/screens/ask/<token>",
    "GET /v1/conversations/<token>/messages",
    "GET /v1/conversations/<token>/events",
    "POST /v1/consultations",
    # Whose own it is, else who knows the number and the phone's last four digits; attempts are counted.
    "POST /v1/consultations/look-up",
    "POST /v1/consultations/again",
    "POST /v1/consultations/mark",
    "POST /v1/consultations/appeal",
    "POST /v1/consultations/withdraw",
}
ANYBODY = {
    "POST /console/login",
    "POST /console/login/code",  # from our own pages only
    # What a channel signs covers the raw body, so the verb that reads the body checks it.
    "POST /callbacks/wechat/pay",
    "POST /callbacks/sign-on/logout",
    "GET /callbacks/wechat/messages",
    "POST /callbacks/wechat/messages",
    "POST /callbacks/alipay/pay",
    "POST /callbacks/sms/reports",
}
# Served past the doors: files that hold nothing of anybody, and the way from / to the first page.
OUTSIDE_THE_DOOR = {
    "bff": {"/": "GET", "/h5": "GET HEAD", "/h5/": "GET HEAD", "/h5/<path:path>": "GET HEAD"},
    "api": {
        "/": "GET",
        "/console/static/<path:path>": "GET HEAD",
        "/hall/static/<path:path>": "GET HEAD",
    },
}
TURNED_AWAY = {
    "citizen": ("NotSignedIn", "SessionOver"),
    "department": ("SignatureMissing", "SignatureWrong"),
    "kiosk": ("KioskUnknown", "KioskUnknown"),
    "monitor": ("NotSignedIn", "NotSignedIn"),
}
WRONG = {
    "Authorization": "Bearer not-a-token-of-ours",
    "X-Key-Id": "demo-hall",
    "X-Kiosk-Key": "not-a-key-of-ours",
    "X-Timestamp": "1",
    "X-Nonce": "a-nonce-of-ours",
    "X-Signature": "00",
}


@pytest.fixture(params=["bff", "api"])
def app(request: pytest.FixtureRequest, settings_env: object) -> Sanic[Any, Any]:
    return {"bff": create_bff, "api": create_api}[request.param]()


@pytest.fixture
async def doors(db: None, redis_db: object) -> AsyncIterator[list[tuple[Door, httpx.AsyncClient]]]:
    async with AsyncExitStack() as stack:
        apps = [create_bff(), create_api()]
        yield [(one.ctx.door, await stack.enter_async_context(client_of(one))) for one in apps]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_every_route_says_who_may_call_it(app: Sanic[Any, Any]) -> None:
    assert all(isinstance(route.access, Access) for route in app.ctx.door.routes)
    known = {
        "bff": {"public", "visitor", "sender", "citizen", "monitor"},
        "api": {"public", "visitor", "channel", "department", "courier", "kiosk", "staff", "monitor"},
    }
    assert {route.access.name for route in app.ctx.door.routes} <= known[app.name]


def test_public_routes_are_those_that_were_decided(app: Sanic[Any, Any]) -> None:
    found = {named(route) for route in app.ctx.door.routes if route.access is PUBLIC}
    assert found == {"bff": CITIZEN_DOOR, "api": SYSTEMS_DOOR}[app.name]


def test_routes_that_admit_everybody_are_those_that_were_decided(app: Sanic[Any, Any]) -> None:
    """An access that turns nobody away lets everybody in, whatever it is called."""
    found = {
        named(route)
        for route in app.ctx.door.routes
        if route.access is SENDER
        or (route.access is not PUBLIC and not any(one.status in (401, 403) for one in route.access.errors))
    }
    assert found == {"bff": VISITORS, "api": ANYBODY}[app.name]


def test_nothing_is_served_past_the_door_but_files(app: Sanic[Any, Any]) -> None:
    guarded = {f"{route.method} {route.path.rstrip('/') or '/'}" for route in app.ctx.door.routes}
    past = {}
    for one in app.router.routes:
        path = "/" + one.path.replace(":str>", ">")
        methods = set(one.methods)
        if not {f"{method} {path}" for method in methods - {"HEAD"}} <= guarded:
            past[path] = " ".join(sorted(methods))
    assert past == OUTSIDE_THE_DOOR[app.name]


async def test_guarded_routes_turn_away_who_proves_nothing(doors: list[tuple[Door, httpx.AsyncClient]]) -> None:
    """Whatever else is wrong with the request, the caller is asked for first."""
    tried = set()
    for door, client in doors:
        for route in door.routes:
            if route.access.name not in TURNED_AWAY:
                continue
            tried.add(route.access.name)
            path = route.template.replace("{", "").replace("}", "")
            for code, headers in zip(TURNED_AWAY[route.access.name], ({}, WRONG), strict=True):
                answer = await client.request(route.method, path, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, code), named(route)
    assert tried == set(TURNED_AWAY)


async def test_staff_routes_send_a_stranger_to_the_login(doors: list[tuple[Door, httpx.AsyncClient]]) -> None:
    door, client = doors[1]
    routes = [route for route in door.routes if route.access.name == "staff"]
    assert routes
    for route in routes:
        answer = await client.request(route.method, route.path, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code in (302, 303, 401), named(route)
        if answer.status_code != 401:
            assert answer.headers["location"].startswith("/console/login"), named(route)


async def test_a_token_that_ran_out_makes_a_visitor(doors: list[tuple[Door, httpx.AsyncClient]]) -> None:
    answer = await doors[0][1].get("/v1/home", headers=WRONG)
    assert (answer.status_code, answer.json()["signed_in"]) == (200, False)


async def test_what_is_sent_with_a_token_that_ran_out_is_not_taken_for_a_visitors(
    doors: list[tuple[Door, httpx.AsyncClient]],
) -> None:
    door, client = doors[0]
    routes = [route for route in door.routes if route.access is SENDER]
    assert routes
    for route in routes:
        told, known = [(await client.request(route.method, route.path, headers=one)).json() for one in (WRONG, {})]
        assert told["code"] == "SessionOver", named(route)
        assert known["code"] != "SessionOver", named(route)
