"""Traces of a person in a text that everybody will read: numbers, addresses, names. Staff who publish are told which.

A check, not a proof: who publishes has read the text. It finds what is written to hide as well (full-width digits,
gaps, numbers in characters), because people write their numbers so.
"""

import re
import unicodedata
from collections.abc import Iterable

_CHARACTERS = str.maketrans("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "00123456789123456789" + "1")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NUMBER = r"[0-9０-９]|[〇零一二三四五六七八九十百]"
_FOUND: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("号码", re.compile(r"[0-9](?:[\s\-—–_.·()（）*]?[0-9]){6,}[Xx]?")),
    ("邮箱", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    ("微信号或QQ号", re.compile(r"(?:微信|[Vv][Xx]|QQ|qq)号?\s*[:：是]?\s*[A-Za-z0-9_-]{5,}")),
    ("车牌", re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}")),
    (
        "住址",
        re.compile(rf"(?:路|街|巷|弄|大道|胡同|村|组)\s*(?:{_NUMBER})+\s*号|(?:{_NUMBER})+\s*(?:栋|幢|单元|号楼|室)"),
    ),
    (
        "姓名",
        re.compile(
            rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:先生|女士|小姐|阿姨|大爷|大妈|师傅|同志|老师|主任|科长|经理)"
        ),
    ),
    ("姓名", re.compile(rf"(?:我叫|本人叫|名叫|姓名|署名|联系人)\s*[:：是]?\s*[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")),
)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")


def left_in(text: str, *, names: Iterable[str] = ()) -> list[str]:
    """What must go before `text` is published, in words for staff; empty when nothing was found.

    `names` are those we know to be about: of whoever wrote it, of colleagues.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    together = re.sub(r"\s", "", plain)
    readings = (plain, together, together.translate(_CHARACTERS))
    found = [
        f"{what}：{match.group()}"
        for what, pattern in _FOUND
        if (match := next(filter(None, (pattern.search(one) for one in readings)), None))
    ]
    named = [one for one in dict.fromkeys(filter(None, names)) if len(one) > 1 and one in together]
    return [*dict.fromkeys(found), *(f"姓名：{one}" for one in named)]
