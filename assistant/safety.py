"""What must never be left to a search: danger to people, complaints about staff, and the wish to speak to a person."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Concern(StrEnum):
    """Why a message is answered with a fixed text."""

    SELF_HARM = "self_harm"
    POLICE = "police"
    FIRE = "fire"
    AMBULANCE = "ambulance"
    FRAUD = "fraud"
    UNLAWFUL = "unlawful"
    COMPLAINT = "complaint"
    PETITION = "petition"
    PERSON = "person"
    GREETING = "greeting"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Reply:
    """A fixed text and the telephone number to offer with it."""

    text: str
    phone: str = "12345"


REPLIES = {
    Concern.SELF_HARM: Reply(
        "您现在的安全最重要。请马上拨打 120 或 110，也可以拨打全国统一心理援助热线 12356，会有人陪您说话。"
        "如果身边有家人或朋友，请现在就告诉他们。",
        "12356",
    ),
    Concern.POLICE: Reply("遇到危险或需要报警，请立即拨打 110；不方便说话时可发送短信至 12110。", "110"),
    Concern.FIRE: Reply("发生火情或有人被困，请立即撤离到安全处并拨打 119。", "119"),
    Concern.AMBULANCE: Reply("有人受伤或突发疾病，请立即拨打 120，说清地点和情况，按接线员的指导施救。", "120"),
    Concern.FRAUD: Reply("疑似遇到诈骗，请停止转账，立即拨打 110 报警；也可拨打反诈专线 96110 咨询。", "110"),
    Concern.UNLAWFUL: Reply(
        "伪造、买卖证件和票据，买分卖分、偷逃税款都是违法的，这里帮不了您。要办真的，把事情告诉我，我来找办事指南。"
    ),
    Concern.COMPLAINT: Reply(
        "很抱歉给您带来不好的体验。请拨打 12345 政务服务便民热线，说清时间、地点和经过，由专人受理。"
    ),
    Concern.PETITION: Reply(
        "反映情况、提意见建议或者表扬，请在“咨询投诉”里写明时间、地点和经过，由专人受理并答复；也可以拨打 12345。"
        "信访事项还可以通过国家信访局网上信访平台，或者向当地信访工作机构提出。"
    ),
    Concern.PERSON: Reply("请点“找人工”，由工作人员接着答复；也可以拨打 12345 政务服务便民热线。"),
    Concern.GREETING: Reply(
        "您好，我是办事助手。告诉我您要办的事，例如“身份证丢了怎么补办”“公积金提取要什么材料”，我会从办事指南里找答案。"
    ),
    Concern.THANKS: Reply("不客气。还有要办的事，随时告诉我。"),
}

_PAPERWORK = re.compile(
    r"证明|回执|认定|补助|救助金|备案|许可|登记|预案|资质|验收|检查|证书|鉴定|材料|报销|赔偿|补偿|待遇"
)
# Asking for help afterwards (房子着火了能申请救助吗) is no danger either; only the wish to die is never past.
_AFTERWARDS = re.compile(rf"{_PAPERWORK.pattern}|救助|申请|理赔|保险|补贴|残疾证|怎么补|补办|没钱|生活费|受灾")
_DANGERS = {
    Concern.SELF_HARM: re.compile(
        r"自杀|自残|自伤|轻生|割腕|不想活|活不下去|活着没(?:意思|意义)|(?:想|要)(?:去)?死(?!亡)|(?:想|要|去)跳[楼河江桥海]|(?:喝|吃)了?(?:农药|安眠药|毒药)|结束(?:自己的)?生命"
    ),
    Concern.FIRE: re.compile(
        r"着火|起火|失火|火警|火灾|(?:燃气|煤气|天然气)(?:泄[漏露]|漏|味)|爆炸|被困|困在电梯|电梯里?(?:出不来|坏了)"
    ),
    Concern.AMBULANCE: re.compile(
        r"急救|救护车|昏迷|晕倒|没有?呼吸|心脏病发|心梗|抽搐|大出血|流血不止|中毒|溺水|触电|(?:出|发生)(?:了)?车祸"
        r"|(?:快(?:要)?|要)生了|羊水破|喘不[上过]气"
    ),
    Concern.POLICE: re.compile(
        r"报警|被(?:人)?(?:打|抢|绑架|跟踪|威胁|强奸|性侵)了?|抢劫|杀人|绑架|入室|有小偷|家暴|救命|[砸撬踹](?:我|家|我家)的?门"
        r"|(?:孩子|小孩|老人)(?:走丢|失踪|不见)"
        r"|(?:有人|老公|丈夫|老婆|男朋友|男友|前夫|他|她|爸|妈)(?:又|在|正在|一直|老是?|总是?|天天|经常)*(?:要)?"
        r"(?:打|殴打|掐|砍|杀|跟踪|威胁|骚扰)(?:了)?我"
    ),
    Concern.FRAUD: re.compile(r"(?:被|遇到|遭遇)(?:电信|网络)?(?:诈骗|骗(?:钱|子|了))|骗走|涉案|安全账户|刷单"),
}
_UNLAWFUL = re.compile(
    r"(?:办|买|做|弄|搞|刻|开|伪造)(?:一?[个张本])?假的?(?:身份|驾|护照|户口|结婚|离婚|学历|毕业|病历|发票|公章|证|章)"
    r"|(?:怎么|如何|教我|帮我)(?:才能)?(?:偷税|逃税|漏税)|[买卖]分|(?:找人|替人)(?:代考|替考)"
)
_COMPLAINT = re.compile(
    r"投诉|举报|(?:态度|服务)(?:太|很|非常|特别|真|好|极其|这么|那么)*(?:差|恶劣|不好|烂|坏)|推诿|踢皮球|推来推去|乱收费"
    r"|不作为|索贿|受贿|收红包|走后门|刁难|故意(?:不办|拖)|(?:就是|老是|一直|还是|硬是)不给(?:我)?办|骂人|给(?:个)?差评"
    r"|(?:我|都|已经)跑了(?:好)?[两二三四五六七八九十几多0-9]+[趟次回]|没人(?:理我|管我|理睬)|队没人[理管]"
)
_PETITION = re.compile(
    r"信访|上访|(?:给|向|找|写信给?)(?:市长|区长|县长|书记|领导)(?:写信|反映|信箱|热线|$)|(?:市长|书记|领导)信箱"
    r"|(?:要|想|来)(?:反映|表扬|感谢|提(?:个|点|一?些)?(?:意见|建议))(?!自己)|^(?:反映|表扬)"
)
_UPSET = re.compile(
    r"(?:垃圾|破|烂|智障|弱智)(?:系统|机器人|客服|玩意|东西|小程序)|"
    r"傻[逼b叉x]|^sb$|煞笔|操你|草泥马|他妈|妈的|去死吧|滚(?:蛋|开|吧|$)|(?:你|机器人|系统|客服|这|什么).{0,4}"
    r"(?:垃圾|废物|智障|弱智|白痴|蠢|笨|破|烂|没用)|一点用(?:都|也)没|答非所问|听不懂人话|胡说八道|气死"
)
_PERSON = re.compile(
    r"转人工|人工(?:客服|服务|坐席|座席|咨询|接听)|真人|活人|客服(?:人员|小姐姐|在吗)?$|^人工$|^客服"
    r"|(?:转|找|接|换|叫|要|跟|和|与)(?:个|一?位|到|一下|你们(?:的)?)?"
    r"(?:人工|客服|工作人员|人(?:来)?(?:聊|说|谈|讲|问|接|回|工)|人吗?$)"
    r"|有(?:没有)?人(?:吗|么|啊|在|接|能(?:帮|回))|不(?:想|要)(?:跟|和|与)(?:机器人?|你)(?:说|聊|讲)|别用机器"
)
_WHEN = re.compile(r"几点|(?:什么|啥)时候|时间|上班|下班|多久")
"""客服几点上班 asks about the person and not for one."""
_STAFFED = re.compile(r"(?:大厅|窗口|柜台|中心).{0,6}有(?:没有)?人(?!工)")
"""大厅中午有人吗 asks when it is open."""
_GREETING = re.compile(
    r"(?:你好+|您好|哈喽|哈啰|嗨|hi|hello|在吗|在不在|早上好|上午好|中午好|下午好|晚上好|喂|你是谁|你能做什么"
    r"|早|早安|在么|你叫(?:什么|啥)(?:名字)?|你是(?:不是)?(?:机器人|ai)|你(?:会|能|可以)(?:帮我)?(?:干|做|办)?(?:什么|啥|哪些)"
    r"(?:事情?)?|怎么(?:使)?用|你(?:今年)?(?:几岁|多大)了?|(?:使用)?帮助|help)"
    r"[呀啊吗~!?。, ]*"
)
_THANKS = re.compile(
    r"(?:好的?|嗯+|行|ok|知道了|明白了?)?[,，。!~ ]*(?:谢谢|多谢|感谢|谢了|辛苦了|再见|拜拜|bye)"
    r"(?:你|您|了|啦|啊)*[!~。 ]*"
    r"|(?:好的?|好吧|嗯+|哦+|行|ok|知道了|明白了?|清楚了|没事了?|不用了|没有了|没了|算了)[!~。,吧啊 ]*"
)


def concern_of(said: str) -> Concern | None:
    """The concern of a canonical message, the most urgent first. Papers about a danger (火灾事故认定) are no danger."""
    for concern, pattern in _DANGERS.items():
        harmless = _PAPERWORK if concern is Concern.SELF_HARM else _AFTERWARDS
        if pattern.search(said) and not harmless.search(said):
            return concern
    if _GREETING.fullmatch(said) and not _PERSON.search(said):
        return Concern.GREETING
    if _THANKS.fullmatch(said):
        return Concern.THANKS
    if _PERSON.search(said) and not _WHEN.search(said) and not _STAFFED.search(said):
        return Concern.PERSON
    if _COMPLAINT.search(said):
        return Concern.COMPLAINT
    if _PETITION.search(said):
        return Concern.PETITION
    return Concern.UNLAWFUL if _UNLAWFUL.search(said) else None


def upset(said: str) -> bool:
    """Whether somebody is angry with the assistant."""
    return _UPSET.search(said) is not None
