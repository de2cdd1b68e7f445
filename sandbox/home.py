"""The sandbox's first page: orders, messages, notifies, demo accounts and the switches for failures."""

import time

from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import (
    alipay_trades,
    notices,
    people,
    scenarios,
    trouble,
    wechat_messages,
    wechat_official,
    wechat_pay_orders,
)
from sandbox.rendering import filled, page
from sandbox.world import world_of

home = Blueprint("home")
SHOWN = 20


@home.get("/", name="overview")
async def overview(request: Request) -> HTTPResponse:
    world = world_of(request)
    return page(
        "home.html",
        brand="home",
        now=world.now(),
        speed=world.speed,
        people=people.citizens(),
        orders=wechat_pay_orders.shelf(world).newest(SHOWN),
        trades=alipay_trades.shelf(world).newest(SHOWN),
        messages=wechat_messages.messages(world).newest(SHOWN),
        notices=notices.shelf(world).newest(SHOWN),
        troubles={one.service: one for one in trouble.current(world)},
        services=trouble.SERVICES,
        kinds=trouble.KINDS,
        states=wechat_pay_orders.STATES,
        template=lambda message: wechat_messages.template(world, message.template_id),
        label=wechat_messages.label,
        magic=scenarios.EXPLAINED,
    )


@home.get("/readyz", name="ready")
async def ready(request: Request) -> HTTPResponse:
    """The sandbox needs nothing but itself."""
    return response.json({"ready": True})


@home.post("/trouble", name="switch_trouble")
async def switch_trouble(request: Request) -> HTTPResponse:
    form, world = filled(request), world_of(request)
    service, kind = form.get("service", ""), form.get("kind", "")
    if kind in trouble.KINDS and service in trouble.SERVICES:
        trouble.make(world, trouble.Trouble(service, kind, until=time.time() + 60))
    else:
        trouble.end(world, service)
    return response.redirect("/", status=303)


@home.post("/resend", name="resend")
async def resend(request: Request) -> HTTPResponse:
    world = world_of(request)
    notice = notices.shelf(world).get(filled(request).get("id", ""))
    if notice:
        await notices.send(world, notice)
    return response.redirect("/", status=303)


@home.post("/official", name="write_to_official")
async def write_to_official(request: Request) -> HTTPResponse:
    """Write to the official account and show the reply, decrypted."""
    form, world = filled(request), world_of(request)
    openid, url, text = form.get("openid", ""), form.get("url", ""), form.get("text", "")
    answer = await wechat_official.deliver(world, url, openid, wechat_official.message(openid, text=text))
    return page("reply.html", brand="wechat", text=text, answer=answer)
