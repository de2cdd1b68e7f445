"""一次性告知书 on paper: one page, A4, with its number, what is missing, how to send each, and until when."""

from cases.models import Case
from cases.notice import Item, Notice
from foundation import clock, settings
from foundation.paper import A4, Page, fitting
from identity.realname import masked_sealed

LEFT, RIGHT = 56, 539
SOFT = "0.35 0.35 0.35"
ROW = 27
NAME, HOW = 78, 300


def drawn(case: Case, notice: Notice) -> bytes:
    """The file. The applicant's name is masked: the paper goes through many hands, and the number says whose it is."""
    page = Page(title=f"一次性告知书 {notice.document_no}")
    _head(page, case, notice)
    bottom = _table(page, notice.items, top=640)
    _foot(page, case, notice, below=bottom)
    return page.pdf()


def _head(page: Page, case: Case, notice: Notice) -> None:
    page.centred(A4[0] / 2, 780, "补正材料一次性告知书", size=20)
    page.centred(A4[0] / 2, 758, notice.document_no, size=11, colour=SOFT)
    page.line(LEFT, 746, RIGHT, 746, thick=1)
    applicant = masked_sealed(case.applicant_name_sealed)
    page.text(LEFT, 722, f"{applicant}：", size=11)
    words = f"您申请办理的“{case.item_name}”（办件编号 {case.case_no}），"
    page.text(LEFT + 22, 702, fitting(words, size=11, room=RIGHT - LEFT - 22), size=11)
    due = f"{notice.due.year}年{notice.due.month}月{notice.due.day}日"
    page.text(LEFT, 682, f"经核对，需要补正以下材料。请于 {due} 前一次补齐；补齐前不计入办理时限。", size=11)
    page.text(LEFT, 662, f"共 {len(notice.items)} 项：", size=10, colour=SOFT)


def _table(page: Page, items: list[Item], *, top: float) -> float:
    """Its lower edge."""
    page.line(LEFT, top + 14, RIGHT, top + 14)
    page.text(NAME, top, "材料和问题", size=10)
    page.text(HOW, top, "怎样提交", size=10)
    page.line(LEFT, top - 6, RIGHT, top - 6)
    for number, one in enumerate(items, start=1):
        base = top - 4 - ROW * number
        page.text(LEFT, base + 10, f"{number}.", size=10)
        page.text(NAME, base + 10, fitting(one.name, size=10, room=HOW - NAME - 10), size=10)
        page.text(NAME, base, fitting(one.problem, size=8, room=HOW - NAME - 10), size=8, colour=SOFT)
        for line, words in enumerate(_two_lines(one.how, size=9, room=RIGHT - HOW)):
            page.text(HOW, base + 10 - 11 * line, words, size=9)
        page.line(LEFT, base - 5, RIGHT, base - 5, thick=0.3, colour=SOFT)
    return top - 9 - ROW * len(items)


def _two_lines(words: str, *, size: float, room: float) -> list[str]:
    most = int(room / size)
    return [words[:most], fitting(words[most:], size=size, room=room)] if len(words) > most else [words]


def _foot(page: Page, case: Case, notice: Notice, *, below: float) -> None:
    city = settings.current().processes.city_name
    told = clock.shanghai(notice.told_at)
    if notice.note:
        page.text(LEFT, below - 16, fitting(f"说明：{notice.note}", size=10, room=RIGHT - LEFT), size=10)
    page.right(RIGHT, below - 42, case.department_name, size=11)
    page.right(RIGHT, below - 60, f"{told.year}年{told.month}月{told.day}日", size=11)
    page.text(
        LEFT, 30, f"{city}政务服务 · 可在“查进度”中输入办件编号查看办理情况，疑问请拨打 12345。", size=8, colour=SOFT
    )
