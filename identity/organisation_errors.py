"""How 单位办理 says no, beside `identity.errors`.

Invalid    OrganisationFault, AgentFault
Forbidden  NotLegalPerson, NotAdministrator, ActingOver
NotFound   OrganisationNotFound, AgentNotFound
Conflict   OrganisationMismatch, AlreadyAgent, TooManyAgents
"""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class OrganisationFault(Invalid):
    """单位名称格式不正确，请按营业执照填写完整名称。"""


class AgentFault(Invalid):
    """经办人设置有误：请选择角色和至少一项办理范围，截止日期在今天之后三年以内。"""


class NotLegalPerson(Forbidden):
    """登记机关记载的法定代表人不是您，请由法定代表人登记，或提交授权材料到窗口审核。"""


class NotAdministrator(Forbidden):
    """只有法定代表人和管理员可以管理经办人，请联系他们办理。"""


class ActingOver(Forbidden):
    """您已不能以该单位身份办理：授权可能已解除、已到期或不含此项。请切换回个人身份，或联系单位管理员。"""


class OrganisationNotFound(NotFound):
    """没有找到这个单位，或您不是其经办人，请核对后重试。"""


class AgentNotFound(NotFound):
    """没有找到这位经办人，其授权可能已解除，请刷新后重试。"""


class OrganisationMismatch(Conflict):
    """单位名称与统一社会信用代码不一致，请对照营业执照核对后重试。"""


class AlreadyAgent(Conflict):
    """对方已是该单位的经办人或正在等待确认，请先解除后再重新添加。"""


class TooManyAgents(Conflict):
    """该单位的经办人已达上限，请先解除不再办理的经办人。"""
