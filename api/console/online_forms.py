"""在线表单: which items can be applied for on line, and each form as the applicant will see it."""

from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page
from api.console.scope import AUTHORS, REVIEWERS
from api.console.staff_session import STAFF
from cases import forms, forms_list, pledge
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("在线表单", tag="console", error_page=page.refused)

Slug = Annotated[str, Meta(max_length=64)]


@routes.page("/console/online-forms", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS, *REVIEWERS)
    return page.shown(request, "online_forms.html", who=who, forms=await forms_list.everything())


@routes.page("/console/online-forms/<slug>", access=STAFF)
async def preview(request: Request, slug: Slug, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS, *REVIEWERS)
    form, guide = await forms.of_item(slug)
    return page.shown(
        request, "online_form.html", who=who, form=form, item=guide.item, pledge=pledge.PLEDGES[pledge.CURRENT],
        needed=forms.must_be_there, filled_on_line=forms.filled_on_line, may_edit=who.may(access.Role.EDITOR),
    )  # fmt: skip
