"""数据保存: how long each kind of data is kept, and what was deleted because its time was up."""

from sanic import HTTPResponse, Request

from api.console import page
from api.console.staff_session import STAFF
from foundation import retention
from foundation.web import Routes
from identity import access, keeping
from identity.access import Role, StaffMember

routes = Routes("数据保存", tag="console", error_page=page.refused)


@routes.page("/console/keeping", access=STAFF)
async def shown(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN)
    kinds = [(one.title, one.days()) for _, one in sorted(retention.kinds.items())]
    return page.shown(request, "keeping.html", who=who, kinds=kinds, runs=await keeping.report())
