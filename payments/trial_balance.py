"""`python -m payments.trial_balance [--until 2026-11-25]`: print the trial balance (试算平衡表).

Exit code 1 when the books do not balance, which the database refuses: then something went past it.
"""

import argparse
import asyncio
import sys
import unicodedata
from datetime import date

import rooms
from foundation import database, settings
from foundation.money import yuan
from payments import ledger_reading
from payments.ledger_reading import TrialBalance


def text(found: TrialBalance) -> str:
    """A line per account under 借 and 贷, both sums, and the verdict."""
    rows = [("科目", "名称", "借方", "贷方", "余额")]
    rows += [
        (one.account, one.name, yuan(one.debit_fen), yuan(one.credit_fen), yuan(one.balance_fen)) for one in found.lines
    ]
    rows.append(("合计", "", yuan(found.debit_fen), yuan(found.credit_fen), yuan(found.debit_fen - found.credit_fen)))
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(_filled(cell, width, left=nth < 2) for nth, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    lines.append(
        "试算平衡。" if found.balances else f"不平衡！不平的记账：{', '.join(map(str, found.unbalanced)) or '无'}"
    )
    return "\n".join(line.rstrip() for line in lines)


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in cell)


def _filled(cell: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(cell))
    return cell + space if left else space + cell


async def main(until: date | None) -> int:
    await database.start(settings.current().database_url, models=rooms.MODELS, pool=2)
    try:
        found = await ledger_reading.trial_balance(until=until)
    finally:
        await database.stop()
    print(text(found))
    return 0 if found.balances else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m payments.trial_balance", description="试算平衡表")
    parser.add_argument(
        "--until", type=date.fromisoformat, help="the last day that counts, in Beijing; now unless said"
    )
    sys.exit(asyncio.run(main(parser.parse_args().until)))
