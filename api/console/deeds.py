"""Who did what when, in the words of the house."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appointments import draw_results, history
from cases.timeline import EVENT_NAMES
from foundation import audit
from foundation.audit import Deed
from identity import access
from payments.differences import DEEDS

ACTIONS = {
    "case.registered": "登记办件",
    "case.read": "查看办件",
    "case.refolded": "重新计算时限",
    "case.conflict_settled": "处理矛盾信息",
    "case.noted": "记备注",
    "case.followed": "订阅进度",
    "case.unfollowed": "取消订阅",
    "case_import.received": "上传办件文件",
    "case_import.rehearsing": "预演导入",
    "case_import.running": "开始导入",
    "case_import.dropped": "放弃导入",
    **{f"case.{kind}": f"办理：{name}" for kind, name in EVENT_NAMES.items()},
    "filing.begun": "开始填写",
    "filing.follows_guide": "改用新版表单",
    "filing.submitted": "提交申请",
    "filing.claimed": "领取预审",
    "filing.let_go": "放回待审",
    "filing.returned": "一次性告知",
    "filing.refused": "不予受理",
    "filing.accepted": "受理",
    "filing.withdrawn": "申请人撤回",
    "filing.expired": "逾期结束",
    "filing.owes": "登记容缺材料",
    "filing.brought": "补交容缺材料",
    "licence.consented": "同意调用电子证照",
    "licence.held": "电子证照已查到",
    "licence.absent": "电子证照未查到",
    "licence.failed": "电子证照库未答复",
    "handover.asked": "找人工",
    "handover.taken": "接待",
    "handover.read": "查看对话",
    "handover.replied": "答复",
    "handover.returned": "交回办事助手",
    "handover.closed": "结束咨询",
    "handover.withdrawn": "市民结束",
    "handover.abandoned": "久无消息，结束",
    "handover.released": "久未答复，放回排队",
    "handover.became_message": "转为留言",
    "message_template.saved": "保存消息模板",
    "message_template.tested": "发送测试消息",
    "message.called": "电话告知",
    "mass.started": "开始群发",
    "mass.stopped": "停止群发",
    "rating.given": "评价",
    "rating.added_to": "追评",
    "rating.withdrawn": "撤回评价",
    "rectification.assigned": "确定负责人",
    "rectification.called_back": "回访",
    "rectification.extended": "延长整改期限",
    "rectification.mended": "整改完成",
    "rectification.again": "核实不满意，继续整改",
    "rectification.verified": "整改办结",
    "rectification.appealed": "提出申诉",
    "rectification.appeal_accepted": "申诉成立",
    "rectification.appeal_rejected": "申诉不成立",
    "rectification.dismissed": "撤销整改",
    "rectification.late_call_back": "回访超期，上报督办",
    "rectification.late_mend": "整改超期，上报督办",
    "rectification.late_soon": "整改期限临近",
    "consultation.asked": "登记",
    "consultation.claimed": "领办",
    "consultation.assigned": "指派",
    "consultation.transferred": "转办",
    "consultation.drafted": "起草答复",
    "consultation.sent_back": "退回重写",
    "consultation.answered": "答复",
    "consultation.pointed": "指引到其他渠道",
    "consultation.refused": "不予受理",
    "consultation.appealed": "提交人申诉",
    "consultation.appeal_accepted": "申诉成立，恢复办理",
    "consultation.appeal_rejected": "维持不予受理",
    "consultation.asked_again": "追问",
    "consultation.marked": "评价答复",
    "consultation.withdrawn": "撤回",
    "consultation.published": "公开答复",
    "consultation.taken_back": "撤下公开答复",
    "consultation.proposed": "写入指南草稿：常见问题",
    "consultation.soon": "期限临近",
    "consultation.late": "超期，上报督办",
    "consultation_route.added": "增加分办规则",
    "consultation_route.retired": "停用分办规则",
    "appointment_type.opened": "开通预约业务",
    "appointment_type.closed": "停止预约业务",
    "schedule.created": "保存排班",
    "slots.generated": "生成号源",
    "slots.shared_back": "份额回流",
    "proposal.applied": "应用变更",
    "appointment_type.rules_changed": "修改业务规则",
    "waiting_rule.changed": "修改候补与冷却规则",
    "type_fee.changed": "修改预约收费",
    "workday.declared": "调整工作日历",
    "supervision_rule.changed": "修改监察规则",
    "slot.widened": "加号",
    "slot.suspended": "暂停预约",
    "slot.open": "恢复预约",
    "schedule_exception.added": "登记例外日",
    "schedule_exception.removed": "撤销例外日",
    "closure.announced": "停止办理",
    "closure.withdrawn": "撤回停办",
    "closure_notice.called": "电话通知",
    "closure.call_list_taken": "下载电话通知名单",
    "slot.out_of_step": "号源对账异常",
    "window.assigned": "设置窗口职责",
    "kiosk.set_up": "启用自助机",
    "kiosk.revoked": "停用自助机",
    "draw_rule.changed": "设置摇号规则",
    "draw_rule.stopped": "停止摇号",
    "draw.announced": "公布摇号",
    "draw.cancelled": "取消摇号",
    "draw.closed": "截止登记，公布种子",
    "draw.drawn": "摇号完成",
    "booking.reserved": "预约",
    "booking.held": "候补到号，等待确认",
    "booking.accepted": "确认候补名额",
    "booking.declined": "谢绝候补名额",
    "booking.lapsed": "候补名额逾期未确认",
    "booking.rescheduled": "改约到其他时段",
    "booking.cancelled": "取消预约",
    "booking.office_cancelled": "大厅取消预约",
    "booking.checked_in": "签到",
    "booking.no_show": "记为爽约",
    "booking.unserved": "记为到场未办",
    "visit.missed_call": "过号",
    "visit.finished": "办结",
    "ticket.drawn": "取号",
    "ticket.called": "叫号",
    "ticket.held": "挂起",
    "ticket.resumed": "恢复排队",
    "ticket.transferred": "转办",
    "ticket.finished": "办结",
    "ticket.dropped": "排队号作废",
    "waitlist.joined": "开始候补",
    "waitlist.left": "退出候补",
    "waitlist.closed": "候补结束",
    "booking_rule.written": "保存预约规则",
    "booking_rule.retired": "停用预约规则",
    "catalogue_import.received": "上传目录文件",
    "catalogue_import.applied": "核对并导入",
    "catalogue_import.dropped": "放弃导入",
    "city_draft.begun": "开始编写",
    "city_draft.saved": "保存草稿",
    "city_draft.submitted": "提交审核",
    "city_draft.sent_back": "退回修改",
    "city_draft.dropped": "放弃草稿",
    "city_draft.published": "审核发布",
    "city_draft.end_proposed": "提出停用",
    "city_draft.ended": "审核停用",
    "draft.begun": "开始编辑指南",
    "draft.restored": "从旧的一版恢复成草稿",
    "guide.withdrawn": "撤下待生效的一版",
    "draft.saved": "保存指南草稿",
    "draft.submitted": "提交审核",
    "draft.sent_back": "退回修改",
    "draft.dropped": "放弃草稿",
    "draft.published": "审核发布",
    "base.created": "新建知识库",
    "base.called": "修改叫法",
    "local.begun": "开始写本地办法",
    "local.saved": "保存本地办法",
    "local.published": "发布本地办法",
    "local.dropped": "放弃本地办法草稿",
    "local.retired": "停用本地办法",
    "local.worded": "添加本地说法",
    "local.unworded": "删除本地说法",
    "bands.set": "调整回答界线",
    "synonym.added": "添加同义词",
    "synonym.removed": "删去同义词",
    "learning.named": "写入草稿：日常说法",
    "learning.questioned": "写入草稿：常见问题",
    "learning.sectioned": "写入草稿：指南要素",
    "learning.worded": "写成同义词",
    "learning.ignored": "忽略",
    "learning.reopened": "重新打开",
    "guide_file.kept": "上传文件",
    "intermediary.added": "新增机构",
    "intermediary.corrected": "修改机构",
    "intermediary.hidden": "停止列示",
    "intermediary.shown": "恢复列示",
    "quality_report.made": "生成周报",
    "reply_faq.proposed": "由答复提出",
    "reply_faq.edited": "修改文字",
    "reply_faq.taken": "写入草稿",
    "reply_faq.declined": "不采用",
    "sanction.made": "限制预约",
    "sanction.lifted": "解除限制",
    "appeal.filed": "提出申诉",
    "appeal.accepted": "通过申诉",
    "appeal.rejected": "驳回申诉",
    "bill.raised": "推送通知书",
    "bill.changed": "变更通知书",
    "bill.withdrawn": "撤回通知书",
    "bill.redated": "变更限缴日期",
    "bill.settled": "缴清",
    "bill.read": "查看通知书",
    "order.placed": "发起支付",
    "order.unknown": "支付平台没有回答，待核实",
    "order.closed": "关闭支付单",
    "refund.applied": "申请退款",
    "refund.taken_up": "受理退款申请",
    "refund.asked": "提出退款",
    "refund.offline_asked": "提出线下退付",
    "refund.card_asked": "提出退到其他银行卡",
    "refund.approved": "复核通过",
    "refund.rejected": "不同意退款",
    "refund.requested": "发起退款",
    "refund.found": "登记商户平台退款",
    "refund.given_up": "撤销退款",
    "refund.asked_about": "查询退款",
    "quarantine.asked": "重新查询渠道",
    "quarantine.closed": "关闭隔离通知",
    "quarantine.return_asked": "提出退回款项",
    "quarantine.return_approved": "复核退回款项",
    "receipt.asked": "申请开具票据",
    "receipt.asked_again": "重试开票",
    "receipt.issued": "开具票据",
    "receipt.voided": "票据冲红",
    "reconciliation.run": "对账",
    "reconciliation.payouts": "登记渠道结算",
    "difference.noted": "记录核实情况",
    "difference.escalated": "上报",
    "difference.proposed": "提出处理",
    "difference.turned_down": "退回处理意见",
    "difference.approved": "复核通过",
    "difference.given_back": "款项已退回付款人",
    "difference.resolved_itself": "自动核对一致",
    "difference.reopened": "重新打开",
    "staff.created": "建立账号",
    "staff.roles_set": "调整角色",
    "staff.deactivated": "停用账号",
    "staff.reactivated": "恢复账号",
    "staff.locked": "多次输错，锁定",
    "staff.unlocked": "解除锁定",
    "staff.signed_in": "登录",
    "staff.signed_out_by_force": "强制下线",
    "staff.password_changed": "修改密码",
    "staff.password_reset": "重置密码",
    "staff.factor_on": "启用动态口令",
    "staff.factor_off": "清除动态口令",
    "staff.recovery_codes_made": "换恢复码",
    "staff.recovery_code_used": "用恢复码登录",
}
DETAILS = {
    "deed": "{}",
    "what": "{}",
    "words": "“{}”",
    "item": "《{}》",
    "answer_from": "{} 起回答",
    "ask_from": "{} 起反问",
    "version": "第 {} 版",
    "effective_from": "自 {} 生效",
    "start": "{} 起",
    "end": "至 {}",
    "added": "新增 {}",
    "changed": "调整 {}",
    "removed": "删除 {}",
    "withdrawn": "停约 {}",
    "day": "{}",
    "places": "{} 个号",
    "slots": "{} 个号段",
    "kept": "保留 {} 人",
    "moved": "改期 {} 人",
    "cancelled": "取消 {} 人",
    "window": "{} 号窗口",
    "register_hours": "登记 {} 小时",
    "settle_minutes": "截止后 {} 分钟放出余号",
    "entries": "登记 {} 份",
    "won": "中签 {}",
    "lost": "未中签 {}",
    "ineligible": "资格不符 {}",
    "bookings": "通知 {} 人",
    "spared": "{} 人保留原预约",
    "number": "排队号 {}",
    "slot_id": "号段 {}",
    "booked": "计数 {}",
    "live": "有效预约 {}",
    "cooling": "冷却 {}",
}
RETURNED = {  # the ways of a place that came back, for `cooling` of a rule
    "off": "退回的名额立即放出",
    "random": "退回的名额随机时间后放出",
    "next_release": "退回的名额随下一批放号放出",
}
WORDS = {**RETURNED, **DEEDS}
WHOLE = {  # what is told of an action by several facts together
    "slot.widened": "名额从 {from} 个加到 {to} 个",
}


@dataclass(frozen=True)
class Told:
    """One deed as a line: when, by whom, what, and more of it."""

    at: datetime
    who: str
    what: str
    more: str


async def of_type(type_id: int) -> list[Told]:
    """The latest twenty around the schedule of a type."""
    return await _told(await history.of_type(type_id=type_id))


async def of_closure(closure_id: int) -> list[Told]:
    """The latest twenty of a closure."""
    return await _told(await history.of_closure(closure_id))


async def of_hall(hall_code: str) -> list[Told]:
    """The latest twenty around the windows and kiosks of a hall."""
    return await _told(await history.of_hall(hall_code=hall_code))


async def of_draws(hall_code: str) -> list[Told]:
    """The latest twenty around the draws of a hall and their rules."""
    return await _told(await draw_results.deeds(hall_code=hall_code))


async def of_booking(appointment_id: int, *, holder: int) -> list[Told]:
    """The life of a booking from first to last; `holder` is the citizen whose it is."""
    return (await _told(await history.of_booking(appointment_id=appointment_id), holder=holder))[::-1]


async def of_slots(slot_ids: Collection[int]) -> list[Told]:
    """The latest twenty around single slots."""
    return await _told(await history.of_slots(slot_ids))


async def of_calendar() -> list[Told]:
    """The latest twenty declarations of working days."""
    return await _told(await history.of_calendar())


async def names_of(actors: Collection[str]) -> dict[str, str]:
    """The text of an Actor → the name colleagues know them by."""
    names = await access.staff_names([int(one[6:]) for one in actors if one.startswith("staff:")])
    return {one: _who(one, names) for one in actors if one}


async def of_subjects(subjects: Collection[str]) -> list[Told]:
    """The latest twenty around these rules or sanctions."""
    return await _told(await audit.latest(subjects))


async def _told(found: list[Deed], *, holder: int | None = None) -> list[Told]:
    names = await access.staff_names([int(one.actor[6:]) for one in found if one.actor.startswith("staff:")])
    told = []
    for (_, action, _), same in itertools.groupby(found, key=_look):
        one, *again = same
        what = ACTIONS.get(action, action) + (f"（{len(again) + 1} 次）" if again else "")
        told.append(Told(one.at, _who(one.actor, names, holder), what, _more(one)))
    return told


def _look(deed: Deed) -> tuple[str, str, object]:
    """Looks of one after another are one line, with the last of their times; any other deed is a line of its own."""
    return deed.actor, deed.action, None if deed.action.endswith("read") else deed


def _who(actor: str, names: dict[int, str], holder: int | None = None) -> str:
    kind, _, name = actor.partition(":")
    if kind == "staff":
        return names.get(int(name), "工作人员")
    if kind == "citizen":
        return "本人" if holder in (None, int(name)) else "代办人"
    if actor == "channel:visitor":
        return "访客"
    return "自助机" if name.startswith("kiosk:") else "系统"


def _more(deed: Deed) -> str:
    facts: dict[str, Any] = deed.detail
    known = [(text, facts[name]) for name, text in DETAILS.items() if facts.get(name)]
    told = [WORDS.get(str(fact)) or text.format(fact) for text, fact in known]
    whole = [WHOLE[deed.action].format(**facts)] if deed.action in WHOLE else []
    return "，".join([*whole, *told, *filter(None, [deed.reason])])
