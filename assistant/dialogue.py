"""The conversation: what a message refers to, when to answer, when to ask back, when to hand over."""

from dataclasses import replace

from assistant import analysis, answering, audience, ground_rules, navigation, places, question, safety, whereabouts
from assistant.answering import Answer, Kind
from assistant.around import NOTHING, Around
from assistant.aspects import Aspect
from assistant.choosing import Decision, chosen, decide, left_over, only_picks
from assistant.confidence import Band, Bands
from assistant.corpus import GuideDocument
from assistant.elsewhere import Matter
from assistant.going_on import returned_to, told_by_the_latest, with_the_latest
from assistant.ground_rules import GroundRule, Meant
from assistant.hall_names import Place
from assistant.navigation import Live, LiveKind
from assistant.question import Question
from assistant.remembering import Memory
from assistant.safety import Concern
from assistant.snapshot import Snapshot
from assistant.whereabouts import Standpoint

MISSES_BEFORE_PERSON = 2
EMPTY = "请告诉我您要办的事，例如“身份证丢了怎么补办”。"
HALLS = "请点“看各大厅位置”，里面有每个大厅的地址、电话和办公时间。"
HALLS_OF = "{place}，今天的开放时间见下。"
NOT_THERE = "《{name}》不在{place}办理，可以去的大厅见下。"
WHICH = "请问您说的是哪一项？"
UNSURE = "我不太确定您要办哪一项，是下面的吗？都不是的话，请换个说法再问我。"
WHICH_ITEM = "请问您问的是哪个事项？例如“护照要什么材料”。"
NO_LIST = "前面没有列出几项可选的。请告诉我是哪个事项，例如“护照要什么材料”。"
OR_WHICH_ITEM = "想问某个事项的，请告诉我是哪一项，例如“护照”。"
NOT_FOUND = "抱歉，没有找到能回答这个问题的办事指南，我不敢随便说。您可以换个说法，例如“社保卡丢了怎么补”。"
PART_NOT_FOUND, LONGEST_QUOTED = "“{said}”这一句，没有找到能回答的办事指南。", 20
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
    Concern.PETITION: Kind.COMPLAINT,
    Concern.PERSON: Kind.PERSON,
    Concern.GREETING: Kind.GREETING,
    Concern.THANKS: Kind.GREETING,
    Concern.UNLAWFUL: Kind.UNKNOWN,
}


def reply(
    snapshot: Snapshot, said: str, memory: Memory, around: Around = NOTHING, *, at: str = ""
) -> tuple[Answer, Memory]:
    """Answer one message of a conversation; pure: the same always give the same two.

    `at` is where it comes from, where that is known: a hall, or a knowledge base.
    """
    cleaned = question.clean(said)
    concern = safety.concern_of(cleaned)
    if concern:
        return _of_concern(concern), (memory if concern in _KINDS else memory.only_where(memory.items))
    stand = whereabouts.taken(snapshot, cleaned, memory=memory, halls=around.halls, at=at)
    answer, memory = _reply_from(stand, stand.remembered(memory), around)
    offered = tuple(choice.item_code for choice in answer.choices)
    return whereabouts.told(answer, stand), replace(memory, offered=offered)


def _reply_from(stand: Standpoint, memory: Memory, around: Around) -> tuple[Answer, Memory]:
    snapshot = stand.snapshot
    if stand.nothing_else and memory.items:
        return _same_elsewhere(stand, memory, around)
    away = places.away(stand.said, here=snapshot.here)
    general = places.without_names(stand.said, here=snapshot.here)
    questions = question.read(general, is_name=snapshot.is_name)
    if stand.names_a_place:
        questions = _of_a_place(questions, general)
    if not questions:
        return Answer(kind=Kind.EMPTY, band=Band.UNKNOWN, note=EMPTY, cards=navigation.without_answer()), memory
    answers = []
    for one in questions:
        answer, memory = _reply_one(snapshot, one, memory, around, stand.hall)
        answers.append(_beside_others(answer, one) if len(questions) > 1 else answer)
    joined = _joined(answers)
    if away and joined.passages:
        joined = replace(joined, note="\n".join(filter(None, (AWAY.format(place=away), joined.note))))
    return joined, memory


def _beside_others(answer: Answer, one: Question) -> Answer:
    """Of several questions, which one it is that nothing was found for."""
    if answer.kind is not Kind.UNKNOWN or not answer.note.startswith(NOT_FOUND):
        return answer
    return replace(answer, note=PART_NOT_FOUND.format(said=one.said[:LONGEST_QUOTED]))


def _of_a_place(questions: list[Question], said: str) -> list[Question]:
    """Whoever only names a place asks where it is done: 去西岭区办."""
    asking = questions or [Question(said, "", (), ())]
    return [replace(one, asked=(Aspect.PLACES,)) if one.about_the_same and not one.asked else one for one in asking]


def _reply_one(
    snapshot: Snapshot, one: Question, memory: Memory, around: Around, named: Place | None
) -> tuple[Answer, Memory]:
    pick = chosen(snapshot, one, memory.offered)
    if pick:
        return _about(pick, replace(one, asked=one.asked or memory.asked), 1.0, memory, around)
    if only_picks(one):
        return _of_the_list(snapshot, one, memory, around)
    whom = audience.only_says(one.said) or (audience.only_says(one.topic) if one.asked and memory.items else "")
    if whom:
        return _for_whom(snapshot, whom, one, memory, around)
    rule = ground_rules.meant(question.plain(one.said))
    if one.asked == (Aspect.PROGRESS,):
        return _by_rule(ground_rules.known()["progress"], 1.0, memory, around)
    if _only_of_halls(one, named, rule):
        return _where_halls_are(memory)
    if one.only_rules_out and not rule:
        return _ruled_out(snapshot, one, memory)
    if one.about_the_same:
        return _follow_up(snapshot, one, memory, around, rule)
    spoken_of = returned_to(snapshot, one, memory)
    if spoken_of:
        asked = one.asked or (memory.asked if one.compares else ())
        return _about(spoken_of, replace(one, topic="", asked=asked), 1.0, memory, around)
    decision = decide(snapshot, one, recent=memory.items)
    latest = told_by_the_latest(snapshot, one, memory, decision)
    if latest and not rule:
        return _about(latest, one, 1.0, memory, around)
    if rule and _rather(rule, decision, snapshot.bands):
        return _by_rule(rule.rule, rule.confidence, memory, around)
    decision = with_the_latest(snapshot, one, memory, decision)
    if decision.document:
        asked = one.asked or (memory.asked if one.compares or memory.pending else ())
        return _about(decision.document, replace(one, asked=asked), decision.confidence, memory, around)
    if decision.matter:
        return _handled_elsewhere(snapshot, decision.matter, decision.near, memory)
    if decision.choices:
        return _asked_or_known(snapshot, one, decision, memory, around)
    if safety.upset(one.said):
        return Answer(kind=Kind.PERSON, band=Band.UNKNOWN, note=SORRY, cards=navigation.without_answer()), memory
    return _not_found(decision.near, memory)


def _of_the_list(snapshot: Snapshot, one: Question, memory: Memory, around: Around) -> tuple[Answer, Memory]:
    """第二个, 另外一个呢: of what was offered last, or of nothing."""
    meant = left_over(snapshot, one, memory)
    asked = one.asked or memory.asked
    if len(meant) == 1:
        return _about(meant[0], replace(one, topic="", asked=asked), 1.0, memory, around)
    if meant:
        return _ask_back(meant, replace(one, asked=asked), 1.0, memory, bands=snapshot.bands)
    answer, memory = _which_item(asked, memory)
    return replace(answer, note=NO_LIST), memory


def _same_elsewhere(stand: Standpoint, memory: Memory, around: Around) -> tuple[Answer, Memory]:
    """市里的规定呢: what was spoken of last, as another base has it."""
    latest = stand.snapshot.guide(memory.items[-1])
    the_same = Question(stand.said, "", memory.asked, ())
    return _about(latest, the_same, 1.0, memory, around) if latest else _not_found((), memory)


def _only_of_halls(one: Question, named: Place | None, rule: Meant | None) -> bool:
    """Whether a hall that is named is asked about and no item, or any hall: 大厅几点开门, but not 大厅周六开不开."""
    if named and named.is_hall and question.of_halls(one.asked) and not one.topic:
        return True
    return question.about_halls(one) and not rule


def _rather(rule: Meant, decision: Decision, bands: Bands) -> bool:
    """Whether the platform itself is asked about rather than what was found in the catalogue."""
    return rule.confidence > decision.confidence or bands.of(decision.confidence) is Band.UNKNOWN


def _follow_up(
    snapshot: Snapshot, one: Question, memory: Memory, around: Around, rule: Meant | None
) -> tuple[Answer, Memory]:
    recent = [guide for code in memory.items if (guide := snapshot.guide(code))]
    if recent and question.goes_back(one.said) and len(recent) > 1:
        return _about(recent[-2], one, 1.0, memory, around)
    if recent and (one.asked or question.goes_back(one.said)):
        return _about(recent[-1], one, 1.0, memory, around)
    if rule:
        answer, after = _by_rule(rule.rule, rule.confidence, memory, around)
        if not one.asked or question.of_halls(one.asked):
            return answer, after
        return replace(answer, note=OR_WHICH_ITEM), after.offering((), one.asked)
    offered = tuple(guide for code in memory.offered if (guide := snapshot.guide(code)))
    if one.asked and offered:
        return _ask_back(offered, one, 1.0, memory, bands=snapshot.bands)
    if question.of_halls(one.asked):
        return _where_halls_are(memory)
    if one.asked:
        return _which_item(one.asked, memory)
    return _not_found((), memory)


def _which_item(asked: tuple[Aspect, ...], memory: Memory) -> tuple[Answer, Memory]:
    answer = Answer(kind=Kind.CHOOSE, band=Band.ASK_BACK, note=WHICH_ITEM, cards=navigation.without_answer())
    return answer, memory.offering((), asked)


def _for_whom(snapshot: Snapshot, whom: str, one: Question, memory: Memory, around: Around) -> tuple[Answer, Memory]:
    """小孩的, 我是公司: it narrows what was offered, tells the item spoken of apart, or waits for an item."""
    memory, bare = replace(memory, audience=whom), replace(one, topic="", asked=one.asked or memory.asked)
    offered = [guide for code in memory.offered if (guide := snapshot.guide(code))]
    fitting = audience.fitting(offered, whom)
    if len(fitting) > 1:
        return _ask_back(fitting, bare, 1.0, memory, bands=snapshot.bands)
    latest = snapshot.guide(memory.items[-1]) if memory.items else None
    meant = fitting[0] if fitting else latest
    if meant:
        return _about(meant, bare, 1.0, memory, around)
    return _which_item(bare.asked, memory)


def _about(
    document: GuideDocument, one: Question, confidence: float, memory: Memory, around: Around
) -> tuple[Answer, Memory]:
    whom = audience.of(one.said) or _still_for(document, one, memory)
    passages, note = answering.passages_for(document, one.topic, one.asked, whom=whom)
    answer = Answer(
        kind=Kind.ANSWER,
        band=Band.ANSWER,
        confidence=confidence,
        note="\n".join(filter(None, (_not_there(document, one, memory, around), note))),
        passages=passages,
        cards=navigation.after_answer(document, one.asked),
        live=navigation.live_beside(document, one.asked, place=memory.place),
    )
    return answer, memory.spoke_of(document.item_code, one.asked, audience=whom)


def _still_for(document: GuideDocument, one: Question, memory: Memory) -> str:
    """For whom it was before, as long as the same item is spoken of, or who asks is a company."""
    same = document.item_code in (*memory.items[-1:], *memory.offered)
    return memory.audience if same or one.compares or memory.pending or memory.audience in audience.LASTING else ""


def _not_there(document: GuideDocument, one: Question, memory: Memory, around: Around) -> str:
    """That the item is not done at the place spoken of, where that is asked."""
    place = around.halls.called(memory.place)
    if not place or not question.of_halls(one.asked) or not document.halls or set(place.codes) & set(document.halls):
        return ""
    return NOT_THERE.format(name=document.name, place=place.key)


def _by_rule(rule: GroundRule, confidence: float, memory: Memory, around: Around) -> tuple[Answer, Memory]:
    answer = Answer(
        kind=Kind.ANSWER,
        band=Band.ANSWER,
        confidence=confidence,
        passages=(answering.rule_passage(rule, around.facts),),
        cards=navigation.after_rule(rule.next),
        live=(Live(LiveKind(rule.live), place=memory.place),) if rule.live else (),
    )
    return answer, memory.settled()


def _where_halls_are(memory: Memory) -> tuple[Answer, Memory]:
    """What no guide answers but the halls themselves do."""
    answer = Answer(
        kind=Kind.ANSWER,
        band=Band.ANSWER,
        confidence=1.0,
        note=HALLS_OF.format(place=memory.place) if memory.place else HALLS,
        cards=(navigation.HALLS, *navigation.without_answer()),
        live=(Live(LiveKind.HALLS, place=memory.place),),
    )
    return answer, memory.settled()


def _asked_or_known(
    snapshot: Snapshot, one: Question, decision: Decision, memory: Memory, around: Around
) -> tuple[Answer, Memory]:
    """Ask back among the choices, unless it is known for whom it is and only one of them is for them."""
    whom = audience.of(one.said) or _still_for(decision.choices[0], one, memory)
    choices = audience.fitting(decision.choices, whom)
    memory = replace(memory, audience=whom)
    if len(choices) == 1 < len(decision.choices) and snapshot.bands.of(decision.confidence) is Band.ANSWER:
        asked = one.asked or (memory.asked if memory.pending else ())
        return _about(choices[0], replace(one, asked=asked), decision.confidence, memory, around)
    return _ask_back(choices, one, decision.confidence, memory, bands=snapshot.bands)


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
    return answer, replace(memory, misses=misses, offered=offered, asked=(), pending=False)


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
    return answer, replace(memory.only_where(), offered=tuple(choice.item_code for choice in choices))


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
        live=tuple(dict.fromkeys(live for answer in answered for live in answer.live)),
    )
