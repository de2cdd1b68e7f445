"""Disturbing questions as real people do: typing errors, characters lost or swapped, courtesies, other scripts."""

import random
from collections.abc import Callable

import opencc

from assistant import pinyin

SEED = 7
PLAIN = "none"


def ways(seed: int = SEED) -> dict[str, Callable[[str], str]]:
    """What can be done to a question, by name; the same at every run with the same seed."""
    chance = random.Random(seed)
    traditional = opencc.OpenCC("s2t")
    homophones = _homophones()

    def typed_by_ear(text: str) -> str:
        spots = [i for i, character in enumerate(text) if len(homophones.get(pinyin.sound(character), "")) > 1]
        if not spots:
            return text
        spot = chance.choice(spots)
        others = homophones[pinyin.sound(text[spot])].replace(text[spot], "")
        return text[:spot] + chance.choice(others) + text[spot + 1 :]

    def dropped(text: str) -> str:
        spot = chance.randrange(len(text))
        return text[:spot] + text[spot + 1 :] if len(text) > 2 else text

    def swapped(text: str) -> str:
        spot = chance.randrange(max(len(text) - 1, 1))
        return text[:spot] + text[spot : spot + 2][::-1] + text[spot + 2 :]

    return {
        PLAIN: str,
        "typo": typed_by_ear,
        "drop": dropped,
        "swap": swapped,
        "filler": lambda text: f"你好，请问一下{text}怎么弄啊",
        "trad": traditional.convert,
        "pinyin": pinyin.letters,
    }


def _homophones() -> dict[str, str]:
    common = "".join(chr(point) for point in range(0x4E00, 0x9FA6) if _is_common(chr(point)))
    groups: dict[str, str] = {}
    for character in common:
        groups[pinyin.sound(character)] = groups.get(pinyin.sound(character), "") + character
    return groups


def _is_common(character: str) -> bool:
    """Whether it stands among the 3,755 most usual of GB 2312."""
    try:
        return len(character.encode("gb2312")) == 2 and character.encode("gb2312") < b"\xd8"
    except UnicodeEncodeError:
        return False
