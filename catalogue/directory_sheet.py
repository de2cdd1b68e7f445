"""中介服务机构名录: what `intermediaries.yaml` holds, field by field. Choice is free; none is recommended."""

from typing import Annotated, Literal

from msgspec import Meta

from catalogue.city_sheets import CreditCode
from catalogue.item_sheet import Key, Line, Name, Phone, Sheet, Slug, Text, Title


class IntermediaryRow(Sheet, frozen=True, kw_only=True):
    """中介和公共服务机构: whose certificate, survey or report a guide may ask for; `items` are those guides,
    `hidden` ones are kept and shown to nobody.
    """

    code: Key
    name: Title
    kind: Literal["公证", "司法鉴定", "翻译", "测绘", "检测检验", "评估", "环评编制", "安全评价", "印章刻制", "体检"]
    credit_code: CreditCode
    region: Name
    address: Title
    phone: Phone
    hours: Line
    services: Annotated[list[Line], Meta(min_length=1)]
    fees: Text
    items: list[Slug] = []
    hidden: bool = False


class IntermediariesFile(Sheet, frozen=True, kw_only=True):
    """`intermediaries.yaml`."""

    intermediaries: Annotated[list[IntermediaryRow], Meta(min_length=1)]
