"""How consultations say no.

NotFound   ConsultationNotFound, PublicAnswerNotFound, RouteNotFound
Conflict   RepeatedIdentical, NotInThisState, ClaimedAlready, NotYourConsultation, AskedAgainAlready, MarkedAlready,
           AppealedOnce, NotMeantForPublic, PublishedAlready, RouteTaken, QuestionKnown
Forbidden  AnotherReviews
Invalid    QuestionInvalid, KindUnknown, PhoneInvalid, ReasonUnknown, AnswerEmpty, DoorUnknown, RouteInvalid
"""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class ConsultationNotFound(NotFound):
    """没有找到对应的咨询，请核对编号和手机号码后四位。"""


class PublicAnswerNotFound(NotFound):
    """没有找到这条公开答复，可能已撤下，请换个说法搜索。"""


class RouteNotFound(NotFound):
    """没有找到这条分办规则，请刷新后重试。"""


class RepeatedIdentical(Conflict):
    """您近期提交过内容相同的诉求，请用原编号查看办理情况，不必重复提交。"""


class NotInThisState(Conflict):
    """这件诉求当前的状态不能进行此操作，请刷新后查看。"""


class ClaimedAlready(Conflict):
    """这件诉求已由其他同事办理，请刷新列表。"""


class NotYourConsultation(Conflict):
    """这件诉求不在您名下，请先领办再处理。"""


class AskedAgainAlready(Conflict):
    """每件诉求可追问一次，您已追问过。还有问题请另行提交，或拨打 12345。"""


class MarkedAlready(Conflict):
    """您已评价过这次答复，感谢您的反馈，无需再次评价。"""


class AppealedOnce(Conflict):
    """对不予受理的申诉只能提出一次，仍有异议可拨打 12345。"""


class NotMeantForPublic(Conflict):
    """提交人没有同意公开，请不要公开这件诉求。"""


class PublishedAlready(Conflict):
    """这件诉求的答复已经公开，请刷新后查看。"""


class RouteTaken(Conflict):
    """相同条件的分办规则已经存在，请修改或停用原来的规则。"""


class QuestionKnown(Conflict):
    """这份指南的常见问题里已有这个问题，无需重复添加。"""


class AnotherReviews(Forbidden):
    """起草、作出原决定的人不能自己审核，请由另一位同事处理。"""


class QuestionInvalid(Invalid):
    """请把标题（2 至 80 字）和内容（5 至 2000 字）写完整后提交。"""


class KindUnknown(Invalid):
    """请从咨询、投诉、建议中选择一类。"""


class PhoneInvalid(Invalid):
    """手机号码应为 11 位数字，请核对后重新填写。"""


class ReasonUnknown(Invalid):
    """请选择不予受理的原因，并写明说明，提交人会看到。"""


class AnswerEmpty(Invalid):
    """还没有填写答复，请写好或引用指南后再提交。"""


class DoorUnknown(Invalid):
    """请从列出的受理渠道中选择一个。"""


class RouteInvalid(Invalid):
    """请填写承办单位，并从列表中选择类别和大厅。"""
