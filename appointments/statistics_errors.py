"""How the statistics of appointments say no."""

from foundation.errors import Invalid


class StatisticsRangeInvalid(Invalid):
    """统计的日期范围有误：结束日期不能早于开始日期，且一次不超过 366 天，请重新选择。"""
