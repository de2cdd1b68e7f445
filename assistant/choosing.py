"""Choosing: which guide a question means — one, some between which to ask back, or none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant import analysis, confidence, names, pinyin, question, ranking
from assistant.confidence import Band
from assistant.corpus import GuideDocument
from assistant.elsewhere import Matter
from assistant.question import Question
from assistant.remembering import Memory
from assistant.snapshot import LONGEST, Result, Snapshot

MOST_CHOICES = 4
NEAR_FROM = 0.3
LONGEST_RELATIVE = 4
LONGEST_PICK = 3
SURELY_NAMED, FIRST_PLACES = 3, 3
_VAGUE = re.compile(
    r"(?:我|想|要|去|个|的)*(?:办|领|拿|开|补|换)?(?:证件?|证明|手续|业务|事情?|登记|申请|材料|执照|许可|补贴|备案)"
)
_ORDINAL = re.compile(r"(?:我?(?:选|要|是|说的是))?(?:第)?([一二三四1-4])(?:个|项|种|条)?(?:吧|的|那个)?")
_OTHER = re.compile(
    r"(?:那|还有|我?要|我?选)?(?:另外|另|其他|别的|剩下)(?:的|那)?[一几两]?[个项种条]?(?:的)?(?:呢|吧)?"
)
_PAPER = re.compile(r"[\u3400-\u9fff]{1,3}?(?:证|本|卡|照)(?=上|里)")
_REPLACES = re.compile(r"补[领发办换]|挂失")
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Decision:
    """A `document` to answer from, a `matter` that has no guide, `choices` to ask back among, or none of these.

    What is `near` comes in any case.
    """

    confidence: float = 0.0
    document: GuideDocument | None = None
    matter: Matter | None = None
    choices: tuple[GuideDocument, ...] = ()
    near: tuple[GuideDocument, ...] = ()


def decide(snapshot: Snapshot, one: Question, *, recent: tuple[str, ...]) -> Decision:
    """Which guide is meant. `recent` are the items spoken of: between equals the latest of them is meant."""
    return decided(snapshot, one, search(snapshot, one), recent=recent)


def decided(snapshot: Snapshot, one: Question, results: list[Result], *, recent: tuple[str, ...]) -> Decision:
    """Which of the guides found is meant."""
    if not results:
        return Decision()
    near = _guides(result for result in results if result.confidence >= NEAR_FROM)[:MOST_CHOICES]
    sure = results[0].confidence
    band = snapshot.bands.of(sure)
    relative = _relative(one.topic, results, snapshot, recent)
    if vague(one.topic) and not relative:
        return Decision(sure, choices=near, near=near)
    if relative and (band is not Band.ANSWER or (_goes_on(one, relative) and not _names_another(one, results))):
        return Decision(sure, document=relative, near=near)
    kind = question.kind_of(one.topic)
    if band is Band.UNKNOWN or (kind and not _knows(results[0].document, kind)):
        return Decision(sure, near=near)
    first = results[0]
    equals = [one for one in results if confidence.too_near(one.rank / first.rank, one.alike / first.alike)]
    only = _only(one, equals, recent)
    if only and only.matter:
        return Decision(sure, matter=only.matter, near=near)
    if only and band is Band.ANSWER and not _of_another_paper(snapshot, one.topic, only.document):
        return Decision(sure, document=only.document, near=near)
    rivals = _guides(equals)
    alone = len(rivals) == len(equals) == 1 or not rivals
    return Decision(sure, choices=(near if alone else rivals)[:MOST_CHOICES], near=near)


def chosen(snapshot: Snapshot, one: Question, offered: tuple[str, ...]) -> GuideDocument | None:
    """The guide picked out of those `offered`: 第二个, 2, or words that only one of them has in its names."""
    guides = [guide for code in offered if (guide := snapshot.guide(code))]
    ordinal = _ORDINAL.fullmatch(one.said)
    if ordinal and guides:
        place = _NUMBERS.get(ordinal.group(1)) or int(ordinal.group(1))
        return guides[place - 1] if place <= len(guides) else None
    if not one.topic or len(guides) < 2:
        return guides[0] if len(guides) == 1 and one.topic and _named(one.topic, guides[0]) else None
    scores = [_shared(one.topic, guide) for guide in guides]
    best = max(scores)
    return (
        guides[scores.index(best)] if best > 0 and scores.count(best) == 1 and _fits(snapshot, one, offered) else None
    )


def only_picks(one: Question) -> bool:
    """Whether it names nothing but a place in a list, 第二个, or what is left of it, 另外一个."""
    return any(pattern.fullmatch(question.plain(one.said)) for pattern in (_ORDINAL, _OTHER))


def left_over(snapshot: Snapshot, one: Question, memory: Memory) -> tuple[GuideDocument, ...]:
    """The guides of the last list that 第二个 or 另外一个 means, after another of them was spoken of."""
    listed = [guide for code in memory.listed if (guide := snapshot.guide(code))]
    said = question.plain(one.said)
    if _OTHER.fullmatch(said):
        return tuple(guide for guide in listed if guide.item_code != (memory.items or ("",))[-1])
    picked = chosen(snapshot, replace(one, said=said), memory.listed)
    return (picked,) if picked else ()


def named_among(topic: str, guides: Sequence[GuideDocument]) -> GuideDocument | None:
    """The first of the guides that a topic shares the most with, if with any."""
    scores = [_shared(topic, guide) for guide in guides]
    return guides[scores.index(max(scores))] if any(scores) else None


def shares_a_name(topic: str, guide: GuideDocument) -> bool:
    """Whether two neighbouring characters of a topic stand together in one of the guide's names."""
    return _shared(topic, guide) > 0


def _fits(snapshot: Snapshot, one: Question, offered: tuple[str, ...]) -> bool:
    """Whether nothing outside the offer is meant more clearly: 首次 alone is meant for the offer, 火星探测补贴 for
    none of the subsidies offered."""
    results = search(snapshot, one)
    if len(question.about_then(one.topic)) <= LONGEST_PICK:
        return not _names_one(one.topic, results)
    if snapshot.is_unheard_of(one.topic):
        return False
    return not results or results[0].document.item_code in offered or results[0].confidence < snapshot.bands.answer_from


def search(snapshot: Snapshot, one: Question) -> list[Result]:
    """The guides a question may mean, best first: by its topic, or where that finds too little, by all it says or the
    one clause that asks, and where that finds nothing, by one of the names it lists."""
    best = _surest(snapshot, (one.topic, one.said, one.core), enough=snapshot.bands.answer_from)
    if _sure(best) < snapshot.bands.ask_from:
        best = _together(best, _surest(snapshot, one.wordings), most=snapshot.bands.ask_from)
    best = snapshot.by_meaning(best, one.said)
    lost = question.lost(one.said)
    if not lost and not one.unwanted:
        return best
    papers = {lost, snapshot.written(lost)}
    return [
        result
        for result in best
        if not _ruled_out(result.document, one.unwanted)
        and (not lost or any(_can_lose(result.document, paper) for paper in papers))
    ]


def _surest(snapshot: Snapshot, wordings: Iterable[str], *, enough: float = 1.0) -> list[Result]:
    """What the wording finds that finds something the most surely; the first that is sure `enough` will do."""
    best: list[Result] = []
    for words in dict.fromkeys(words[:LONGEST] for words in wordings):
        best = max(best, snapshot.search_everything(words, limit=snapshot.depth), key=_sure)
        if _sure(best) >= enough:
            break
    return best


def _together(all_said: list[Result], one_name: list[Result], *, most: float) -> list[Result]:
    """What all that was said finds and what one of the names it lists finds, by their places in both (Cormack, Clarke
    and Büttcher 2009), no surer than `most`: one name of several is to be offered for, not to be answered from."""
    if _sure(one_name) <= _sure(all_said):
        return all_said
    merits: dict[int, float] = {}
    for results in (all_said, one_name):
        for place, result in enumerate(results):
            merits[result.position] = merits.get(result.position, 0.0) + 1 / (FIRST_PLACES + place)
    by_position = {result.position: result for result in (*all_said, *one_name)}
    ordered = sorted(by_position.values(), key=lambda result: -merits[result.position])
    sure = min(_sure(one_name), most)
    return [replace(result, confidence=max(min(result.confidence, most), sure * (place == 0)))
            for place, result in enumerate(ordered)]  # fmt: skip


def _sure(results: list[Result]) -> float:
    return results[0].confidence if results else 0.0


def _knows(guide: GuideDocument, kind: str) -> bool:
    """Whether the guide speaks of that kind by letter, or is called so by ear: 印刷许可 is not 食品许可."""
    told = analysis.canon("\n".join((*guide.names, *(section.text for section in guide.sections))))
    heard = _sounds(guide)
    return any(pair in told or any(pinyin.sound(pair) in name for name in heard) for pair in analysis.bigrams([*kind]))


def _of_another_paper(snapshot: Snapshot, topic: str, guide: GuideDocument) -> bool:
    """Whether a topic begins with a paper that guides are called by, but not this: 结婚证上名字错了 is no 身份证."""
    match = _PAPER.match(topic)
    if not match or not snapshot.is_name(match.group()):
        return False
    return not any(pinyin.sound(match.group()) in name for name in _sounds(guide))


def _can_lose(guide: GuideDocument, lost: str) -> bool:
    """Whether what was lost sounds like something the guide is called by: 学生证丢了 is not 出生证丢了, but who lost a
    律师证 has lost a 律师执业证书."""
    said, heard = pinyin.sound(lost), _sounds(guide)
    runs = (said[start : start + SURELY_NAMED] for start in range(max(len(said) - SURELY_NAMED, 0) + 1))
    if any(run in name for run in runs for name in heard) or any(name.startswith(said[-2:]) for name in heard):
        return True
    return len(said) >= SURELY_NAMED and any(_in_order(said[-SURELY_NAMED:], name) for name in heard)


def _in_order(said: str, name: str) -> bool:
    """Whether a name has all that was said, in that order, whatever stands between."""
    rest = iter(name)
    return all(sound in rest for sound in said)


def _sounds(guide: GuideDocument) -> list[str]:
    return [pinyin.sound("".join(analysis.units(analysis.canon(name)))) for name in (*guide.names, *guide.questions)]


def _ruled_out(document: GuideDocument, unwanted: tuple[str, ...]) -> bool:
    return any(action in analysis.canon(document.name) for action in unwanted)


def _guides(results: Iterable[Result]) -> tuple[GuideDocument, ...]:
    return tuple(result.document for result in results if not result.matter)


def _only(one: Question, equals: list[Result], recent: tuple[str, ...]) -> Result | None:
    """The one among near-equals that is called exactly that, or sounds so or is asked so, or that replaces what was
    lost, or was just spoken of, or leads and has no guide."""
    if len(equals) == 1:
        return equals[0]
    exact = [result for result in equals if _named(one.topic, result.document)]
    heard = exact or [result for result in equals if _heard(one, result.document)]
    replacing = [result for result in equals if question.lost(one.said) and _REPLACES.search(result.document.name)]
    for few in (heard, replacing):
        if len(few) == 1:
            return few[0]
    latest = next((result for result in equals if recent and result.document.item_code == recent[-1]), None)
    return latest or (equals[0] if equals[0].matter and not exact else None)


def _names_another(one: Question, results: list[Result]) -> bool:
    """Whether a guide is called just what was said, which no action is by itself: after 上牌, 过户呢 is of the car."""
    return _names_one(one.topic, results) and not question.is_action(question.about_then(one.topic))


def _names_one(topic: str, results: list[Result]) -> bool:
    return any(_named(topic, result.document) for result in results)


def _named(topic: str, guide: GuideDocument) -> bool:
    said = "".join(analysis.units(topic))
    return any("".join(analysis.units(analysis.canon(name))) == said for name in guide.names)


def _heard(one: Question, guide: GuideDocument) -> bool:
    """Whether a name or a common question of the guide sounds like all that was said, or like what was asked."""
    said = {pinyin.sound("".join(analysis.units(words))) for words in (one.topic, one.said, one.core) if words}
    return not said.isdisjoint(_sounds(guide))


def _shared(topic: str, guide: GuideDocument) -> int:
    """How many neighbouring pairs of the topic stand in one of the guide's names."""
    pairs = set(analysis.bigrams(analysis.units(topic)))
    return max(len(pairs & set(analysis.bigrams(analysis.units(analysis.canon(name))))) for name in guide.names)


def vague(topic: str) -> bool:
    """Whether the topic could be almost any guide: one character, or words like 办证 and 登记."""
    said = "".join(analysis.units(topic))
    return len(said) < 2 or _VAGUE.fullmatch(said) is not None


def _goes_on(one: Question, relative: GuideDocument) -> bool:
    """Whether a short message rather belongs to what was spoken of: 那小孩呢, or words of its own variants."""
    said = question.about_then(one.topic)
    return one.compares or any(said in analysis.canon(way) for way in relative.questions)


def _relative(topic: str, results: list[Result], snapshot: Snapshot, recent: tuple[str, ...]) -> GuideDocument | None:
    """The item just spoken of, or its sister: after 护照, 那小孩呢; after 身份证补领, 那换领呢 is not 护照换领."""
    latest = snapshot.guide(recent[-1]) if recent else None
    said = question.about_then(topic)
    if not latest or not 2 <= len(said) <= LONGEST_RELATIVE:
        return None
    if any(said in analysis.canon(way) for way in latest.questions):
        return latest
    sisters = [one for one in _guides(results) if any(said in analysis.canon(name) for name in one.names)]
    near = [_kinship(latest, sister, said) for sister in sisters]
    return sisters[near.index(max(near))] if near and near.count(max(near)) == 1 else None


def _kinship(latest: GuideDocument, sister: GuideDocument, said: str) -> tuple[float, float]:
    """How close a sister that is called `said` is to the guide before: by everyday names first, by the official names
    between equals. 开公司 is 公司注册, whose sister is 公司注销, and not 户口注销."""
    before = [names.name_of(analysis.canon(name)) for name in latest.names]
    after = [names.name_of(name) for name in map(analysis.canon, sister.names) if said in name]
    everyday = max(ranking.closeness(one, other) for one in before for other in after)
    return everyday, ranking.closeness(before[0], names.name_of(analysis.canon(sister.name)))
