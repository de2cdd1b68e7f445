"""Other places: a question about 北京 is a question about 外地, and the answer says that it only holds here."""

import re
from collections.abc import Iterable

AWAY = "外地"
_PLACES = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    "|云南|陕西|甘肃|青海|内蒙古?|广西|西藏|宁夏|新疆|石家庄|太原|沈阳|大连|长春|哈尔滨|南京|苏州|无锡|常州|杭州|宁波"
    "|温州|合肥|福州|厦门|泉州|南昌|济南|青岛|烟台|郑州|武汉|长沙|广州|深圳|珠海|佛山|东莞|惠州|中山市|南宁|海口|三亚"
    "|成都|贵阳|昆明|拉萨|西安|兰州|西宁|银川|乌鲁木齐"
)
_NAMED = re.compile(rf"(?:{_PLACES.pattern})[省市]?")


def named_in(texts: Iterable[str]) -> frozenset[str]:
    """The places that texts speak of."""
    return frozenset(place for text in texts for place in _PLACES.findall(text))


def away(said: str, *, here: frozenset[str]) -> str | None:
    """The other place a message names, if any; `here` are the places that are our own."""
    return next((place for place in _PLACES.findall(said) if place not in here), None)


def without_names(said: str, *, here: frozenset[str]) -> str:
    """The message with 外地 for every other place: 去北京看病 is answered where 去外地看病 is."""
    return _NAMED.sub(lambda match: match.group() if match.group().rstrip("省市") in here else AWAY, said)
