"""How 亲友 says no, beside `identity.errors`.

Invalid   RelationUnknown, MinorTooOld
NotFound  FamilyNotFound, InvitationOver, RequestNotFound, PersonUnknown
Conflict  FamilyFull, TooManyMinors, AlreadyFamily, OneselfAsFamily, DoesNotWant, TooManyAsked
"""

from foundation.errors import Conflict, Invalid, NotFound


class RelationUnknown(Invalid):
    """请选择与您的关系：配偶、父母、子女或其他。"""


class MinorTooOld(Invalid):
    """无证件登记只限未满 16 周岁的未成年人，请核对出生日期，已满 16 周岁请填写证件号码。"""


class FamilyNotFound(NotFound):
    """没有找到这位亲友，请刷新后重试。"""


class InvitationOver(NotFound):
    """邀请码不正确、已使用或已过期，请对方重新生成邀请码。"""


class RequestNotFound(NotFound):
    """没有找到这项委托申请，它可能已处理、已撤回或已过期。"""


class PersonUnknown(NotFound):
    """您不能为这位亲友办理：可能尚未登记，或者委托已解除、已到期。请在“亲友”中查看，或请对方重新委托。"""


class FamilyFull(Conflict):
    """亲友名单已满，请先移除不再同行的亲友。"""


class TooManyMinors(Conflict):
    """无证件登记的未成年人已达上限，有证件的请填写证件号码登记。"""


class AlreadyFamily(Conflict):
    """这位亲友已在您的名单中，可直接为其预约。"""


class OneselfAsFamily(Conflict):
    """不能把自己登记为亲友，预约时直接选择“本人”即可。"""


class DoesNotWant(Conflict):
    """对方不同意由您登记为亲友，如确需代办请与对方联系，由对方发出委托。"""


class TooManyAsked(Conflict):
    """等待确认的委托申请或邀请已达上限，请等对方处理，或先撤回一部分。"""
