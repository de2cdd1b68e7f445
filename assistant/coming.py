"""Coming (谁来办): what a guide says to who is not here, wants somebody else to go, or is registered elsewhere.

No guide has a section for it. Some have a common question of their own; others say it in a line of their conditions,
materials or steps; and how far it can be done away from the counter is said by what every guide has.
"""

import re

from assistant import analysis, audience
from assistant.aspects import SECTIONS, Aspect
from assistant.corpus import CONDITIONS, MATERIALS, NOTES, QUESTION, STEPS, GuideDocument, Section

_SPEAKING = (CONDITIONS, MATERIALS, STEPS, NOTES)
_SPEAKS: dict[Aspect, re.Pattern[str]] = {
    Aspect.AWAY: re.compile(r"异地|跨省|跨市|(?:人|都)在外地"),
    Aspect.PROXY: re.compile(
        r"代办(?!窗口)|代领|代为|委托|他人|别人|到场|本人(?:要|须|必须|应当?|都)?(?:亲自)?(?:来|去|到现场)|[要须]本人"
    ),
    Aspect.RESIDENCE: re.compile(r"外地|户籍|户口"),
}
_ASKS: dict[Aspect, re.Pattern[str]] = {
    Aspect.AWAY: re.compile(
        r"(?:人|打工|上班|工作|法人)*在外地(?:能办|打工|工作)|异地[补换]?办|不在(?:本地|户籍地|老家)|回老家(?:办|盖)?"
    ),
    Aspect.PROXY: re.compile(r"代办|代领|代理|别人|家里?人|委托|本人"),
    Aspect.RESIDENCE: re.compile(r"外地(?:人|户口|户籍|的)|不在户籍地"),
}


def sections(document: GuideDocument, aspect: Aspect) -> list[Section]:
    """What the guide says of it: its common questions about it, unless they are about somebody's child, or else the
    sections that speak of it; then where all guides say it. Nothing where the aspect is not about who comes."""
    if aspect not in _SPEAKS:
        return []
    asking = [one for one in document.all_of(QUESTION) if _asks(one, aspect) and not audience.of(one.title)]
    speaking = [one for one in document.sections if one.kind in _SPEAKING and _SPEAKS[aspect].search(one.text)]
    everywhere = [one for kind in SECTIONS[aspect] if (one := document.section(kind))]
    return [*(asking or speaking), *everywhere]


def _asks(section: Section, aspect: Aspect) -> bool:
    return any(_ASKS[aspect].search(analysis.canon(way)) for way in (section.title, *section.also))
