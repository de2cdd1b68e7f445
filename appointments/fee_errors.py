"""How the fee of a business says no."""

from foundation.errors import Invalid


class FeeInvalid(Invalid):
    """预约收费的设置有误，请按提示逐项修改。"""
