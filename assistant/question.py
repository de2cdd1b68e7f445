"""A question as people type it, taken apart: courtesies off, aspects out, what is not wanted aside, the topic left."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant import analysis, aspects, stories
from assistant.aspects import Aspect

LONGEST = 300
MOST_PARTS = 3
SHORTEST_CORE = 3
MOST_WORDINGS, LONGEST_WORDING = 4, 10

_OF_A_PERSON = re.compile(
    r"(?:(?:(?:公民)?身份证?|证件|手机|电话|联系|银行|卡)+(?:号码?)?(?:是|为)?[::]?\s*)?"
    r"(?<![0-9a-zA-Z])(?:1[0-9]{10}|[0-9]{15,19}[0-9xX]?)(?![0-9a-zA-Z])"
    r"|我(?:叫|姓名是?)[\u3400-\u9fff]{2,4}(?=[\s,。;]|身份证号|手机|电话)"
)
"""Who asks and their numbers are no part of the question: 我叫王某身份证号…帮我查居住证办好没."""
_TAGS = re.compile(r"<[^<>]{0,200}>")
_ADDRESSES = re.compile(r"https?://\S+")
_COURTESY = re.compile(
    r"^(?:(?:你好|您好|喂|嗨|老师|同志|亲|在吗|那个(?!体)|对了|顺便再?|另外|侬?晓得|请问(?:一下|下)?|麻烦(?:问|你|您)?(?:一下)?|打扰了?|(?:我|俺)?(?:想|要)(?:要)?"
    r"(?:问|咨询|了解|知道|请教)(?:一下|下)?|咨询(?:一下|下)|问(?:一下|下)|帮(?:我|忙)(?:查|看|问)?(?:一下|下)?|(?:我|俺)?(?:只|就)(?:是)?(?:想要?|要)|(?:我|俺)(?:想要?|要|需要|准备|打算|该|应该)"
    r"|(?:我|俺|咱)家?(?:爸爸?|妈妈?|爹|娘|爷爷|奶奶|外公|外婆|老公|老婆|老伴|老头))"
    r"[\s,。!~、]*)+"
    r"|(?:[\s,。!?~、]*(?:谢谢(?:你|您|了)?|多谢|吗|呢|啊|呀|吧|哦|嘛|(?<![什怎那])么|哈|的话|怎么样|来着"
    r"|[噻嗫伐咯嘞撒哩喔咧呗捏咗啵嗦哇哟啦哒]|(?:中|行|成|好|可以|得|要得)不(?:中|行|成|好|可以|得行|得)?|(?<=..)(?<![要能是行成好])不))+[\s,。!?~]*$"
)
_PRONOUNS = re.compile(
    r"那么|那个|这个|那|这|它|其|还|都|也|又|再|需要|要|是|的|了|吗|呢|啊|呀|吧|么|嘛|我|你|您|想|办理|办|一下|怎么|什么|请问"
    r"|可以|能|得|去|有|没|好|批|行|到手|下来|来着|对了|回到|刚才|刚刚|之前|前面|上一个|说|知道|告诉|多|些|吗|下|会|该|呀|问|事项|事情|事|业务|手续"
    r"|[今明后]天|[上下]午|早上|领|拿|取|弄|搞|找"
)
_ACTIONS = (
    "注销|变更|补办|补领|补发|换领|换发|换证|首次|新办|迁出|迁入|提取|缴存|登记|转移|转出|转入|取消|撤销|挂失|解除"
    "|离婚|结婚|过户|续签|签注|备案|缴费|停保|参保"
)
_UNWANTED = re.compile(
    r"(?<![要想用是])(?:不是想?要?|不想要?|不要|不打算|不需要|不用|并非|先不)(?:去|办理?|做|来)?"
    rf"[^,。!?;\s]{{0,8}}?({_ACTIONS})"
)
_RATHER = re.compile(r"(?:只|就|而)是?(?:想|要)|是(?:想|要)|(?:想|要)[查办换补开领改]")
_WANTS = re.compile(r" *(?:我|俺)?(?:只|就|是)*(?:想|要)")
_KIND = re.compile(
    r"(?:办理?|申请|领取?|开|补办?|换)?([\u3400-\u9fff]{2,5}?)"
    r"(?:(?:经营|从业|执业)?(?:许可证?|资格证书?|资质|执照)|证书?|上牌|登记证?|备案|补[贴助]|津贴)"
)
_LOST = re.compile(
    r"([^,。!?;]+?)(?:整|弄|搞|给|都|又|也|不小心|被(?:人)?|[叫让给]人)*"
    r"(?:丢(?!人)|遗失|[找寻](?:不到|不[着见](?=了|$|[\s,。!?])|没了)|(?<![听看望瞧])不见了?|掉了|偷了?|顺走|落(?:在)?(?:[^,。!?;]{1,6}[上里]|家)|(?:整|弄|搞)没)"
)
_NOTHING_MORE = re.compile(r"[\s了啦,。!?]*")
_LOST_OF = re.compile(r"[我俺咱你的把将]|丢了?")
_HOLDER = re.compile(r".{0,2}包|行李箱?|箱子")
_HALL = re.compile(
    r"(?:.{0,6}?(?:政务|办事|便民|行政|市民|服务|审批)+(?:大厅|中心|局)|(?:你们|咱们|最近的?|附近的?|的)*大厅)"
)
_OF_HALLS = {Aspect.PLACES, Aspect.HOURS, Aspect.PHONE}
_AS_OFTEN_TOLD = {Aspect.AWAY, Aspect.PROXY, Aspect.RESIDENCE, Aspect.ONLINE}
"""Where somebody is and who goes for them is as often told as asked: 我在外地上班."""
_THEN = re.compile(r"那么?|如果|要是|呢|的话|是|换成")
_HEAD = re.compile(r"[^,]{2,}[给替被]\S+的(\S{2,8})")
"""What somebody did, and with what: 单位给我开的工伤 is about 工伤."""
_LOOSE_END = re.compile(r"(?:\s|到底|究竟|才[行好]|需要?|要|得|都|还|可以|能|该|在|去|的|是|怎么|如何)+$")
_BACK = re.compile(r"回到|刚才|刚刚|之前(?:的|那|说)|前面(?:的|那|说)|上一个")
_ENDS = re.compile(r"[?!;。\n]+|,(?=还有|另外|顺便|以及|再问)|(?=(?:还有|另外),)")
_LISTS = re.compile(r"[,、/]+")
_JOINS = re.compile(r",|还有|另外|顺便|以及")
_COMPARES = re.compile(r"^(?:那么?|如果|要是|换成)|呢[?。!]*$")
_BRINGS = re.compile(r"(?:那|还|也|都)*(?:要不要|用不用|需不需要|需要|必须|要|用|得)带.{1,8}?(?:去|过去)?")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `said` is canonical, `topic` what is left to search for, `unwanted` what it rules out.

    `core` is the topic of the one clause that asks, where others only tell the story: 我刚搬来,怎么办居住证.
    """

    said: str
    topic: str
    asked: tuple[Aspect, ...]
    unwanted: tuple[str, ...]
    core: str = ""

    @property
    def only_rules_out(self) -> bool:
        """Whether it says what is not wanted, but not what is: 不想注销营业执照."""
        return bool(self.unwanted) and not re.search(_ACTIONS, self.topic) and not _RATHER.search(self.topic)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The names that a message lists for one and the same: 查律师、找律师、律师查询."""
        pieces = _LISTS.split(self.topic)
        return tuple(pieces) if 1 < len(pieces) <= MOST_WORDINGS and max(map(len, pieces)) <= LONGEST_WORDING else ()

    @property
    def compares(self) -> bool:
        """Whether it goes on from what was said before: 那小孩呢."""
        return _COMPARES.search(self.said) is not None

    @property
    def about_the_same(self) -> bool:
        """Whether it names no item of its own: 那要带什么材料."""
        return not self.topic


def clean(text: str) -> str:
    """Canonical text without mark-up, at most `LONGEST` characters. Nothing of it is ever run or shown as mark-up."""
    text = _ADDRESSES.sub(" ", _TAGS.sub(" ", text[: LONGEST * 20]))
    return _OF_A_PERSON.sub(" ", analysis.canon(text)).strip()[:LONGEST]


def read(text: str, *, is_name: Callable[[str], bool]) -> list[Question]:
    """The questions in one message, in order, at most three. `is_name` says whether words belong to a guide's name."""
    cleaned = clean(text)
    parts = [part for part in _ENDS.split(cleaned) if analysis.units(part)]
    parts = [_asking(part, is_name) for part in parts]
    pieces = [piece for part in parts for piece in _independent(part, is_name)]
    questions = [replace(_read_one(piece, is_name), core=_core(piece, is_name)) for piece in pieces]
    return _without_echoes(questions)[:MOST_PARTS]


def plain(text: str) -> str:
    """Canonical text without courtesies around it."""
    return _COURTESY.sub("", text).strip(" ,。!?、")


def lost(said: str) -> str:
    """What was lost, with what stands around it, if two Chinese characters or more say it: 我的学生证丢了 → 学生证.

    Who lost a bag asks for what was in it.
    """
    match = _LOST.search(said)
    before = _LOST_OF.split(match.group(1))[-1] if match else ""
    what = "".join(filter(analysis.is_han, analysis.units(before))).removesuffix("儿")
    return what if len(what) > 1 and not _HOLDER.fullmatch(what) else ""


def as_lost(topic: str) -> str:
    """The plainest words for it where a topic says only that something was lost: 房产证让人顺走了 → 房产证丢了."""
    match, what = _LOST.search(topic), lost(topic)
    return f"{what}丢了" if match and what and _NOTHING_MORE.fullmatch(topic[match.end() :]) else ""


def kind_of(topic: str) -> str:
    """What kind of paper is meant, where that is all the topic says: 印刷经营许可 → 印刷; else empty."""
    match = _KIND.fullmatch("".join(analysis.units(topic)))
    return match.group(1) if match else ""


def goes_back(said: str) -> bool:
    """Whether the message returns to something spoken of before: 回到刚才的, 前面那个."""
    return _BACK.search(said) is not None


def is_action(said: str) -> bool:
    """Whether it says what is to be done and not with what: 注销."""
    return re.fullmatch(_ACTIONS, said) is not None


def about_halls(one: Question) -> bool:
    """Whether it asks for a hall and no item: 最近的政务大厅在哪."""
    return of_halls(one.asked) and _HALL.fullmatch(one.topic) is not None


def of_halls(asked: tuple[Aspect, ...]) -> bool:
    """Whether all that is asked can be said of a hall as well: where, when, which telephone."""
    return bool(asked) and set(asked) <= _OF_HALLS


def about_then(topic: str) -> str:
    """The bare topic of a follow-up: 那小孩呢 → 小孩."""
    return "".join(analysis.units(_THEN.sub("", topic)))


def without_negation(said: str) -> str:
    """The object of what is not wanted: 不想注销营业执照 → 营业执照."""
    return re.sub(rf"不是想?要?|不想要?|不要|不打算|不需要|不用|并?非|别给我|先不|我|{_ACTIONS}", "", said)


def _read_one(text: str, is_name: Callable[[str], bool]) -> Question:
    bare = plain(text)
    if _BRINGS.fullmatch(bare):
        return Question(text, "", (Aspect.MATERIALS,), ())
    unwanted = tuple(dict.fromkeys(match.group(1) for match in _UNWANTED.finditer(bare)))
    wanted = _UNWANTED.sub(" ", bare)
    asked, rest = aspects.read(plain(wanted.strip(" ,")), is_name=is_name)
    rest = plain(rest.strip(" ,。!?、"))
    rest = _LOOSE_END.sub("", rest) if asked else rest
    rest = _BACK.sub("", rest).strip(" ,的") if _BACK.search(rest) else rest
    topic = (as_lost(rest) or rest) if analysis.units(_PRONOUNS.sub("", rest)) else ""
    return Question(text, topic, asked, unwanted)


def _independent(text: str, is_name: Callable[[str], bool]) -> list[str]:
    """Parts that each name an item and ask something; otherwise the whole: 不想注销,只想变更 is one, 还有贷款 too."""
    pieces = [piece for piece in _JOINS.split(text) if analysis.units(piece)]
    if len(pieces) > 1 and all(one.topic and one.asked for one in (_read_one(piece, is_name) for piece in pieces)):
        return pieces
    return [text]


def _asking(text: str, is_name: Callable[[str], bool]) -> str:
    """What asks of a story too long to be searched for: the last piece of it that asks, with as much of what goes
    before as names something. The whole, where no piece asks."""
    if len(text) <= stories.LONGEST_QUESTION:
        return text
    pieces = stories.pieces(text)
    asking = [place for place, piece in enumerate(pieces, 1) if {*_read_one(piece, is_name).asked} - _AS_OFTEN_TOLD]
    end = asking[-1] if asking else 0
    tails = ("".join(pieces[start:end]) for start in range(end - 1, -1, -1))
    names = (tail for tail in tails if len(analysis.units(_read_one(tail, is_name).topic)) >= SHORTEST_CORE)
    return next(names, text)[-stories.LONGEST_QUESTION :] if end else text


def _core(text: str, is_name: Callable[[str], bool]) -> str:
    """The topic of the one clause that asks or wants something, if it says more than what is asked of any item; of a
    single clause, what its verbs are about."""
    read_pieces = [_read_one(piece, is_name) for piece in text.split(",") if analysis.units(piece)]
    asking = [one.topic for one in read_pieces if one.topic and (one.asked or _WANTS.match(one.said))]
    if len(read_pieces) == 1:
        head = _HEAD.fullmatch(read_pieces[0].topic)
        return head.group(1) if head else ""
    if len(asking) != 1:
        return ""
    _, told = aspects.read(asking[0], is_name=lambda words: False)
    return asking[0] if len(analysis.units(told)) >= SHORTEST_CORE else ""


def _without_echoes(questions: list[Question]) -> list[Question]:
    """Drop parts that neither name nor ask anything, such as a greeting before the question."""
    speaking = [question for question in questions if question.topic or question.asked or question.unwanted]
    return speaking or questions[:1]
