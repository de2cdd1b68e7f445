"""How bulk import says no."""

from foundation.errors import Conflict, Invalid, NotFound


class FileUnreadable(Invalid):
    """文件无法读取。请使用下载的模板填写，另存为 UTF-8 编码的 CSV，或上传 JSON 文件。"""


class FileTooLarge(Invalid):
    """文件太大，请拆分后分批导入。"""


class ColumnMissing(Invalid):
    """文件缺少必需的列，请使用下载的模板填写。"""


class LineWrong(Invalid):
    """这一行的内容有误，请按提示修改。"""


class NoImport(NotFound):
    """没有找到这次导入，请从导入列表重新进入。"""


class ImportNotReady(Conflict):
    """这次导入还没有完成预演，或已经开始、已经放弃，请刷新后查看。"""
