"""How keeping files of guides says no.

NotFound   GuideFileNotFound
Invalid    FileKindUnknown, FileNotAsNamed, FileTooLarge, FileEmpty, FileWithMacros
"""

from foundation.errors import Invalid, NotFound


class GuideFileNotFound(NotFound):
    """没有这份表格，请从办事指南里重新打开，或拨打 12345 询问。"""


class FileKindUnknown(Invalid):
    """只能上传 pdf、doc、docx、xls、xlsx、jpg、png 文件，请另存为其中一种再上传。"""


class FileNotAsNamed(Invalid):
    """文件内容与扩展名不符或文件已损坏，请用原来的软件打开、另存后再上传。"""


class FileTooLarge(Invalid):
    """文件超过 5 MB，请压缩图片或拆分后再上传。"""


class FileEmpty(Invalid):
    """没有选择文件或文件是空的，请重新选择。"""


class FileWithMacros(Invalid):
    """文件里有宏，市民打开时会有风险，请另存为不含宏的文件再上传。"""
