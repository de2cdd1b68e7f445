"""The words of each occasion, as they are declared; staff may keep others (`notifications.wording`)."""

from datetime import timedelta

from cases.timeline import Kind
from foundation import settings
from notifications.kinds import ALIPAY, WECHAT, Template, in_the_app

__all__ = ["Template", "in_the_app"]

BOOKING_CONFIRMED = Template(
    kind="booking_confirmed",
    group="booking",
    prompt=True,
    title="预约成功",
    text="您已预约 {when} 在{hall}办理“{business}”，预约码 {code}。请携带所需材料，提前 15 分钟到厅签到。",
    setting="template_booking",
    wechat={"thing1": "{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
BOOKING_CANCELLED = Template(
    kind="booking_cancelled",
    group="booking",
    prompt=True,
    title="预约已取消",
    text="您 {when} 在{hall}办理“{business}”的预约已取消。{reason}",
    setting="template_booking",
    wechat={"thing1": "已取消：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "已取消：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
BOOKING_CANCELLED_BY_OFFICE = Template(
    kind="booking_cancelled_by_office",
    group="booking",
    urgent=True,
    sms="您 {when} 在{hall}办理“{business}”的预约已取消。{reason}",
    title="预约已取消",
    text="您 {when} 在{hall}办理“{business}”的预约已取消。{reason}",
    setting="template_booking",
    wechat={"thing1": "已取消：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "已取消：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
BOOKING_MOVED = Template(
    kind="booking_moved",
    group="booking",
    prompt=True,
    title="改约成功",
    text="您在{hall}办理“{business}”的预约已改到 {when}，新预约码 {code}，原预约码作废。",
    setting="template_booking",
    wechat={"thing1": "已改约：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "已改约：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
BOOKING_MOVED_BY_OFFICE = Template(
    kind="booking_moved_by_office",
    group="booking",
    urgent=True,
    sms="因{reason}，您在{hall}办理“{business}”的预约已调整到 {when}，新预约码 {code}，原码作废。",
    title="大厅调整了您的预约时间",
    text="因{reason}，您在{hall}办理“{business}”的预约已调整到 {when}，新预约码 {code}，原码作废。不合适可再改约。",
    setting="template_booking",
    wechat={"thing1": "已调整：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "已调整：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
BOOKING_SOON = Template(
    kind="booking_soon",
    group="reminder",
    lasts=timedelta(hours=6),
    sms="提醒：{when} 请到{hall}办理“{business}”，预约码 {code}。不能来请尽早取消。",
    title="预约提醒",
    text="{which}：{when} 请到{hall}办理“{business}”，预约码 {code}。请带齐材料，提前 15 分钟签到；不能来请尽早取消。",
    setting="template_booking",
    wechat={"thing1": "提醒：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "提醒：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
WAITLIST_OFFERED = Template(
    kind="waitlist_offered",
    group="booking",
    urgent=True,
    sms="您候补的 {when} {hall}“{business}”有号了，为您保留到 {until}，请打开小程序确认。",
    title="候补有号，请尽快确认",
    text="您候补的 {when} {hall}“{business}”有号了，为您保留到 {until}，请点开确认，逾期让给下一位。",
    setting="template_booking",
    wechat={"thing1": "候补有号：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "候补有号：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
WAITLIST_CLOSED = Template(
    kind="waitlist_closed",
    group="booking",
    title="候补已结束",
    text="您对 {when} {hall}“{business}”的候补已结束：{why}。欢迎选择其他时段。",
    setting="template_booking",
    wechat={"thing1": "候补结束：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "候补结束：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
DRAW_LOST = Template(
    kind="draw_lost",
    group="booking",
    title="摇号未中签",
    text="您登记的 {when} {hall}“{business}”摇号未中签（登记号 {code}）：{why}。余号 {until} 放出，结果可公开验证。",
    setting="template_booking",
    wechat={"thing1": "未中签：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "未中签：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
DRAW_CANCELLED = Template(
    kind="draw_cancelled",
    group="booking",
    title="摇号已取消",
    text="您登记的 {when} {hall}“{business}”摇号已取消，原因：{why}。号源改于 {until} 直接放出，欢迎预约。",
    setting="template_booking",
    wechat={"thing1": "摇号取消：{business}", "time2": "{when}", "thing3": "{hall}", "character_string4": "{code}"},
    alipay={"keyword1": "摇号取消：{business}", "keyword2": "{when}", "keyword3": "{hall}"},
)
HALL_CLOSED = Template(
    kind="hall_closed",
    group="booking",
    urgent=True,
    many=True,
    sms="因{cause}，您 {when} 在{hall}办理“{business}”的预约已取消，不计爽约。请打开小程序优先改约，或致电 12345。",
    title="停止办理，请确认改约",
    text="因{cause}，您 {when} 在{hall}办理“{business}”的预约已取消，不计爽约。{offer}{note}",
    setting="template_booking",
    wechat={
        "thing1": "停办改约：{business}",
        "time2": "{card_when}",
        "thing3": "{card_hall}",
        "character_string4": "{code}",
    },
    alipay={"keyword1": "停办改约：{business}", "keyword2": "{card_when}", "keyword3": "{card_hall}"},
)
SANCTIONED = Template(
    kind="sanctioned",
    group="booking",
    title="限制预约通知",
    text="按规定“{rule}”，您在 {when} 前暂不能预约。“我的 - 预约信用”中列有所依据的预约，如有异议可在那里申诉。",
    setting="template_booking",
    wechat={
        "thing1": "限制预约，到期恢复",
        "time2": "{when}",
        "thing3": "可在预约信用中申诉",
        "character_string4": "{code}",
    },
    alipay={"keyword1": "限制预约，到期恢复", "keyword2": "{when}", "keyword3": "可在预约信用中申诉"},
)
SANCTION_LIFTED = Template(
    kind="sanction_lifted",
    group="booking",
    title="限制已解除",
    text="您因“{rule}”受到的预约限制已解除，现在可以预约。说明：{reason}",
    setting="template_booking",
    wechat={
        "thing1": "限制已解除，可以预约",
        "time2": "{when}",
        "thing3": "原限制到期时间见上",
        "character_string4": "{code}",
    },
    alipay={"keyword1": "限制已解除，可以预约", "keyword2": "{when}", "keyword3": "原限制到期时间见上"},
)
APPEAL_REJECTED = Template(
    kind="appeal_rejected",
    group="booking",
    title="申诉未通过",
    text="您对预约限制（{rule}）的申诉未通过：{reason}。限制到 {when} 为止，如仍有异议可致电 12345。",
    setting="template_booking",
    wechat={"thing1": "申诉未通过", "time2": "{when}", "thing3": "原因请点开查看", "character_string4": "{code}"},
    alipay={"keyword1": "申诉未通过", "keyword2": "{when}", "keyword3": "原因请点开查看"},
)
BILL_RAISED = Template(
    kind="bill_raised",
    group="bill",
    title="您有新的缴款通知书",
    text="{unit}：{title}，应缴 {yuan} 元。可在“缴费”中在线缴纳。",
    setting="template_bill",
    wechat={"thing1": "{title}", "amount2": "{yuan}元", "thing3": "待缴纳"},
    alipay={"keyword1": "{title}", "keyword2": "{yuan}元", "keyword3": "待缴纳"},
)
BILL_AMENDED = Template(
    kind="bill_amended",
    group="bill",
    title="缴款通知书已变更",
    text="{unit}变更了{title}，现应缴 {yuan} 元，请以变更后的金额为准。",
    setting="template_bill",
    wechat={"thing1": "{title}", "amount2": "{yuan}元", "thing3": "金额或日期已变更"},
    alipay={"keyword1": "{title}", "keyword2": "{yuan}元", "keyword3": "金额或日期已变更"},
)
BILL_SETTLED = Template(
    kind="bill_settled",
    group="bill",
    prompt=True,
    title="缴款成功",
    text="{title}已缴清，金额 {yuan} 元。",
    setting="template_bill",
    wechat={"thing1": "{title}", "amount2": "{yuan}元", "thing3": "缴款成功"},
    alipay={"keyword1": "{title}", "keyword2": "{yuan}元", "keyword3": "缴款成功"},
)
MONEY_RETURNED = Template(
    kind="money_returned",
    group="bill",
    title="退款到账",
    text="{title}的款项 {yuan} 元已原路退回。",
    setting="template_bill",
    wechat={"thing1": "{title}", "amount2": "{yuan}元", "thing3": "已原路退回"},
    alipay={"keyword1": "{title}", "keyword2": "{yuan}元", "keyword3": "已原路退回"},
)
CASE_MOVED = Template(
    kind="case_moved",
    group="case",
    sms="“{item}”办件进度：{stage}。{next}",
    title="办件进度更新",
    text="“{item}”办件进度：{stage}。{next}",
    setting="template_case",
    wechat={"thing1": "{item}", "phrase2": "{phrase}", "thing3": "{tip}"},
    alipay={"keyword1": "{item}", "keyword2": "{stage}", "keyword3": "{next}"},
)
FILING_RETURNED = Template(
    kind="filing_returned",
    group="case",
    title="在线申请需要补正",
    text="您申请的“{item}”需要补正材料，已一次性告知全部问题，请在 {until} 前补齐后重新提交。",
    setting="template_case",
    wechat={"thing1": "{item}", "phrase2": "待补正材料", "thing3": "请点开查看要补的材料"},
    alipay={"keyword1": "{item}", "keyword2": "待补正材料", "keyword3": "请点开查看要补的材料"},
)
FILING_REFUSED = Template(
    kind="filing_refused",
    group="case",
    title="在线申请不予受理",
    text="您申请的“{item}”不予受理，原因和救济途径请在“我的申请”中查看。",
    setting="template_case",
    wechat={"thing1": "{item}", "phrase2": "不予受理", "thing3": "原因请点开查看"},
    alipay={"keyword1": "{item}", "keyword2": "不予受理", "keyword3": "原因请点开查看"},
)
FILING_EXPIRED = Template(
    kind="filing_expired",
    group="case",
    title="在线申请已结束",
    text="您申请的“{item}”逾期没有补正，已自动结束，上传的材料已删除。需要时可重新申请。",
    setting="template_case",
    wechat={"thing1": "{item}", "phrase2": "已结束", "thing3": "逾期未补正，可重新申请"},
    alipay={"keyword1": "{item}", "keyword2": "已结束", "keyword3": "逾期未补正，可重新申请"},
)
PAPER_OWED = Template(
    kind="paper_owed",
    group="case",
    title="请补交承诺后补的材料",
    text="您办理“{item}”时承诺后补“{material}”，期限 {until}，{state}。请在“我的申请”中上传。",
    setting="template_case",
    wechat={"thing1": "{item}", "phrase2": "待补材料", "thing3": "请在 {until} 前上传"},
    alipay={"keyword1": "{item}", "keyword2": "待补材料", "keyword3": "请在 {until} 前上传"},
)
DELIVERY_MOVED = Template(
    kind="delivery_moved",
    group="case",
    title="办理结果送达",
    text="“{item}”的办理结果：{state}。{note}",
    setting="template_case",
    wechat={"thing1": "{item}", "phrase2": "{phrase}", "thing3": "请点开查看送达情况"},
    alipay={"keyword1": "{item}", "keyword2": "{phrase}", "keyword3": "请点开查看送达情况"},
)

SOON = {"day_before": "明天有预约", "two_hours": "预约即将到时"}

# 进度 in the words a subscription message has room for: a phrase of five characters and a line of twenty.
IN_SHORT = {
    Kind.RECEIVED: ("已收件", "5 个工作日内告知是否受理"),
    Kind.ACCEPTED: ("已受理", "部门正在审查，请留意消息"),
    Kind.REFUSED: ("不予受理", "原因请点开查看"),
    Kind.NOTICE_ONCE: ("待补正材料", "请点开查看要补的材料"),
    Kind.SUPPLEMENTED: ("已补正", "材料已收到，继续审查"),
    Kind.SUSPENDED: ("暂停办理", "恢复后继续计时"),
    Kind.RESUMED: ("恢复办理", "部门继续审查"),
    Kind.SPECIAL_STARTED: ("特别程序", "听证、检验或评审进行中"),
    Kind.SPECIAL_ENDED: ("继续审查", "特别程序已结束"),
    Kind.REVIEWED: ("审查完成", "等待作出决定"),
    Kind.DECIDED: ("已作出决定", "正在制作结果文书"),
    Kind.CLOSED: ("已办结", "请领取结果，欢迎评价"),
    Kind.DELIVERED: ("结果已送达", "欢迎评价"),
    Kind.WITHDRAWN: ("已撤回", "申请已撤回"),
    Kind.EXTENDED: ("延长期限", "部门继续审查"),
    Kind.VOIDED: ("已更正", "办理记录已更正"),
}


def channel_id(template: Template, channel: str) -> str:
    """The id of this template at a channel, as configured; text messages go by the kind's own name."""
    if channel in (WECHAT, ALIPAY):
        return str(getattr(getattr(settings.current(), channel), template.setting)) if template.setting else ""
    return template.kind.replace("_", "-")
