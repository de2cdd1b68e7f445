"""Stories: where a long message without a stop begins anew, so that what it asks can be told from what it tells.

我妈六十五了前几天钱包丢了里面有身份证请问身份证怎么补办 is four pieces, of which the last one asks.
"""

import re

LONGEST_QUESTION = 64
"""So many characters are searched for; who says more tells a story, and asks with a part of it."""
_TURNS = re.compile(
    r",|就?是?(?:不知道|不晓得|不清楚|不懂|想知道|想了解|想请教)|(?:我?就?是?想?|麻烦)(?:请问|咨询|问问|问)(?:一下|下)?(?:大家|你们|您)?"
    r"|(?=后来|现在|结果|但是|可是|不过|然后|所以|因为|而且|于是|另外|还听说|听[^,]{0,3}说|前几天|前阵子|昨天|上个?月|上周|去年"
    r"|今年|(?<=[了的好着料办理钱久吗呢])(?:我|他|她|孩子|家里)|(?:我|他|她|俺)(?:就|又|也)?(?:想|要|打算))"
)


def pieces(text: str) -> list[str]:
    """The pieces of canonical `text`, in order, without the words that only lead to a question."""
    return [piece for piece in map(str.strip, _TURNS.split(text)) if piece]
