"""How `notifications` says no."""

from foundation.errors import Invalid


class TemplateUnknown(Invalid):
    """没有这个消息模板，请刷新页面后再试。"""
