"""How booking for others says no, beside `appointments.errors` and `identity.family_errors`.

Invalid   PartyEmpty, MemberTwice
Conflict  PartyTooLarge, PartyDoesNotFit, PartyRefused, ComeAlong, MinorLeftAlone, MandateOver
"""

from foundation.errors import Conflict, Invalid


class PartyEmpty(Invalid):
    """请至少选择一位办理人。"""


class MemberTwice(Invalid):
    """同一个人只能选一次，请检查办理人名单。"""


class PartyTooLarge(Conflict):
    """这项业务一次能同行的人数有限，请减少人数，或分几次预约。"""


class PartyDoesNotFit(Conflict):
    """该时段的余号不够所有人一起办理，一个号都没有占用，请减少人数或选择其他时段。"""


class PartyRefused(Conflict):
    """有人不能预约，一个号都没有占用，请按提示调整办理人后重试。"""


class ComeAlong(Conflict):
    """亲友须与您本人同行办理：请把本人也选上；如需单独代办，请对方在“亲友与委托”中委托您。"""


class MinorLeftAlone(Conflict):
    """没有证件的未成年人须由监护人同行，不能单独留下或改约，请取消同行的全部预约后重新预约。"""


class MandateOver(Conflict):
    """委托已解除或已到期，不能代为签到。请由本人出示签到码或持证件签到，或请本人重新委托后刷新签到码。"""
