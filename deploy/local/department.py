"""A department's system in a few lines, for the tour: it signs and pushes what `make run` then shows.

    python -m deploy.local.department new-case 张三          a case is received; prints its number
    python -m deploy.local.department move 9901… accepted    the case moves (accepted, reviewed, decided, closed, …)
    python -m deploy.local.department bill 李四 20.00         a bill is raised; prints its 缴款识别码

It knows the api door only by address, key and secret, as any department does (docs/integration.md).
"""

import argparse
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from deploy.local.environment import SECRETS, read

VAR = Path(os.environ.get("VAR") or "var")  # as `make run` has it
BEIJING = timezone(timedelta(hours=8))
PEOPLE = Path(__file__).parents[2] / "sandbox" / "people.json"


def push(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Sign and send; the answer. A refused row ends the program with what the door said."""
    if not (VAR / "addresses.json").exists():
        sys.exit("演示没有在运行，请先 make run · the demo is not running: make run")
    key_id, secret = read(VAR / SECRETS)["DEPARTMENT_KEYS"].split(",")[0].split(":", 1)
    raw, timestamp, nonce = json.dumps(body, ensure_ascii=False).encode(), str(int(time.time())), secrets.token_hex(16)
    signed = "\n".join(("POST", path, timestamp, nonce, hashlib.sha256(raw).hexdigest()))
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Key-Id": key_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature,
    }
    address = json.loads((VAR / "addresses.json").read_text())["web"]
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, raw, headers), timeout=10) as answer:
            said: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(f"{refusal.code} {refusal.read().decode()}")
    if said["refused"]:
        sys.exit(json.dumps(said["rows"], ensure_ascii=False))
    return said


def person(name: str) -> dict[str, str]:
    """A demo citizen as the doors want them."""
    found = {one["name"]: one for one in json.loads(PEOPLE.read_text())}
    if name not in found:
        sys.exit(f"没有演示市民“{name}”，可选：{'、'.join(found)}")
    return {"name": name, "id_number": found[name]["id_number"]}


def event(case_no: str, kind: str, note: str = "") -> dict[str, Any]:
    return {
        "event_id": secrets.token_hex(8),
        "case_no": case_no,
        "kind": kind,
        "happened_at": datetime.now(BEIJING).isoformat(timespec="seconds"),
        "note": note,
    }


def new_case(name: str) -> None:
    applicant = person(name)
    case_no = f"9901{datetime.now(BEIJING):%Y%m%d}{secrets.randbelow(10**6):06d}"
    registration = {
        "item_code": "11990100DEMA0001133990100009000",
        "item_name": "普通护照签发",
        "department_name": "示例市公安局",
        "applicant": applicant,
        "legal_days": 20,
        "promised_days": 7,
    }
    push("/departments/v1/cases/events", {"events": [event(case_no, "received") | {"case": registration}]})
    print(f"办件编号 {case_no}，证件号码后四位 {applicant['id_number'][-4:]}")


def move(case_no: str, kind: str, note: str) -> None:
    push("/departments/v1/cases/events", {"events": [event(case_no, kind, note)]})
    print(f"{case_no} → {kind}")


def bill(name: str, yuan: float) -> None:
    payer, fen = person(name), round(yuan * 100)
    one = {
        "notice_no": secrets.token_hex(10),
        "exec_unit_code": "103001",
        "exec_unit_name": "示例市公安局",
        "title": "证照工本费",
        "payer": payer,
        "items": [{"exec_item_code": "103042", "exec_item_name": "证照工本费", "amount_fen": fen}],
        "total_fen": fen,
    }
    raised = push("/departments/v1/bills", {"bills": [one]})["rows"][0]
    print(f"缴款识别码 {raised['pay_code']}，证件号码后四位 {payer['id_number'][-4:]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("new-case").add_argument("name")
    moving = verbs.add_parser("move")
    moving.add_argument("case_no")
    moving.add_argument("kind")
    moving.add_argument("--note", default="")
    billing = verbs.add_parser("bill")
    billing.add_argument("name")
    billing.add_argument("yuan", type=float)
    given = parser.parse_args()
    if given.verb == "new-case":
        new_case(given.name)
    elif given.verb == "move":
        move(given.case_no, given.kind, given.note)
    else:
        bill(given.name, given.yuan)


if __name__ == "__main__":
    main()
