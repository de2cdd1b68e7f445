"""窗口登记: a new case with its number, in a form of a minute."""

import secrets
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.staff_session import STAFF
from cases import at_the_window, dossier
from catalogue import halls, naming
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from identity.idnumber import TITLES, Identity, IdType

routes = Routes("窗口登记", tag="console", error_page=page.refused)


class Registering(Asked):
    """证件号码在表单正文中提交，不出现在网址里；`hall` 为空即全市."""

    item: Annotated[str, Meta(min_length=1, max_length=60)]
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    id_type: IdType
    number: Annotated[str, Meta(min_length=1, max_length=40)]
    key: Annotated[str, Meta(min_length=8, max_length=40)]
    hall: Annotated[str, Meta(max_length=40)] = ""
    note: Annotated[str, Meta(max_length=400)] = ""


@routes.page("/console/cases/new", access=STAFF)
async def blank(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.DESK)
    within = sorted(scope.paths(who, scope.DESK))
    theirs = [one for one in await halls.everywhere() if any(one.path.startswith(path) for path in within)]
    return page.shown(
        request, "case_new.html", who=who, items=(await naming.codes()).items, halls=theirs, titles=TITLES,
        whole_city="" in within, key=secrets.token_hex(8),
    )  # fmt: skip


@routes.page("/console/cases/new", method="POST", access=STAFF)
async def register(request: Request, form: Registering, who: StaffMember) -> HTTPResponse:
    hall_path = (await halls.find(form.hall)).path if form.hall else ""
    access.require(who, *scope.DESK, hall_path=hall_path)
    number = await at_the_window.register(
        slug=form.item, applicant_name=form.name, applicant=Identity.of(form.id_type, form.number),
        hall_path=hall_path, note=form.note, key=form.key, by=who.actor,
    )  # fmt: skip
    return page.onward(request, f"/console/cases/{(await dossier.find(number)).id}")
