"""What is wrong in a catalogue file: every fault has a file, a line, a field and a sentence for the editor."""

from dataclasses import dataclass

from foundation.errors import Invalid


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One fault; `line` counts from 1, `field` is a path such as `fees[0].amount_fen` ("" = the whole file)."""

    path: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: "
        return where + (f"{self.field}：{self.message}" if self.field else self.message)


class FormatFaults(Invalid):
    """目录文件有误，请按所列文件和行号逐条修改后重新导入。"""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        rows = [{"path": f.path, "line": f.line, "field": f.field, "message": f.message} for f in self.faults]
        super().__init__(detail={"faults": rows})

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
