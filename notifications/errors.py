"""How `notifications` says no."""

from foundation.errors import Conflict, Invalid, NotFound


class TemplateUnknown(Invalid):
    """没有这个消息模板，请刷新页面后再试。"""


class TemplateFaulty(Invalid):
    """模板内容不符合渠道的限制，请按提示修改后重新保存。"""


class TemplateChanged(Conflict):
    """别人刚刚保存了这个模板的新版本，请刷新页面后再修改。"""


class TopicUnknown(Invalid):
    """没有这个主题或大厅，请刷新页面后再试。"""


class GroupUnknown(Invalid):
    """没有这类消息，请刷新页面后再试。"""


class QuietHoursFault(Invalid):
    """免打扰时段应为“开始-结束”，如 22:00-08:00，请修改后重新保存。"""


class MessageNotFound(NotFound):
    """没有找到这条消息，请刷新页面后再试。"""


class MassUnknown(NotFound):
    """没有找到这次群发，请刷新页面后再试。"""


class NothingToSay(Invalid):
    """标题和正文都要填写，标题不超过 60 字、正文不超过 300 字，请修改后重新提交。"""
