"""How `appointments` says no.

NotFound     BookingNotFound, SlotNotFound, TypeNotFound, TicketNotFound, ExceptionNotFound, WaitNotFound
Conflict     reserving    NotYetReleased, SlotClosed, SlotSuspended, SlotFull, AlreadyBookedThatDay, TooManyBookings
             cancelling   TooLateToCancel, CannotCancel
             checking in  WrongHall, WrongDay, TooEarlyToCheckIn, TooLateToCheckIn, AlreadyCheckedIn, CannotCheckIn
             calling      NobodyWaiting, StillServing, CannotCall
             planning     TypeCodeTaken, ExceptionExists
             waiting      StillFree, AlreadyWaiting, TooManyWaits, WaitlistOff, OfferOver, CannotLeave
             rescheduling TooLateToReschedule, CannotReschedule, OtherBusiness
Invalid      KeyInvalid, CheckInCodeStale, ReasonNeeded, WindowNeeded, ScheduleInvalid, TypeInvalid,
             RangeInvalid, LimitInvalid, WaitingRuleInvalid, CapacityInvalid
Unavailable  TooBusy
Elsewhere    catalogue: HallNotFound · identity: RealNameNeeded · foundation.idempotency: KeyReused
"""

from catalogue.errors import HallNotFound as HallNotFound
from foundation.errors import Conflict, Invalid, NotFound, Unavailable


class BookingNotFound(NotFound):
    """没有找到这个预约，请核对预约码。"""


class SlotNotFound(NotFound):
    """没有找到这个预约时段，请返回重新选择日期和时段。"""


class TypeNotFound(NotFound):
    """没有找到这项预约业务，它可能已停止预约，请重新选择。"""


class TicketNotFound(NotFound):
    """没有找到这个排队号，请核对后重试。"""


class NotYetReleased(Conflict):
    """该时段尚未放号，请在放号时间之后再来预约。"""


class SlotClosed(Conflict):
    """该时段已停止预约，请选择其他时段。"""


class SlotSuspended(Conflict):
    """该时段已暂停预约，请选择其他时段。"""


class SlotFull(Conflict):
    """该时段已约满，请选择其他时段。"""


class AlreadyBookedThatDay(Conflict):
    """您当天已预约过这项业务，如需更换时段请先取消原预约。"""


class TooManyBookings(Conflict):
    """您的预约次数已达规定上限，请先办理或取消已有预约，或另选日期。"""


class KeyInvalid(Invalid):
    """幂等键应为 1 至 80 个字符，请刷新页面后重新提交。"""


class TooBusy(Unavailable):
    """当前预约人数较多，您的请求没有提交成功，请稍后用同一页面重试，不会重复预约。"""


class TooLateToCancel(Conflict):
    """已超过可取消时间，如不能前往请致电大厅说明情况。"""


class CannotCancel(Conflict):
    """该预约当前状态不能取消，请刷新查看最新状态。"""


class ReasonNeeded(Invalid):
    """请填写原因，它将告知预约人并留存记录。"""


class CheckInCodeStale(Invalid):
    """签到码无效或已过期，请打开预约详情刷新签到码后重试，不要使用截图。"""


class WrongHall(Conflict):
    """该预约不在本大厅办理，请前往预约所在大厅。"""


class WrongDay(Conflict):
    """该预约不是今天，请在预约当日签到。"""


class TooEarlyToCheckIn(Conflict):
    """还未到签到时间，请稍后再来签到。"""


class TooLateToCheckIn(Conflict):
    """已超过签到时间，请到咨询台由工作人员处理或重新预约。"""


class AlreadyCheckedIn(Conflict):
    """该预约已签到，请按排队号等候叫号。"""


class CannotCheckIn(Conflict):
    """该预约已取消或已结束，不能签到，可现场取号或重新预约。"""


class NobodyWaiting(Conflict):
    """当前没有等候的排队号，请稍后再呼叫。"""


class StillServing(Conflict):
    """本窗口还有正在办理的排队号，请先办结或标记过号。"""


class CannotCall(Conflict):
    """该排队号当前状态不能进行此操作，请刷新后再试。"""


class WindowNeeded(Invalid):
    """请先选择窗口号。"""


class TypeCodeTaken(Conflict):
    """该预约业务编码已存在，请换一个编码。"""


class ExceptionExists(Conflict):
    """该大厅当天已登记例外日，请先撤销原来的登记。"""


class ExceptionNotFound(NotFound):
    """没有找到这一天的例外登记，请刷新后重试。"""


class ScheduleInvalid(Invalid):
    """排班有误，请按提示逐项修改。"""


class TypeInvalid(Invalid):
    """预约业务的设置有误，请按提示逐项修改。"""


class RangeInvalid(Invalid):
    """日期范围有误，请修改：结束日期不能早于开始日期，且一次不超过 92 天。"""


class LimitInvalid(Invalid):
    """预约限制有误，请填写 1 至 100 的整数。"""


class WaitNotFound(NotFound):
    """没有找到这条候补记录，请在“我的候补”中查看。"""


class StillFree(Conflict):
    """该时段还有余号，无需候补，请直接预约。"""


class AlreadyWaiting(Conflict):
    """您当天已在候补这项业务的其他时段，如需更换请先退出原来的候补。"""


class TooManyWaits(Conflict):
    """您正在候补的时段已达上限，请先退出一部分再试。"""


class WaitlistOff(Conflict):
    """这项业务不开放候补，请选择其他时段。"""


class OfferOver(Conflict):
    """这个候补名额已超过确认时间或已处理，请查看最新状态。"""


class CannotLeave(Conflict):
    """这条候补已经结束，请刷新查看最新状态。"""


class TooLateToReschedule(Conflict):
    """已超过可改约时间，如不能前往请致电大厅说明情况。"""


class CannotReschedule(Conflict):
    """该预约当前状态不能改约，请刷新查看最新状态。"""


class OtherBusiness(Conflict):
    """只能改到同一项业务的其他时段，如需办理其他业务请另行预约。"""


class WaitingRuleInvalid(Invalid):
    """候补与冷却规则有误，请按提示逐项修改。"""


class CapacityInvalid(Invalid):
    """请填写大于现在、且不超过 1000 的号数。"""
