"""Aspects: what about an item is asked (材料 收费 时限 …), and which sections of a guide answer it."""

import re
from collections.abc import Callable
from enum import StrEnum

from assistant import corpus


class Aspect(StrEnum):
    """One thing people ask about any item."""

    MATERIALS = "材料"
    FEES = "收费"
    PERIODS = "时限"
    HOURS = "时间"
    PLACES = "地点"
    BOOKING = "预约"
    PROGRESS = "进度"
    ONLINE = "网办"
    CONDITIONS = "条件"
    PHONE = "电话"
    LEGAL_BASIS = "依据"
    RESULT = "结果"
    STEPS = "流程"
    AWAY = "异地"
    PROXY = "代办"
    RESIDENCE = "户籍"
    NOTES = "注意"


SECTIONS: dict[Aspect, tuple[str, ...]] = {
    Aspect.MATERIALS: (corpus.MATERIALS,),
    Aspect.FEES: (corpus.FEES,),
    Aspect.PERIODS: (corpus.PERIODS,),
    Aspect.HOURS: (corpus.PLACES,),
    Aspect.PLACES: (corpus.PLACES,),
    Aspect.BOOKING: (corpus.BOOKING,),
    Aspect.PROGRESS: (),
    Aspect.ONLINE: (corpus.ONLINE,),
    Aspect.CONDITIONS: (corpus.CONDITIONS,),
    Aspect.PHONE: (corpus.CONTACTS,),
    Aspect.LEGAL_BASIS: (corpus.LEGAL_BASIS,),
    Aspect.RESULT: (corpus.RESULT,),
    Aspect.STEPS: (corpus.STEPS, corpus.MATERIALS),
    Aspect.AWAY: (corpus.ONLINE, corpus.SUMMARY),
    Aspect.PROXY: (),
    Aspect.RESIDENCE: (corpus.CONDITIONS,),
    Aspect.NOTES: (corpus.NOTES,),
}

_MAY = r"(?:能不能|可不可以|能否|可否|是否可以|能|可以|行不行)"
_HERE = r"(?:本地|当地|本市|老家|户籍地|户口所在地|户口地)"
_SOMEBODY = (
    r"(?:别人|他人|旁人|家里?人|家属|亲戚|朋友|同事|老公|老婆|爱人|对象|爸妈|父母|儿子|女儿|子女|孩子|中介|人家)"
)
_WHAT = r"(?:什么|哪些|啥子?|那些|几样)"
# Order matters: an earlier pattern takes its words away from the later ones (办好了吗 is progress, not time).
_PATTERNS: dict[Aspect, re.Pattern[str]] = {
    Aspect.AWAY: re.compile(
        rf"(?:人|本人|我们?|俺|咱|他|她)*(?:都|又|也|现在|目前|常年|长期|一直)*"
        rf"(?:[不没]在{_HERE}|在(?:外地|外省|国外|外面|异地)(?:打工|上班|工作|读书|上学|出差)?(?=[\s,。!?]|$|{_MAY}|怎么|咋|办|回不))"
        rf"(?:[\s,]*{_MAY}*(?:怎么|咋)?办(?:理|不了)?)?"
        rf"|(?:回不[来去]|赶不回[来去])|在老家(?=不方便|没法|[\s,]|$)(?:不方便)?(?:[\s,]*{_MAY}*(?:怎么|咋)?办理?)?"
        rf"|(?:在)?(?:异地|外地){_MAY}办理?|{_MAY}(?:在)?(?:异地|外地)办理?(?![^吗么不吧呢\s,。!?])"
    ),
    Aspect.RESIDENCE: re.compile(
        rf"(?:我们?|俺|咱|他|她|两个人|户口)*(?:都|又)*(?:(?:不是|非){_HERE}|(?:是|不在{_HERE})?外地)(?:的?(?:人|户口|户籍)的?|的)"
        rf"(?=[\s,。!?]|$|{_MAY}|行|怎么|咋)(?:[\s,]*(?:{_MAY}|行)*(?:怎么|咋)?(?:(?:在(?:这里?|这边|本地|你们这))?办理?)?)?|没有?{_HERE}(?:户口|户籍)(?:[\s,]*{_MAY}办理?)?"
    ),
    Aspect.PROXY: re.compile(
        rf"{_MAY}?(?:不是)?(?:让|叫|找|请|由|托|委托|喊){_SOMEBODY}(?:{_MAY})?(?:帮我?|帮忙|替我?|代我?)?(?:去|来|跑)*(?:办理?|领取?|取|拿|申请|交|弄)?"
        rf"|{_SOMEBODY}{_MAY}(?:帮我?|帮忙|替我?|代我?)(?:去|来)*(?:办理?|领取?|取|拿|申请|交|弄)?|{_MAY}(?:帮|替){_SOMEBODY}(?:去)?(?:办理?|领取?|取|拿|弄)"
        rf"|{_MAY}(?:找人)?代(?:办|领|理|取)(?![^吗么不吧呢\s,。!?])"
        rf"|(?:要不要|需不需要|需要|必须|要)?(?:父母|爸妈|夫妻|两口子|两个人|双方)(?:双方)?(?:都|一起|同时)(?:要|得|必须)?(?:到场|[去来到](?!哪))|(?:是不是|必须|一定|要不要|用不用|需不需要|需要|非得|非|得|要|不)*本人(?:必须|一定|要|得|能|可以)?(?:亲自)?(?:到场|到现场|[去来到](?!哪))(?:办理?|一趟|吗)?|(?:本人)(?:不去|不来|去不了|来不了)(?:行不行|{_MAY}办?)?"
    ),
    Aspect.PROGRESS: re.compile(
        r"(?:查询?|看)?(?:一下)?(?:办理|办件|审批|审核)?进度(?:怎么查询?|如何查询?|查询|在哪查?|到哪了?)?|办到哪(?:一步|里|了)*|到哪一?步了?|(?:办|审核?|批)(?:好|完|下来)了?[吗没]"
    ),
    Aspect.RESULT: re.compile(
        r"有效期(?:是?多久|多长|几年|是?多少年?)?|(?:能|可以)?[用管](?:多久|多长时间|几年|多少年)|(?:能|可以|可)?(?:邮寄|快递(?!经营|业务|公司|员|站|柜|丢)|寄到家|寄给我)|送达(?:方式)?|(?:办|做|制)好了?[去到在]?哪[里儿]?(?:领取?|拿|取)|哪[里儿]?(?:取件|取证)"
    ),
    Aspect.PERIODS: re.compile(
        r"(?:要|需要|得)?(?:等|办)?(?<![住领])(?:多久|多长时间|(?<![前这那过])几天|多少天|几个工作日|多少个?工作日|多快)(?:能|可以)?(?:拿到|取|领|办好|办完|办下来|下来|出证)?"
        r"|什么时候(?:能|可以)?(?:拿到?|取到?|领到?|办好|办完|下来)|(?:办理|承诺|法定)?(?:时限|期限)|(?:当场|当天|今天|明天)(?:就?能|可以)?(?:拿到?|取|领|办(?:完|好|理)?|离)"
        r"|how long"
    ),
    Aspect.HOURS: re.compile(
        r"几点(?:上班|下班|开门|关门|开始)?|(?:上班|办公|营业|工作|办理|开放)时间|(?:周末|周[六日]|星期[六天日]|双休日|节假日|中午)(?:上班|开门|能办|可以办|办公|休息|行不行|行|可以)?|(?:上班|开门)[吗没]|开不开门"
    ),
    Aspect.FEES: re.compile(
        r"(?:要|需要|得)?(?:交|花|付|收)?(?:(?<=[换补申首]领)|(?<=[签换补核]发)|(?<![领发补赔贷退]))(?<![能位司家府][拿取提给报])(?:多少|几多|好多|多)(?:钱|费用?)|价钱|(?:收费|费用|工本费|手续费)(?:标准)?(?:是?多少)?|(?:要|收|花|交)(?:不要|不收)?钱|免费|几块钱?|贵不贵"
        r"|fees?\b|costs?\b|how much"
    ),
    Aspect.PLACES: re.compile(
        r"(?:在|去|到|上)?(?:哪里|哪儿|哪个地方|什么地方|哪个(?:窗口|大厅|部门|单位))|[在去到](?:哪)|(?:办理|受理)(?:地点|地址)|(?<![变改换迁司册])(?:地点|地址)(?=在|是|哪|多少|[\s,。!?]|$)|最近的(?:大厅|窗口|网点|地方)?|怎么走|哪(?=办|搞|能办|可以办)"
        r"|where (?:to|can i)"
    ),
    Aspect.BOOKING: re.compile(
        r"(?:怎么|如何|在线|网上|要不要|需不需要|能不能|可以|需要|能|要)?(?:预约|约号|取号|排号|排队)(?:办理)?|能约[上到]?|约[得不][上到]"
    ),
    Aspect.ONLINE: re.compile(
        r"(?:能不能|可不可以|可以|能否|能|怎么)?(?:在?网上|在?线上|在线|用?手机上?|小程序|app|自助机?)(?:能不能|可不可以|可以|能)?(?:办理|办|申请|申办)?|不(?:想|用|愿意?)?(?:去|跑|到)(?:现场|大厅|窗口)|在家里?(?:能|可以)办理?|一次都?不跑|跑几[趟次]|要跑"
    ),
    Aspect.MATERIALS: re.compile(
        rf"(?:都|还|要|得|需要?|该)*(?:带|准备|提交|提供|交|拿)(?:点|些)?(?:{_WHAT}|上)(?:材料|东西|证件|资料|手续|文件)?(?:去|过去)?"
        rf"|(?:都|还|要|得|需要?)*{_WHAT}?(?:申请|申办|办理)?(?:的)?(?:材料|资料|证件|手续)(?:清单|有?{_WHAT})?|(?:还|都)?(?:要|需要?|得){_WHAT}(?!条件|资格|要求|流程)(?:东西)?|documents?|materials|papers"
        r"|(?:要不要|用不用|需不需要|需要|必须|要|得)(?:带|准备)|带齐?"
    ),
    Aspect.CONDITIONS: re.compile(
        rf"(?:有|需要|要|符合|满足|达到)*{_WHAT}?(?:申请|办理|受理)?(?:条件|资格|要求)(?:是?{_WHAT})?"
        r"|(?:什么人|哪些人|谁|我)(?:可以|能)(?=办|申请|领|享受)|(?:能|可以)(?:办|申请|领)(?:吗|么|不)"
    ),
    Aspect.NOTES: re.compile(
        rf"(?:(?:有|还有|都有|要|需要|应该|得|该)*{_WHAT}?(?:要|需要|应该|得|该)?(?:注意|留意)(?:的)?(?:事项|事情|地方|点)?(?:的|有|是)*{_WHAT}?)(?!力|到)"
    ),
    Aspect.PHONE: re.compile(r"(?:咨询|联系)?电话(?:号码)?(?:是?多少|是什么)?|联系方式|打给谁|找谁(?:问|咨询)?"),
    Aspect.LEGAL_BASIS: re.compile(
        rf"(?:设定|法律|政策|法规)依据(?:是?{_WHAT})?|(?:依据|根据){_WHAT}(?:规定|法律|文件|政策)?|{_WHAT}(?:法律|文件)规定"
    ),
    Aspect.STEPS: re.compile(
        r"(?:办理|办事|申请|申办)?(?:流程|步骤|程序)(?:是?什么|是?怎样的?|有哪些)?|(?:要|应该|该|得)?(?:怎么|如何|咋[个子]?|怎样|点样|啷个|哪门|怎个|哪能(?=[办报弄搞])|点(?=[办补搞整]))(?:样)?"
        r"(?:才能|去|来)?(?:办理|办|弄|整|搞|申请|申办|领取?|操作|走)?(?:手续)?"
        r"|how (?:to|do i|can i)(?: get| apply for)?(?: an?| the| my)?"
    ),
}


def read(text: str, *, is_name: Callable[[str], bool]) -> tuple[tuple[Aspect, ...], str]:
    """The aspects asked for in canonical text, and the text without the words that asked.

    Words that belong to a guide's own name (`is_name`) stay: 结婚登记预约 is an item where somebody calls it so.
    """
    asked = []
    for aspect, pattern in _PATTERNS.items():
        if pattern.search(text):
            asked.append(aspect)
            text = pattern.sub(lambda match: match.group() if _of_a_name(match, is_name) else " ", text)
    return tuple(asked), text.strip()


def _of_a_name(match: re.Match[str], is_name: Callable[[str], bool]) -> bool:
    """Whether a name holds the words with a neighbour of theirs: so in 网上卖书许可, not so in 老年证网上申请.

    Words that stand alone ask: 要什么条件 is not 动物防疫条件合格证.
    """
    text, start, end = match.string, match.start(), match.end()
    before, after = text[max(start - 1, 0) : start].strip(), text[end : end + 1].strip()
    return bool(before and is_name(before + match.group())) or bool(after and is_name(match.group() + after))
