"""The conversation: what a message refers to, when to answer, when to ask back, when to hand over."""

from dataclasses import dataclass, replace

from assistant import analysis, answering, navigation, places, question, safety, whereabouts
from assistant.answering import Answer, Kind
from assistant.aspects import Aspect
from assistant.choosing import chosen, decide
from assistant.confidence import Band, Bands
from assistant.corpus import GuideDocument
from assistant.elsewhere import Matter
from assistant.navigation import Card
from assistant.question import Question
from assistant.safety import Concern
from assistant.snapshot import Snapshot
from assistant.whereabouts import Standpoint

MISSES_BEFORE_PERSON = 2
REMEMBERED = 5
EMPTY = "请告诉我您要办的事，例如“身份证丢了怎么补办”。"
PROGRESS = "请点“查办理进度”，登录后看“我的办件”，或用办件编号和证件号码后四位查询。"
HALLS = "请点“看各大厅位置”，里面有每个大厅的地址、电话和办公时间。"
WHICH = "请问您说的是哪一项？"
UNSURE = "我不太确定您要办哪一项，是下面的吗？都不是的话，请换个说法再问我。"
WHICH_ITEM = "请问您问的是哪个事项？例如“护照要什么材料”。"
NOT_FOUND = "抱歉，没有找到能回答这个问题的办事指南，我不敢随便说。您可以换个说法，例如“社保卡丢了怎么补”。"
NEAR = "下面几项与您说的相近，看看是不是要办的事。"
AWAY = "您提到了{place}。下面是本市的办法，{place}的请以当地规定为准。"
SORRY = "很抱歉没帮上您的忙。您可以直接说要办的事，例如“社保卡丢了怎么补”；也可以点“找人工”，或拨打 12345。"
ELSEWHERE = "您问的像是“{name}”，这里还没有它的办事指南，材料和费用我不敢随便说。"
ELSEWHERE_BY = "这件事一般找{by}，也可以拨打 12345 询问。"
ELSEWHERE_NEAR = "与它相近、这里有指南的是："
ELSEWHERE_PHONE = "这件事一般找{by}，可以拨打 {phone} 询问。"
TWICE = "连续没有帮上您，建议找人工，或拨打 12345。"
RULED_OUT = "好的，不办“{unwanted}”。请问您要办的是哪一项？"
_KINDS = {
    Concern.COMPLAINT: Kind.COMPLAINT,
    Concern.PERSON: Kind.PERSON,
    Concern.GREETING: Kind.GREETING,
    Concern.THANKS: Kind.GREETING,
    Concern.UNLAWFUL: Kind.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a follow-up refers to: items spoken of (latest last), guides offered, what was asked about them, misses.

    `place` is the knowledge base that was named last, `ours` the last that was not the city's.
    """

    items: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    asked: tuple[Aspect, ...] = ()
    misses: int = 0
    place: str = ""
    ours: str = ""

    def spoke_of(self, item_code: str, asked: tuple[Aspect, ...]) -> "Memory":
        """The memory after an answer about that item."""
        others = tuple(code for code in self.items if code != item_code)
        return Memory(items=(*others, item_code)[-REMEMBERED:], asked=asked)

    def offering(self, item_codes: tuple[str, ...], asked: tuple[Aspect, ...]) -> "Memory":
        """The memory after asking back among those items."""
        return Memory(items=self.items, offered=item_codes, asked=asked, misses=self.misses)


def reply(snapshot: Snapshot, said: str, memory: Memory, *, at: str = "") -> tuple[Answer, Memory]:
    """Answer one message of a conversation; pure: the same always give the same two.

    `at` is where it comes from, where that is known: a hall, or a knowledge base.
    """
    cleaned = question.clean(said)
    concern = safety.concern_of(cleaned)
    if concern:
        kept = memory if concern in _KINDS else Memory(items=memory.items, place=memory.place, ours=memory.ours)
        return _of_concern(concern), kept
    stand = whereabouts.taken(snapshot, cleaned, place=memory.place, ours=memory.ours, at=at)
    answer, memory = _reply_from(stand, cleaned, memory)
    offered = tuple(choice.item_code for choice in answer.choices)
    return whereabouts.told(answer, stand), replace(memory, offered=offered, place=stand.place, ours=stand.ours)


def _reply_from(stand: Standpoint, cleaned: str, memory: Memory) -> tuple[Answer, Memory]:
    snapshot = stand.snapshot
    if stand.nothing_else and memory.items:
        the_same = Question(cleaned, "", memory.asked, ())
        return _same_elsewhere(snapshot, the_same, memory)
    away = places.away(stand.said, here=snapshot.here)
    general = places.without_names(stand.said, here=snapshot.here)
    questions = question.read(general, is_name=snapshot.is_name)
    if not questions:
        return Answer(kind=Kind.EMPTY, band=Band.UNKNOWN, note=EMPTY, cards=navigation.without_answer()), memory
    answers = []
    for one in questions:
        answer, memory = _reply_one(snapshot, one, memory)
        answers.append(answer)
    joined = _joined(answers)
    if away and joined.passages:
        joined = replace(joined, note="\n".join(filter(None, (AWAY.format(place=away), joined.note))))
    return joined, memory


def _reply_one(snapshot: Snapshot, one: Question, memory: Memory) -> tuple[Answer, Memory]:
    pick = chosen(snapshot, one, memory.offered)
    if pick:
        return _about(pick, replace(one, asked=one.asked or memory.asked), 1.0, memory)
    if one.asked == (Aspect.PROGRESS,):
        return _pointed(PROGRESS, navigation.PROGRESS), memory
    if question.about_halls(one):
        return _pointed(HALLS, navigation.HALLS), memory
    if one.only_rules_out:
        return _ruled_out(snapshot, one, memory)
    if one.about_the_same:
        return _follow_up(snapshot, one, memory)
    decision = decide(snapshot, one, recent=memory.items)
    if decision.document:
        asked = one.asked or (memory.asked if one.compares else ())
        return _about(decision.document, replace(one, asked=asked), decision.confidence, memory)
    if decision.matter:
        return _handled_elsewhere(snapshot, decision.matter, decision.near, memory)
    if decision.choices:
        return _ask_back(decision.choices, one, decision.confidence, memory, bands=snapshot.bands)
    if safety.upset(one.said):
        return Answer(kind=Kind.PERSON, band=Band.UNKNOWN, note=SORRY, cards=navigation.without_answer()), memory
    return _not_found(decision.near, memory)


def _same_elsewhere(snapshot: Snapshot, one: Question, memory: Memory) -> tuple[Answer, Memory]:
    """市里的规定呢: what was spoken of last, as another base has it."""
    latest = snapshot.guide(memory.items[-1])
    return _about(latest, one, 1.0, memory) if latest else _not_found((), memory)


def _follow_up(snapshot: Snapshot, one: Question, memory: Memory) -> tuple[Answer, Memory]:
    recent = [guide for code in memory.items if (guide := snapshot.guide(code))]
    if recent and question.goes_back(one.said) and len(recent) > 1:
        return _about(recent[-2], one, 1.0, memory)
    if recent and (one.asked or question.goes_back(one.said)):
        return _about(recent[-1], one, 1.0, memory)
    if question.of_halls(one.asked):
        return _pointed(HALLS, navigation.HALLS), memory
    if one.asked:
        return Answer(kind=Kind.CHOOSE, band=Band.ASK_BACK, note=WHICH_ITEM, cards=navigation.without_answer()), memory
    return _not_found((), memory)


def _about(document: GuideDocument, one: Question, confidence: float, memory: Memory) -> tuple[Answer, Memory]:
    passages, note = answering.passages_for(document, one.topic, one.asked)
    answer = Answer(
        kind=Kind.ANSWER,
        band=Band.ANSWER,
        confidence=confidence,
        note=note,
        passages=passages,
        cards=navigation.after_answer(document, one.asked),
    )
    return answer, memory.spoke_of(document.item_code, one.asked)


def _ask_back(
    documents: tuple[GuideDocument, ...], one: Question, confidence: float, memory: Memory, *, bands: Bands
) -> tuple[Answer, Memory]:
    choices = answering.choices_of(documents)
    answer = Answer(
        kind=Kind.CHOOSE,
        band=Band.ASK_BACK,
        confidence=confidence,
        note=WHICH if bands.of(confidence) is Band.ANSWER and len(choices) > 1 else UNSURE,
        choices=choices,
        cards=navigation.without_answer(),
    )
    return answer, memory.offering(tuple(choice.item_code for choice in choices), one.asked)


def _ruled_out(snapshot: Snapshot, one: Question, memory: Memory) -> tuple[Answer, Memory]:
    """不想注销: offer what is near but is not that."""
    topic = replace(one, topic=analysis.canon(question.without_negation(one.said)))
    near = decide(snapshot, topic, recent=()).near if topic.topic else ()
    note = RULED_OUT.format(unwanted="、".join(one.unwanted))
    answer, memory = _ask_back(near, one, 0.0, memory, bands=snapshot.bands)
    return replace(answer, note=note), memory


def _pointed(note: str, card: Card) -> Answer:
    """What no guide answers but a screen shows."""
    cards = (card, *navigation.without_answer())
    return Answer(kind=Kind.ANSWER, band=Band.ANSWER, confidence=1.0, note=note, cards=cards)


def _not_found(near: tuple[GuideDocument, ...], memory: Memory) -> tuple[Answer, Memory]:
    misses = memory.misses + 1
    tired = misses >= MISSES_BEFORE_PERSON
    choices = answering.choices_of(near, limit=3)
    answer = Answer(
        kind=Kind.PERSON if tired else Kind.UNKNOWN,
        band=Band.UNKNOWN,
        note=NOT_FOUND + (TWICE if tired else "") + (NEAR if choices else ""),
        choices=choices,
        cards=navigation.without_answer(),
    )
    offered = tuple(choice.item_code for choice in choices)
    return answer, replace(memory, misses=misses, offered=offered, asked=())


def _handled_elsewhere(
    snapshot: Snapshot, matter: Matter, near: tuple[GuideDocument, ...], memory: Memory
) -> tuple[Answer, Memory]:
    """A matter without a guide: say so, name who handles it, offer what is near. A follow-up is then about no item."""
    named = tuple(guide for name in matter.near if (guide := snapshot.called(name)))
    choices = answering.choices_of(named, limit=3)
    whom = (
        ELSEWHERE_PHONE.format(by=matter.by, phone=matter.phone) if matter.phone else ELSEWHERE_BY.format(by=matter.by)
    )
    answer = Answer(
        kind=Kind.UNKNOWN,
        band=Band.UNKNOWN,
        note=ELSEWHERE.format(name=matter.name) + whom + (ELSEWHERE_NEAR if choices else ""),
        choices=choices,
        cards=(*((navigation.phone(matter.phone),) if matter.phone else ()), *navigation.without_answer()),
    )
    return answer, Memory(offered=tuple(choice.item_code for choice in choices))


def _of_concern(concern: Concern) -> Answer:
    fixed = safety.REPLIES[concern]
    kind = _KINDS.get(concern, Kind.EMERGENCY)
    cards = () if kind is Kind.EMERGENCY else navigation.without_answer()
    if kind is Kind.COMPLAINT:
        cards = (navigation.COMPLAINT, *cards)
    if fixed.phone != navigation.HOTLINE:
        cards = (navigation.phone(fixed.phone), *cards)
    return Answer(kind=kind, band=Band.ANSWER, confidence=1.0, note=fixed.text, cards=cards)


def _joined(answers: list[Answer]) -> Answer:
    """Two questions in one message: what could be answered, said together; the surest kind leads."""
    if len(answers) == 1:
        return answers[0]
    answered = [answer for answer in answers if answer.kind is Kind.ANSWER]
    lead = answered[0] if answered else answers[0]
    rest = [answer for answer in answers if answer is not lead and answer.kind is not Kind.ANSWER]
    notes = [answer.note for answer in (*answered, *rest) if answer.note]
    return replace(
        lead,
        note="\n".join(dict.fromkeys(notes)),
        passages=tuple(dict.fromkeys(passage for answer in answered for passage in answer.passages)),
        choices=tuple(dict.fromkeys(choice for answer in answers for choice in answer.choices)),
        cards=tuple(dict.fromkeys(card for answer in (answered or answers) for card in answer.cards)),
    )
