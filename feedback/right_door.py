"""Whose door it is (受理渠道): what we do not answer ourselves is pointed to who does, before it is filed or after.

The numbers are the national public-service lines; 12345 takes in whatever somebody cannot place.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    """A body that answers what we do not."""

    code: str
    name: str
    what: str
    phone: str
    words: str  # a pattern of what people say

    @property
    def told(self) -> str:
        """As the asker reads it."""
        return f"{self.what}请通过{self.name}反映" + (f"，电话 {self.phone}。" if self.phone else "。")


DOORS = (
    Door("police", "公安机关", "报警求助、违法犯罪线索", "110", "报警|被抢|被偷|被骗|诈骗|打架|殴打|家暴"),
    Door("petition", "信访部门（国家信访局网上信访平台或当地信访接待场所）", "信访事项", "", "信访|上访"),
    Door(
        "discipline",
        "纪检监察机关",
        "对公职人员违纪违法的检举控告",
        "12388",
        "贪污|受贿|行贿|索贿|贪腐|举报.{0,6}(干部|领导|公务员)",
    ),
    Door("court", "人民法院诉讼服务", "诉讼、执行事项", "12368", "起诉|上诉|强制执行|判决书|法院"),
    Door(
        "consumer",
        "市场监管部门",
        "消费纠纷、价格和食品安全投诉",
        "12315",
        "假货|退货|消费者|商家|缺斤少两|食品安全|价格欺诈",
    ),
    Door("labour", "人力资源社会保障部门", "拖欠工资等劳动保障维权", "12333", "欠薪|拖欠工资|讨薪|劳动仲裁|克扣工资"),
    Door("tax", "税务机关", "税费政策和涉税投诉", "12366", "偷税|漏税|发票.{0,6}(不开|拒开|拒绝)"),
    Door("legal_aid", "公共法律服务", "法律援助、法律咨询", "12348", "法律援助|请律师"),
    Door("hotline", "政务服务便民热线", "急事和说不清归哪里管的事", "12345", "停水|停电|噪音|路灯|井盖|垃圾"),
)
_BY_CODE = {one.code: one for one in DOORS}


def known(code: str) -> Door | None:
    return _BY_CODE.get(code)


def suggested(text: str, *, limit: int = 2) -> list[Door]:
    """Doors that this seems to belong to; a hint, nothing is turned away by it."""
    return [one for one in DOORS if re.search(one.words, text)][:limit]
