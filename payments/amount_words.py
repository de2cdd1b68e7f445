"""人民币大写: an amount in the characters that nobody can alter.

Source: 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》.
"""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "兆")


def capital(fen: int) -> str:
    """``12034`` → ``壹佰贰拾元叁角肆分``; whole yuan and whole jiao end with 整."""
    yuan, (jiao, cent) = fen // 100, divmod(fen % 100, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if not jiao and not cent:
        return (words or "零元") + "整"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{DIGITS[cent]}分" if cent else "整")


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        number, rest = divmod(number, 10_000)
        groups.append(rest)
    words, gap = "", False
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words, gap = words + _group(group) + GROUPS[power], False
    return words


def _group(number: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words
