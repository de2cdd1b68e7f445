"""How long a text message is, and as how many it is billed.

Source: the rule the carriers bill domestic messages by and every provider publishes (短信内容长度计算规则): signature
and its brackets count, every character counts as one; up to 70 are one message, beyond that 67 a message; 500 at most.
"""

SINGLE, PART, LONGEST = 70, 67, 500


def whole(signature: str, text: str) -> str:
    """The message as the telephone shows it."""
    return f"【{signature}】{text}"


def length(text: str) -> int:
    """A character beyond the basic plane (emoji) counts as two."""
    return sum(2 if ord(one) > 0xFFFF else 1 for one in text)


def count(text: str) -> int:
    """As how many messages `text`, signature and all, is billed."""
    long = length(text)
    return 1 if long <= SINGLE else -(-long // PART)
