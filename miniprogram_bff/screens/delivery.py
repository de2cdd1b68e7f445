"""结果送达: the result of a case, downloaded, fetched or sent."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases import delivering, delivery_desk
from cases.delivering import Address, Choice
from cases.delivery_tracking import DeliveryView
from cases.errors import CaseNotFound
from cases.filing_errors import DeliveryFault, DeliveryNotOffered, DeliveryUnderway
from cases.papers import PaperView
from foundation.web import Asked, Routes
from identity.sessions import Session
from miniprogram_bff.fields import CaseNo, HallCode, HallName
from miniprogram_bff.session import CITIZEN, actor

routes = Routes("结果送达", tag="delivery")


class AddressIn(Asked):
    recipient: Annotated[str, Meta(max_length=60, examples=["李四"])]
    phone: Annotated[str, Meta(max_length=20, examples=["13800000002"])]
    address: Annotated[str, Meta(max_length=200, examples=["示例市东岸区示范路 8 号 3 单元 502"])]


class DeliveryChoice(Asked):
    """`way`：pick_up 到厅领取（填 `hall_code`），courier 邮寄（填 `address`）."""

    way: Literal["pick_up", "courier"]
    hall_code: HallCode = ""
    address: AddressIn | None = None

    def told(self) -> Choice:
        given = self.address
        address = Address(recipient=given.recipient, phone=given.phone, address=given.address) if given else None
        return Choice(way=self.way, hall_code=self.hall_code, address=address)


class PickUpHall(Struct):
    code: HallCode
    name: HallName


class ResultPage(Struct):
    """`offered`：该事项可选的送达方式；`results`：可下载的结果文件."""

    offered: list[str]
    halls: list[PickUpHall]
    delivery: DeliveryView | None
    results: list[PaperView]


@routes.get("/v1/cases/<case_no>/result", access=CITIZEN, summary="办理结果和送达", errors=(CaseNotFound,))
async def result(case_no: CaseNo, who: Session) -> ResultPage:
    shown = await delivery_desk.of_case(case_no=case_no, by=actor(who))
    halls = [PickUpHall(code, name) for code, name in shown.halls]
    return ResultPage(shown.offered, halls, shown.delivery, shown.results)


@routes.put(
    "/v1/cases/<case_no>/delivery",
    access=CITIZEN,
    summary="选择结果送达方式",
    errors=(CaseNotFound, DeliveryFault, DeliveryNotOffered, DeliveryUnderway),
)
async def choose(case_no: CaseNo, body: DeliveryChoice, who: Session) -> ResultPage:
    """结果制作好以前可以修改。"""
    await delivering.choose_for_case(case_no=case_no, choice=body.told(), by=actor(who))
    return await result(case_no, who)
