"""在线表单: which items can be applied for on line, and each form as the applicant will see it."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page
from api.console.scope import AUTHORS, REVIEWERS
from api.console.staff_session import STAFF
from cases import forms, forms_list, item_fees, pledge
from cases.item_fees import Price
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember

routes = Routes("在线表单", tag="console", error_page=page.refused)

Slug = Annotated[str, Meta(max_length=64)]


class FeeForm(Asked):
    """`yuan`：金额（元）；不填为不收费."""

    exec_unit_code: Annotated[str, Meta(max_length=40)] = ""
    exec_unit_name: Annotated[str, Meta(max_length=80)] = ""
    exec_item_code: Annotated[str, Meta(max_length=40)] = ""
    exec_item_name: Annotated[str, Meta(max_length=80)] = ""
    yuan: Annotated[str, Meta(pattern=r"^([0-9]{1,6}(\.[0-9]{1,2})?)?$")] = ""

    def price(self) -> Price | None:
        if not self.yuan:
            return None
        fen = int(Decimal(self.yuan) * 100)
        return Price(
            self.exec_unit_code.strip(), self.exec_unit_name.strip(), self.exec_item_code.strip(),
            self.exec_item_name.strip(), fen,
        )  # fmt: skip


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
        labels={one.field: one.label for one in form.fields}, needed=forms.must_be_there,
        filled_on_line=forms.filled_on_line, may_edit=who.may(access.Role.EDITOR),
        price=await item_fees.of(guide.item.item_code), may_price=who.may(access.Role.ADMIN), most=item_fees.MOST_FEN,
    )  # fmt: skip


@routes.page("/console/online-forms/<slug>/fee", method="POST", access=STAFF)
async def fee(request: Request, slug: Slug, form: FeeForm, who: StaffMember) -> HTTPResponse:
    access.require(who, access.Role.ADMIN)
    await item_fees.change(slug=slug, price=form.price(), by=who.actor)
    return page.onward(request, f"/console/online-forms/{slug}")
