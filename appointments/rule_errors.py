"""How rules, sanctions and appeals say no, beside `appointments.errors`.

NotFound     RuleNotFound, SanctionNotFound, AppealNotFound
Conflict     booking    Sanctioned, TooOften
             ruling     RuleCodeTaken
             lifting    SanctionOver, NothingToExempt, NotHere
             appealing  AlreadyAppealed, AppealDecided
Invalid      RuleInvalid, AppealInvalid
"""

from foundation.errors import Conflict, Invalid, NotFound


class RuleNotFound(NotFound):
    """没有找到这条预约规则，请刷新后重试。"""


class SanctionNotFound(NotFound):
    """没有找到这条限制预约记录，请刷新后重试。"""


class AppealNotFound(NotFound):
    """没有找到这条申诉，请刷新后重试。"""


class Sanctioned(Conflict):
    """您目前被限制预约，可在“我的 - 预约信用”中查看原因和期限，如有异议可在那里申诉。"""


class TooOften(Conflict):
    """您近期取消或未按约办理的次数已达规定上限，暂时不能预约，如有异议请致电大厅说明情况。"""


class RuleCodeTaken(Conflict):
    """该规则编号已存在，请换一个编号，或修改原来的规则。"""


class SanctionOver(Conflict):
    """这条限制已到期或已解除，无需再处理。"""


class NothingToExempt(Conflict):
    """只有爽约、本人取消或记有缺少材料的预约可以免计。"""


class NotHere(Conflict):
    """该预约人没有到场，不能登记缺少材料，请先为其签到。"""


class AlreadyAppealed(Conflict):
    """您已对这条限制提出过申诉，请在“我的 - 预约信用”中查看处理结果。"""


class AppealDecided(Conflict):
    """这条申诉已经处理，请刷新查看结果。"""


class RuleInvalid(Invalid):
    """预约规则有误，请按提示逐项修改。"""


class AppealInvalid(Invalid):
    """请用 5 至 500 字说明情况，例如未能前往的原因。"""
