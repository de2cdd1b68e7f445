"""监察规则: from when a case is approaching its deadline, which card it gets after it, and how stars are given.

The rule is this city's own and published with the figures; no national standard is claimed for it.
"""

from dataclasses import asdict, dataclass, fields

from cases.supervision_errors import SupervisionRuleInvalid
from cases.supervision_models import SupervisionRule
from foundation import audit, database
from foundation.actor import Actor

NAMES = {
    "near_workdays": ("临近期限（剩余工作日）", 0, 30),
    "red_workdays": ("红牌（超期工作日）", 1, 60),
    "on_time_weight": ("按时办结的权重", 0, 100),
    "early_weight": ("提前办结的权重", 0, 100),
    "no_red_weight": ("没有红牌的权重", 0, 100),
    "five_stars": ("五星（分以上）", 1, 100),
    "four_stars": ("四星（分以上）", 1, 100),
    "three_stars": ("三星（分以上）", 1, 100),
    "two_stars": ("两星（分以上）", 1, 100),
    "least": ("最少办结件数", 1, 1000),
}
"""What people call it, and its bounds."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """As the columns of `SupervisionRule`."""

    near_workdays: int = 2
    red_workdays: int = 3
    on_time_weight: int = 70
    early_weight: int = 10
    no_red_weight: int = 20
    five_stars: int = 95
    four_stars: int = 90
    three_stars: int = 80
    two_stars: int = 60
    least: int = 10

    @property
    def formula(self) -> str:
        """As it is published."""
        return (
            f"得分 = {self.on_time_weight} × 按时办结率 + {self.early_weight} × 提前办结率（用时不超过承诺的一半）"
            f" + {self.no_red_weight} ×（1 − 在办件中红牌的比例）；{self.five_stars} 分以上五星，"
            f"{self.four_stars} 分以上四星，{self.three_stars} 分以上三星，{self.two_stars} 分以上两星，其余一星；"
            f"办结不足 {self.least} 件不评。"
        )

    def points(self, *, on_time: float, early: float, red: float) -> float:
        """0 to 100, of three shares."""
        return self.on_time_weight * on_time + self.early_weight * early + self.no_red_weight * (1 - red)

    def stars(self, points: float) -> int:
        lines = (self.five_stars, self.four_stars, self.three_stars, self.two_stars)
        return next((5 - n for n, least in enumerate(lines) if points >= least), 1)


async def current() -> Rule:
    row = await SupervisionRule.all().order_by("-id").first()
    return Rule(**{one.name: getattr(row, one.name) for one in fields(Rule)}) if row else Rule()


async def change(*, rule: Rule, by: Actor) -> None:
    """Holds for every page from now on; reports stay as they were. Raises SupervisionRuleInvalid with every fault."""
    if faults := _faults(rule):
        raise SupervisionRuleInvalid(detail=faults)
    async with database.transaction():
        await SupervisionRule.create(**asdict(rule), set_by=str(by))
        await audit.record("supervision_rule.changed", subject="supervision", by=by, detail=asdict(rule))


def _faults(rule: Rule) -> list[str]:
    faults = [
        f"{name}应在 {least} 至 {most} 之间"
        for field, (name, least, most) in NAMES.items()
        if not least <= getattr(rule, field) <= most
    ]
    if rule.on_time_weight + rule.early_weight + rule.no_red_weight != 100:
        faults.append("三项权重之和应为 100")
    if not rule.five_stars > rule.four_stars > rule.three_stars > rule.two_stars:
        faults.append("各星级的分数应由高到低")
    return faults
