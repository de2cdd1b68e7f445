"""One bill: what it says and said, who tried to pay it, what the channels told, and who did what when."""

from sanic import HTTPResponse, Request

from api.console import money_words, page, refund_words, scope
from api.console.money_filters import Code
from api.console.staff_session import STAFF
from foundation.web import Routes
from identity import access
from identity.access import StaffMember
from payments import dossier, late_fee
from payments.ledger_reading import CHANNEL_NAMES
from payments.states import BILL_NAMES, ORDER_NAMES

routes = Routes("缴款通知书", tag="console", error_page=page.refused)


@routes.page("/console/money/bills/of/<pay_code>", access=STAFF)
async def shown(request: Request, pay_code: Code, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    found = await dossier.of(pay_code=pay_code, by=who.actor)
    return page.shown(
        request, "money_bill.html", who=who, found=found, bill=found.bill, deeds=await money_words.told(found.deeds),
        states=BILL_NAMES, order_states=ORDER_NAMES, channels=CHANNEL_NAMES, 
        refund_states=refund_words.REFUND_STATES, outcomes=money_words.NOTICES, late=late_fee.NAMES,
    )  # fmt: skip
