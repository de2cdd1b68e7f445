"""For whom it is (服务对象): a child, an old person, a company … as people say it, and which guides are for them."""

import re
from collections.abc import Sequence

from assistant import analysis
from assistant.corpus import VARIANT, GuideDocument, Section

CHILD, OLD, COMPANY, PERSON = "儿童", "老年人", "法人", "自然人"
LASTING = (COMPANY, PERSON)
"""Who asks stays who they are; for whom they ask is of this one item."""
_SAID = {
    CHILD: re.compile(
        r"小孩|孩子|儿童|[我小俺]?娃|宝宝|婴儿|新生儿|未成年|(?:我|俺)?(?:女儿|儿子|闺女|孙子|孙女)|未满1[68]"
    ),
    OLD: re.compile(
        r"老人|老年人|老头|老太|(?:我|俺)(?:爸妈|爸|妈|爹|娘|爷爷|奶奶|外公|外婆)|[六七八九]十(?:多|几)?岁"
    ),
    COMPANY: re.compile(
        r"(?:我们?|俺们?|咱们?|给|替|帮)的?(?:公司|企业|单位|厂|店)|(?:是|以)(?:公司|企业|法人|单位)|(?:企业|法人)办事"
    ),
    PERSON: re.compile(r"(?:是|以)(?:个人|自然人)|个人办事|我(?:个人|自己)(?:办|的)"),
}
_MEANT = {
    CHILD: re.compile(r"小孩|孩子|儿童|娃|宝宝|婴|新生儿|未成年|未满"),
    OLD: re.compile(r"老人|老年|高龄|[六七八]十|6[05]|70|80"),
}
_ONLY = re.compile(r"(?:我?是|给|帮|替|那|要|办)*(?P<who>.+?)(?:办|的|呢|吧|也|都|还)*")


def of(said: str) -> str:
    """For whom a canonical message says it is; empty if it does not."""
    return next((who for who, words in _SAID.items() if words.search(said)), "")


def only_says(said: str) -> str:
    """For whom it is, where the message says nothing else: 小孩的, 是公司."""
    match = _ONLY.fullmatch("".join(analysis.units(said)))
    words = match.group("who") if match else ""
    whom = of(said)
    return whom if whom and _SAID[whom].sub("", words) in ("", "公司", "企业") else ""


def fitting(documents: Sequence[GuideDocument], whom: str) -> tuple[GuideDocument, ...]:
    """The guides that are for them; all of them where none is, or nothing was said."""
    found = tuple(one for one in documents if whom and _is_for(one, whom))
    return found or tuple(documents)


def variants(document: GuideDocument, whom: str) -> list[Section]:
    """The variants (情形) of a guide that are for them."""
    words = _MEANT.get(whom)
    return [one for one in document.all_of(VARIANT) if words and any(map(words.search, (one.title, *one.also)))]


def _is_for(document: GuideDocument, whom: str) -> bool:
    if whom in LASTING:
        return whom in document.audience
    return any(map(_MEANT[whom].search, (*document.names, *document.questions)))
