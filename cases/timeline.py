"""办件进度 in words: what can happen to a case, what each stage is called, and what comes after it."""

from enum import StrEnum


class Kind(StrEnum):
    """办件事件. All but the last two are stages as well; in the order of the procedure."""

    RECEIVED = "received"  # 收件
    ACCEPTED = "accepted"  # 受理
    REFUSED = "refused"  # 不予受理
    NOTICE_ONCE = "notice_once"  # 一次性告知
    SUPPLEMENTED = "supplemented"  # 补正
    SUSPENDED = "suspended"  # 暂停
    RESUMED = "resumed"  # 恢复
    SPECIAL_STARTED = "special_started"  # 特别程序开始
    SPECIAL_ENDED = "special_ended"  # 特别程序结束
    REVIEWED = "reviewed"  # 审查
    DECIDED = "decided"  # 决定
    CLOSED = "closed"  # 办结
    DELIVERED = "delivered"  # 送达
    WITHDRAWN = "withdrawn"  # 撤回
    EXTENDED = "extended"  # 延长期限
    VOIDED = "voided"  # 更正: an earlier event is struck out


NO_STAGE = (Kind.EXTENDED, Kind.VOIDED)

EVENT_NAMES = {
    Kind.RECEIVED: "收件",
    Kind.ACCEPTED: "受理",
    Kind.REFUSED: "不予受理",
    Kind.NOTICE_ONCE: "一次性告知",
    Kind.SUPPLEMENTED: "补正",
    Kind.SUSPENDED: "暂停",
    Kind.RESUMED: "恢复",
    Kind.SPECIAL_STARTED: "特别程序开始",
    Kind.SPECIAL_ENDED: "特别程序结束",
    Kind.REVIEWED: "审查",
    Kind.DECIDED: "决定",
    Kind.CLOSED: "办结",
    Kind.DELIVERED: "送达",
    Kind.WITHDRAWN: "撤回",
    Kind.EXTENDED: "延长期限",
    Kind.VOIDED: "更正",
}

LABELS = {
    Kind.RECEIVED: "已收件",
    Kind.ACCEPTED: "已受理",
    Kind.REFUSED: "不予受理",
    Kind.NOTICE_ONCE: "待补正材料",
    Kind.SUPPLEMENTED: "已收到补正材料",
    Kind.SUSPENDED: "暂停计时",
    Kind.RESUMED: "恢复办理",
    Kind.SPECIAL_STARTED: "特别程序进行中",
    Kind.SPECIAL_ENDED: "特别程序结束",
    Kind.REVIEWED: "审查完成",
    Kind.DECIDED: "已作出决定",
    Kind.CLOSED: "已办结",
    Kind.DELIVERED: "结果已送达",
    Kind.WITHDRAWN: "已撤回",
    Kind.EXTENDED: "延长期限",
    Kind.VOIDED: "更正",
}

NEXT = {
    Kind.RECEIVED: "窗口正在核对材料，5 个工作日内告知是否受理。",
    Kind.ACCEPTED: "部门正在审查，请留意消息提醒。",
    Kind.REFUSED: "本次申请未被受理，原因见下方说明，可补齐条件后重新申请。",
    Kind.NOTICE_ONCE: "请按下方说明一次补齐材料，补齐前不计入办理时限。",
    Kind.SUPPLEMENTED: "补正材料已收到，部门继续审查。",
    Kind.SUSPENDED: "办理暂停，恢复后继续计时。",
    Kind.RESUMED: "办理已恢复，部门继续审查。",
    Kind.SPECIAL_STARTED: "正在进行听证、检验或专家评审，所需时间不计入办理时限。",
    Kind.SPECIAL_ENDED: "特别程序已结束，部门继续审查。",
    Kind.REVIEWED: "审查已完成，等待作出决定。",
    Kind.DECIDED: "决定已作出，正在制作结果文书。",
    Kind.CLOSED: "已办结，请按送达方式领取结果，并欢迎评价。",
    Kind.DELIVERED: "结果已送达，欢迎评价。",
    Kind.WITHDRAWN: "申请已撤回。",
    Kind.EXTENDED: "法定期限已延长，部门继续审查。",
    Kind.VOIDED: "办理记录已更正，部门继续办理。",
}

# 特别程序: what 行政许可法 第四十五条 does not count into the period, and what other laws add to it.
PROCEDURES = {
    "hearing": "听证",
    "announcement": "公告",
    "bidding": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
    "site_visit": "现场核查",
    "other": "其他特别程序",
}
RESULTS = {"granted": "准予", "denied": "不予"}

PAUSES = {
    Kind.NOTICE_ONCE: Kind.SUPPLEMENTED,
    Kind.SUSPENDED: Kind.RESUMED,
    Kind.SPECIAL_STARTED: Kind.SPECIAL_ENDED,
}
ENDS = {Kind.REFUSED, Kind.CLOSED, Kind.DELIVERED, Kind.WITHDRAWN}
ORDER = list(Kind)
