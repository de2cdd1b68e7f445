"""The words of money on the console's pages."""

from payments.ledger_reading import CHANNEL_NAMES
from payments.states import ORDER_NAMES

CHANNELS, ORDER_STATES = CHANNEL_NAMES, ORDER_NAMES
APPLICATION_STATES = {"applied": "待受理", "asked": "待复核", "approved": "已通过", "rejected": "不同意"}
REFUND_STATES = {
    "requested": "待发送",
    "processing": "渠道处理中",
    "abnormal": "退款异常",
    "done": "已到账",
    "closed": "未退成",
}
QUARANTINE_STATES = {
    "open": "待处理",
    "returning": "退回中",
    "settled": "已入账",
    "returned": "已退回",
    "closed": "已关闭",
}
PROBLEMS = {
    "channel": "渠道不符",
    "amount": "金额不符",
    "currency": "币种不符",
    "app_id": "应用不符",
    "merchant": "商户号不符",
    "payer": "付款账号不符",
    "transaction": "渠道交易号不符",
    "unknown_order": "没有对应的支付单",
    "not_paid": "渠道没有收到款项",
    "given back before we heard of it": "得知付款前已退款",
    "refund not at the channel": "渠道没有这笔退款",
    "refund of an order that was not paid": "支付单尚未入账",
    "refund exceeds order": "退款超过可退金额",
}
FACTS = {
    "channel": "渠道",
    "out_trade_no": "支付单号",
    "out_refund_no": "退款单号",
    "refund_no": "渠道退款号",
    "transaction_no": "渠道交易号",
    "state": "状态",
    "amount_fen": "金额",
    "currency": "币种",
    "payer_openid": "付款账号",
    "app_id": "应用",
    "merchant_id": "商户号",
    "paid_at": "付款时间",
    "refunded_at": "退款时间",
}
FACT_STATES = {
    "unpaid": "未支付",
    "paid": "已支付",
    "refunded": "已退款",
    "processing": "退款处理中",
    "done": "退款成功",
    "abnormal": "退款异常",
    "closed": "已关闭",
    "absent": "不存在",
}


def problem_text(problem: str) -> str:
    """``amount, payer`` → 金额不符、付款账号不符."""
    return "、".join(PROBLEMS.get(one, one) for one in problem.split(", "))
