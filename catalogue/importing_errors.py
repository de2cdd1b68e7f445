"""How bringing a catalogue in says no. Faults in its files are `catalogue.faults.FormatFaults`."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownFile(Invalid):
    """不认识这种文件，请上传导出的工作簿（.xlsx）、目录压缩包（.zip）或单个事项文件（.yaml、.json）。"""


class NoFileSent(Invalid):
    """没有选择文件或文件是空的，请重新选择。"""


class FileTooLarge(Invalid):
    """文件超过 8 MB，请拆分，或由系统管理员用命令行导入。"""


class NothingNew(Conflict):
    """文件内容与现行目录相同，没有要导入的改动，请核对是否选对了文件。"""


class ImportNotFound(NotFound):
    """没有这次导入，请从导入列表重新进入。"""


class ImportNotOpen(Conflict):
    """这次导入已经处理过，请刷新页面查看结果。"""


class CatalogueMoved(Conflict):
    """上传以后目录又有改动，预演的结果已不准确。请放弃这次导入，重新上传后再核对。"""
