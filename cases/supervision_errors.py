"""How supervision says no."""

from foundation.errors import Invalid, NotFound


class SupervisionRuleInvalid(Invalid):
    """监察规则有误，请按提示逐项修改。"""


class ReportNotFound(NotFound):
    """没有这一周的监察周报，请从列表里选择。"""
