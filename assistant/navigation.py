"""The next step, one tap away: guide, booking, payment, form, map, progress, hotline 12345, a person; live cards."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.aspects import Aspect
from assistant.corpus import GuideDocument

HOTLINE = "12345"


class CardKind(StrEnum):
    """Where a card leads; the door knows the address."""

    GUIDE = "guide"
    BOOK = "book"
    PAY = "pay"
    FORM = "form"
    MAP = "map"
    PROGRESS = "progress"
    PHONE = "phone"
    COMPLAINT = "complaint"
    PERSON = "person"
    SCREEN = "screen"
    ANSWERED = "answered"  # a published answer of staff to somebody else


class LiveKind(StrEnum):
    """What is looked up at the moment of the answer, to stand beside it; never kept with it."""

    SLOTS = "slots"
    HALLS = "halls"
    CASES = "cases"
    BILLS = "bills"
    BOOKINGS = "bookings"


@dataclass(frozen=True, slots=True)
class Card:
    """One next step: `label` is what people read, `target` the item code, hall code, file name or telephone number."""

    kind: CardKind
    label: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """A live card that belongs beside an answer: of this item, or of its `halls`, and first of those of this place."""

    kind: LiveKind
    item_code: str = ""
    place: str = ""
    halls: tuple[str, ...] = ()


PERSON = Card(CardKind.PERSON, "找人工")
COMPLAINT = Card(CardKind.COMPLAINT, "打 12345 投诉或建议")
HALLS = Card(CardKind.MAP, "看各大厅位置")
PROGRESS = Card(CardKind.PROGRESS, "查办理进度")
SCREENS = {
    "book": "去预约",
    "bookings": "我的预约",
    "waits": "我的候补",
    "draws": "我的摇号",
    "credit": "预约信用",
    "family": "亲友与委托",
    "bills": "我的缴费单",
    "receipt-check": "票据查验",
    "progress": "查办理进度",
    "messages": "消息",
    "mine": "我的",
}
_OWN_KIND = {"bills": CardKind.PAY, "progress": CardKind.PROGRESS}
_ABOUT_HALLS = {Aspect.PLACES, Aspect.HOURS, Aspect.PHONE}
_BEFORE_BOOKING = {Aspect.BOOKING, Aspect.PLACES, Aspect.HOURS, Aspect.STEPS}
_FIRST: dict[Aspect, CardKind] = {
    Aspect.BOOKING: CardKind.BOOK,
    Aspect.HOURS: CardKind.MAP,
    Aspect.PLACES: CardKind.MAP,
    Aspect.FEES: CardKind.PAY,
    Aspect.MATERIALS: CardKind.FORM,
    Aspect.PROGRESS: CardKind.PROGRESS,
    Aspect.PHONE: CardKind.PHONE,
}


def phone(number: str = HOTLINE) -> Card:
    """A card that dials `number`."""
    return Card(CardKind.PHONE, f"拨打 {number}", number)


def after_answer(document: GuideDocument, asked: tuple[Aspect, ...] = ()) -> tuple[Card, ...]:
    """What can be done about a guide, the cards that fit what was asked first."""
    cards = [Card(CardKind.GUIDE, "看办事指南", document.item_code)]
    cards += [Card(CardKind.BOOK, "预约办理", document.item_code)] if document.bookable else []
    cards += [Card(CardKind.PAY, "去缴费", document.item_code)] if document.payable else []
    cards += [Card(CardKind.FORM, "下载表格", form) for form in document.forms[:1]]
    cards += [Card(CardKind.MAP, "看大厅位置", hall) for hall in document.halls[:1]]
    cards += [PROGRESS, phone(), PERSON]
    wanted = [_FIRST[aspect] for aspect in asked if aspect in _FIRST]
    return tuple(sorted(cards, key=lambda card: wanted.index(card.kind) if card.kind in wanted else len(wanted)))


def without_answer() -> tuple[Card, ...]:
    """What is left when the knowledge base does not say: a person, the hotline."""
    return (PERSON, phone())


def after_rule(screens: tuple[str, ...]) -> tuple[Card, ...]:
    """What can be done about a rule of the platform: the screens it names, the hotline, a person."""
    named = (Card(_OWN_KIND.get(screen, CardKind.SCREEN), SCREENS[screen], screen) for screen in screens)
    return (*named, phone(), PERSON)


def live_beside(document: GuideDocument, asked: tuple[Aspect, ...], *, place: str = "") -> tuple[Live, ...]:
    """What is looked up beside an answer about a guide, what fits the question first."""
    found = []
    if set(asked) & _ABOUT_HALLS:
        found.append(Live(LiveKind.HALLS, document.item_code, place, document.halls))
    if document.bookable and (not asked or set(asked) & _BEFORE_BOOKING):
        found.append(Live(LiveKind.SLOTS, document.item_code, place))
    if Aspect.PROGRESS in asked:
        found.append(Live(LiveKind.CASES))
    return tuple(found)
