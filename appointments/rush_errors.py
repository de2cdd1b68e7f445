"""How a rush says no, beside `appointments.errors`.

TooManyRequests  TooManyAtOnce
"""

from foundation.errors import TooManyRequests


class TooManyAtOnce(TooManyRequests):
    """当前预约人数过多，您的请求没有提交，请稍等片刻再试；用同一页面重试不会重复预约。"""
