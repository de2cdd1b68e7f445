"""份额: how the windows of a slot are shared out: everybody's, priority, staff's; the rest stays for walk-ins (现场).

By the largest remainder, so that the shares never add up to more than the windows. What cannot be divided stays with
the walk-ins first, then goes to everybody, priority, staff. With few windows a small share may get no place in a slot;
everybody's share, if there is one, gets at least one.
"""

from collections.abc import Mapping
from typing import Literal

Share = Literal["public", "priority", "staff"]
SHARES: tuple[Share, ...] = ("public", "priority", "staff")
NAMES: Mapping[str, str] = {"public": "公众", "priority": "优先", "staff": "代约"}
WALK_IN = "walk_in"


def places(windows: int, *, public: int, priority: int = 0, staff: int = 0) -> dict[Share, int]:
    """Share → places of a slot with so many windows; the arguments are percent.

    There is always a public entry, be it 0: it is what unused priority and staff places go back to.
    """
    percents = {WALK_IN: 100 - public - priority - staff, "public": public, "priority": priority, "staff": staff}
    given = {name: windows * percent // 100 for name, percent in percents.items()}
    by_remainder = sorted(percents, key=lambda name: -(windows * percents[name] % 100))  # stable: ties in their order
    for name in by_remainder[: windows - sum(given.values())]:
        given[name] += 1
    if public and windows and not given["public"]:
        given[max(given, key=lambda name: given[name])] -= 1
        given["public"] = 1
    return {share: given[share] for share in SHARES if given[share] or share == "public"}
