"""批量导入办件: a file is uploaded, rehearsed by the worker, looked at, and taken in; or dropped."""

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import case_words, deeds, money_words, page, scope
from api.console.staff_session import STAFF
from cases import import_jobs, import_reading, importing, register_list
from cases.import_errors import FileUnreadable
from cases.import_models import CaseImport
from catalogue import halls
from foundation import database, jobs
from foundation.errors import Invalid
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("办件导入", tag="console", error_page=page.refused)

RowId = Annotated[int, Meta(ge=1, le=2**62)]
HEAD = ("行", "事件编号", "代码", "原因")


class Sent(Asked):
    """`source`：以哪个来源登记；`quiet`：历史数据，不通知申请人."""

    source: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9._-]{0,59}$")] = "console"
    hall: Annotated[str, Meta(max_length=40)] = ""
    quiet: Annotated[str, Meta(pattern="^(yes)?$")] = ""


@routes.page("/console/cases/imports", access=STAFF)
async def overview(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.PLANNERS)
    within = sorted(scope.paths(who, scope.PLANNERS))
    theirs = [one for one in await halls.everywhere() if any(one.path.startswith(path) for path in within)]
    return page.shown(
        request, "case_imports.html", who=who, imports=await importing.latest(within=within), words=case_words,
        halls=theirs, whole_city="" in within, sources=await register_list.sources(), columns=import_reading.COLUMNS,
    )  # fmt: skip


@routes.page("/console/cases/imports/template.csv", access=STAFF)
async def template(who: StaffMember) -> HTTPResponse:
    """The head of the table with two rows to show how it is meant."""
    access.require(who, *scope.PLANNERS)
    columns = import_reading.COLUMNS
    rows = [[one.get(name, "") for name in columns] for one in import_reading.EXAMPLES]
    return money_words.file("办件导入模板", "cases_template", list(columns.values()), rows)


@routes.page("/console/cases/imports", method="POST", access=STAFF)
async def upload(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.PLANNERS)
    form = _sent(request)
    hall_path = (await halls.find(form.hall)).path if form.hall else ""
    access.require(who, *scope.PLANNERS, hall_path=hall_path)
    sent = request.files.get("file") if request.files else None
    if sent is None or not sent.body:
        raise FileUnreadable
    import_id = await importing.receive(
        filename=sent.name, raw=sent.body, source=form.source, hall_path=hall_path, quiet=bool(form.quiet), by=who.actor
    )
    await jobs.enqueue(import_jobs.rehearse, import_id=import_id)
    return page.onward(request, f"/console/cases/imports/{import_id}")


@routes.page("/console/cases/imports/<import_id>", access=STAFF)
async def one(request: Request, import_id: RowId, who: StaffMember) -> HTTPResponse:
    """One import; asked for as a part while it goes on."""
    row = await _theirs(who, import_id)
    part = "_case_import.html" if page.is_part(request) else "case_import.html"
    return page.shown(
        request, part, who=who, row=row, words=case_words, faults=await importing.faults(row.id, limit=100),
        deeds=await deeds.of_subjects([f"case_import:{row.id}"]),
    )  # fmt: skip


@routes.page("/console/cases/imports/<import_id>/faults.csv", access=STAFF)
async def faults(import_id: RowId, who: StaffMember) -> HTTPResponse:
    row = await _theirs(who, import_id)
    found = await importing.faults(row.id, limit=100_000)
    rows = [(one.line, one.number, one.code, one.message) for one in found]
    return money_words.file(f"不能导入的行_{row.id}", f"case_import_{row.id}_faults", HEAD, rows)


@routes.page("/console/cases/imports/<import_id>/start", method="POST", access=STAFF)
async def start(request: Request, import_id: RowId, who: StaffMember) -> HTTPResponse:
    row = await _theirs(who, import_id)
    async with database.transaction():
        await importing.start(import_id=row.id, by=who.actor)
        await jobs.enqueue(import_jobs.run, import_id=row.id)
    return page.done(request, "已开始导入，可以离开本页，完成后再来查看。")


@routes.page("/console/cases/imports/<import_id>/drop", method="POST", access=STAFF)
async def drop(request: Request, import_id: RowId, who: StaffMember) -> HTTPResponse:
    row = await _theirs(who, import_id)
    await importing.drop(import_id=row.id, by=who.actor)
    return page.done(request, "已放弃，什么都没有导入。")


def _sent(request: Request) -> Sent:
    """The fields that come with the file. Raises Invalid."""
    given = {name: request.form.get(name, "") for name in Sent.__struct_fields__} if request.form else {}
    try:
        return msgspec.convert({name: value for name, value in given.items() if value}, Sent)
    except msgspec.ValidationError:
        raise Invalid from None


async def _theirs(who: StaffMember, import_id: int) -> CaseImport:
    """Raises NoImport, RoleNeeded."""
    access.require(who, *scope.PLANNERS)
    row = await importing.find(import_id)
    access.require(who, *scope.PLANNERS, hall_path=row.hall_path)
    return row
