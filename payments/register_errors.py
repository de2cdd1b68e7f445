"""How the registers and the figures of money say no."""

from foundation.errors import Invalid


class RegisterTooLong(Invalid):
    """符合条件的记录超过 5 万条，请缩小日期范围或增加条件后再下载。"""


class TakingsRangeInvalid(Invalid):
    """统计的日期范围有误：结束日期不能早于开始日期，且一次不超过 366 天，请重新选择。"""
