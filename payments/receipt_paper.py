"""财政电子票据 on paper: a PDF with a QR code by which anybody can check it."""

import segno

from foundation import money
from foundation.paper import MILLIMETRE, Page, fitting
from payments.amount_words import capital
from payments.receipt_lookup import Shown

SIZE = (595, 420)  # A5 lying
LEFT, RIGHT = 36, 559
RED, SOFT = "0.78 0.1 0.12", "0.35 0.35 0.35"
MOST_LINES = 8


def drawn(receipt: Shown) -> bytes:
    """The file."""
    page = Page(title=f"财政电子票据 {receipt.code} {receipt.number}", size=SIZE)
    _head(page, receipt)
    _table(page, receipt)
    _foot(page, receipt)
    if receipt.state != "issued":
        page.box(236, 160, 124, 38, thick=2, colour=RED)
        page.centred(298, 172, receipt.label, size=22, colour=RED)
    return page.pdf()


def _head(page: Page, receipt: Shown) -> None:
    page.centred(SIZE[0] / 2, 382, "非税收入财政电子票据", size=20, colour=RED)
    page.line(190, 373, 405, 373, thick=1, colour=RED)
    for line, (name, value) in enumerate(
        (("票据代码", receipt.code), ("票据号码", receipt.number), ("校验码", receipt.check_code))
    ):
        page.text(LEFT, 352 - 16 * line, f"{name}：{value}")
    page.text(LEFT, 304, f"交款人：{fitting(receipt.payer, size=10, room=240)}")
    page.text(230, 352, f"开票日期：{receipt.issued_on:%Y-%m-%d}")
    page.text(230, 336, f"缴款识别码：{receipt.pay_code}")
    page.squares(RIGHT - 74, 300, segno.make(receipt.check_address, error="m").matrix, side=26 * MILLIMETRE)
    page.right(RIGHT, 289, "扫码验真", size=8, colour=SOFT)


def _table(page: Page, receipt: Shown) -> None:
    top, row = 282, 17
    page.box(LEFT, top - row * (MOST_LINES + 2), RIGHT - LEFT, row * (MOST_LINES + 2))
    page.text(LEFT + 8, top - 12, "项目名称")
    page.right(RIGHT - 8, top - 12, "金额（元）")
    page.line(LEFT, top - row, RIGHT, top - row)
    for number, (name, fen) in enumerate(_lines(receipt), start=1):
        page.text(LEFT + 8, top - 12 - row * number, fitting(name, size=10, room=400))
        page.right(RIGHT - 8, top - 12 - row * number, money.yuan(fen))
    bottom = top - row * (MOST_LINES + 1)
    page.line(LEFT, bottom, RIGHT, bottom)
    page.text(LEFT + 8, bottom - 12, f"金额合计（大写）：{capital(receipt.amount_fen)}")
    page.right(RIGHT - 8, bottom - 12, f"（小写）¥{money.yuan(receipt.amount_fen)}")


def _lines(receipt: Shown) -> list[tuple[str, int]]:
    """The items; where there are too many for the page, the last line sums those that have no room."""
    lines = [(one.name, one.amount_fen) for one in receipt.lines]
    if len(lines) <= MOST_LINES:
        return lines
    kept, rest = lines[: MOST_LINES - 1], lines[MOST_LINES - 1 :]
    return [*kept, (f"其他 {len(rest)} 项", sum(fen for _, fen in rest))]


def _foot(page: Page, receipt: Shown) -> None:
    page.text(LEFT, 92, f"收款单位：{fitting(receipt.unit, size=10, room=300)}")
    page.text(LEFT, 74, f"事由：{fitting(receipt.title, size=10, room=420)}")
    if receipt.red_number:
        page.text(LEFT, 56, f"本票据已由红字票据 {receipt.red_code} {receipt.red_number} 冲红，不再有效。", colour=RED)
    page.text(LEFT, 38, "票据真伪和当前状态以扫码查验结果为准。", size=8, colour=SOFT)
