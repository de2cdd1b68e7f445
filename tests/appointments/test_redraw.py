"""The algorithm of a draw, told a second time by other means, and what happens to who tampers with a result."""

import copy
import json
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.redraw import checking, method
from appointments.redraw.__main__ import main
from appointments.redraw.method import Entry

SEED = "5eed" * 16
CODE = "DRAW234567"
# Anybody who runs these by hand gets the same, e.g. `printf %s "$seed$code" | sha256sum`.
VECTOR: dict[str, Any] = {
    "seed_hash": "0dafe902e538baa91a3a543b45308f672a103cddbdc18ac93f010f6613366a10",
    "entries_hash": "ba002afbec6d6d53288519a0b857c3a64aec933854ae700fdf42c2c5826fa484",
    "lot": "a241a14fe7ddbc9a298e94eb1428b7ca8ab8bab90b3c057ceb3e1f7897c06741",
    "order": ["BBBB", "CCCC", "DDDD", "AAAA"],
    "given": {"BBBB": 1, "CCCC": 2, "DDDD": None, "AAAA": None},
}


def plain_hmac(key: str, text: str) -> str:
    """RFC 2104 written out."""
    block = key.encode().ljust(64, b"\0")
    inner = sha256(bytes(one ^ 0x36 for one in block) + text.encode()).digest()
    return sha256(bytes(one ^ 0x5C for one in block) + inner).hexdigest()


def retold(document: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    """The draw as an auditor would write it down from `docs/draw.md`: number → rank and slot."""
    lines = ""
    for one in sorted(document["entries"], key=lambda one: one["number"]):
        lines += " ".join([one["number"]] + [str(wish) for wish in one["wishes"]] + ["*"] * one["any"]) + "\n"
    of_entries = sha256(lines.encode()).hexdigest()
    lots = sorted((plain_hmac(document["seed"], of_entries + one["number"]), one["number"])
                  for one in document["entries"])  # fmt: skip
    left = {one["slot"]: one["places"] for one in document["places"]}
    asked = {one["number"]: one for one in document["entries"]}
    found: dict[str, tuple[int, int | None]] = {}
    for rank, (_, number) in enumerate(lots, start=1):
        entry, got = asked[number], None
        order = entry["wishes"] + [one for one in left if entry["any"] and one not in entry["wishes"]]
        for slot in order:
            if entry["outcome"] != "ineligible" and slot not in entry["passed"] and left.get(slot, 0) > 0:
                left[slot] -= 1
                got = slot
                break
        found[number] = (rank, got)
    return found


def drawn(entries: list[Entry], places: dict[int, int], *, seed: str = SEED) -> dict[str, Any]:
    """A result as it would be published."""
    ordered = method.in_order(seed, entries)
    given_to = method.allocate(ordered, places)
    return {
        "method": method.NAME,
        "draw": CODE,
        "seed": seed,
        "seed_hash": method.seed_hash(seed, CODE),
        "entries_hash": method.entries_hash(entries),
        "places": [{"slot": slot, "starts_at": "", "places": number} for slot, number in places.items()],
        "entries": [
            {
                "number": one.number, "wishes": list(one.wishes), "any": one.any_slot, "rank": rank,
                "outcome": "lost" if given_to[one.number] is None else "won", "slot": given_to[one.number],
                "passed": [],
            }
            for rank, one in enumerate(ordered, start=1)
        ],
    }  # fmt: skip


EXAMPLE = [Entry("AAAA", (2, 1)), Entry("BBBB", (1,), True), Entry("CCCC", (), True), Entry("DDDD", (2,))]


def faults(document: dict[str, Any], **noted: str) -> list[str]:
    return checking.faults(checking.read(document), **noted)


def test_the_vector() -> None:
    """Fixed for ever: a result published once must come out the same in every later version."""
    assert method.seed_hash(SEED, CODE) == VECTOR["seed_hash"]
    assert method.entries_hash(EXAMPLE) == VECTOR["entries_hash"]
    assert method.lot(SEED, method.entries_hash(EXAMPLE), "AAAA") == VECTOR["lot"]
    assert [one.number for one in method.in_order(SEED, EXAMPLE)] == VECTOR["order"]
    assert method.allocate(method.in_order(SEED, EXAMPLE), {1: 1, 2: 1}) == VECTOR["given"]


def test_the_document_tells_the_same_example() -> None:
    told = (Path(__file__).parents[2] / "docs" / "draw.md").read_text()
    assert "".join(one.line for one in EXAMPLE) in told
    for value in (VECTOR["seed_hash"], VECTOR["entries_hash"], VECTOR["lot"]):
        assert f"`{str(value)[:8]}`" in told
    assert f"名次为 {'、'.join(VECTOR['order'])}" in told


numbers = st.text("23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=10, max_size=10)
wishes = st.lists(st.integers(1, 6), max_size=4, unique=True).map(tuple)
lists = st.dictionaries(numbers, st.tuples(wishes, st.booleans()), max_size=30).map(
    lambda found: [Entry(number, *rest) for number, rest in found.items()]
)
slots = st.dictionaries(st.integers(1, 6), st.integers(1, 4), max_size=6)
seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(lists, slots, seeds)
def test_another_hand_comes_to_the_same(entries: list[Entry], places: dict[int, int], seed: str) -> None:
    document = drawn(entries, places, seed=seed)
    assert retold(document) == {one["number"]: (one["rank"], one["slot"]) for one in document["entries"]}
    assert faults(document) == []
    assert faults({**document, "entries": document["entries"][::-1]}) == []  # the order in the file says nothing


@given(lists, slots, seeds)
def test_nobody_behind_gets_what_one_before_had_wished_for(
    entries: list[Entry], places: dict[int, int], seed: str
) -> None:
    ordered = method.in_order(seed, entries)
    got = method.allocate(ordered, places)
    taken = Counter(slot for slot in got.values() if slot is not None)
    assert all(taken[slot] <= places[slot] for slot in taken)
    for rank, one in enumerate(ordered):
        better = list(method.wanted(one, places))
        mine = got[one.number]
        better = better[: better.index(mine)] if mine is not None else better
        behind = {got[other.number] for other in ordered[rank + 1 :]}
        assert not behind & set(better)
        assert all(taken[slot] == places[slot] for slot in better if slot in places)  # and none was left


def test_every_order_can_come_and_each_about_as_often() -> None:
    entries, rounds = [Entry(number) for number in ("AAAA", "BBBB", "CCCC", "DDDD")], 4800
    seen = Counter(
        tuple(one.number for one in method.in_order(sha256(str(n).encode()).hexdigest(), entries))
        for n in range(rounds)
    )
    assert set(seen) == set(permutations(one.number for one in entries))
    expected = rounds / 24
    chi_square = sum((number - expected) ** 2 / expected for number in seen.values())
    assert chi_square < 60  # 23 degrees of freedom: chance alone passes it once in about 30,000


def test_one_entry_more_casts_every_lot_anew() -> None:
    """So no number can be picked to stand in front before the list is complete."""
    before, after = method.entries_hash(EXAMPLE), method.entries_hash([*EXAMPLE, Entry("EEEE")])
    assert method.lot(SEED, before, "AAAA") != method.lot(SEED, after, "AAAA")


def _other_seed(one: dict[str, Any]) -> None:
    one["seed"] = "0" * 64


def _other_commitment(one: dict[str, Any]) -> None:
    one["seed"], one["seed_hash"] = "0" * 64, method.seed_hash("0" * 64, CODE)


def _one_entry_less(one: dict[str, Any]) -> None:
    one["entries"].pop()


def _one_entry_more(one: dict[str, Any]) -> None:
    one["entries"].append({**one["entries"][-1], "number": "ZZZZ", "rank": 5, "outcome": "lost", "slot": None})


def _other_number(one: dict[str, Any]) -> None:
    one["entries"][0]["number"] = "ZZZZ"


def _other_wish(one: dict[str, Any]) -> None:
    one["entries"][0]["wishes"] = [9]


def _ranks_exchanged(one: dict[str, Any]) -> None:
    first, second = one["entries"][:2]
    first["rank"], second["rank"] = second["rank"], first["rank"]


def _place_given_to_another(one: dict[str, Any]) -> None:
    won = next(row for row in one["entries"] if row["outcome"] == "won")
    lost = next(row for row in one["entries"] if row["outcome"] == "lost")
    won["slot"], lost["slot"], won["outcome"], lost["outcome"] = None, won["slot"], "lost", "won"


def _a_place_kept_back(one: dict[str, Any]) -> None:
    one["places"][0]["places"] += 1


def _won_without_a_place(one: dict[str, Any]) -> None:
    next(row for row in one["entries"] if row["outcome"] == "lost")["outcome"] = "won"


def _twice_the_same(one: dict[str, Any]) -> None:
    one["entries"].append(one["entries"][0])


TAMPERED = [
    _other_seed, _other_commitment, _one_entry_less, _one_entry_more, _other_number, _other_wish, _ranks_exchanged,
    _place_given_to_another, _a_place_kept_back, _won_without_a_place, _twice_the_same,
]  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda one: one.__name__.strip("_"))
def test_tampering_shows(tamper: Any) -> None:
    honest = drawn(EXAMPLE, {1: 1, 2: 1})
    noted = honest["seed_hash"]
    assert faults(honest, noted=noted.upper()) == []
    changed = copy.deepcopy(honest)
    tamper(changed)
    assert faults(changed, noted=noted) != []


def test_who_could_not_have_a_place_is_passed_by() -> None:
    document = drawn(EXAMPLE, {1: 1, 2: 1})
    first = document["entries"][0]
    assert first["outcome"] == "won"
    first.update(outcome="ineligible", slot=None)
    assert faults(document) != []  # the place has to go on to the next
    rest = method.allocate(method.in_order(SEED, EXAMPLE), {1: 1, 2: 1}, barred={first["number"]})
    for one in document["entries"][1:]:
        one["slot"] = rest[one["number"]]
        one["outcome"] = "lost" if one["slot"] is None else "won"
    assert faults(document) == []
    assert retold(document) == {one["number"]: (one["rank"], one["slot"]) for one in document["entries"]}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, file = drawn(EXAMPLE, {1: 1, 2: 1}), tmp_path / "result.json"
    file.write_text(json.dumps(document))
    assert main([str(file), "--seed-hash", document["seed_hash"]]) == 0
    said = capsys.readouterr().out
    assert "验证通过" in said
    assert "名额 2，登记 4（中签 2，未中签 2，资格不符 0）" in said
    assert main([str(file), "--number", "aaaa"]) == 0
    assert "BBBB" not in capsys.readouterr().out
    assert main([str(file), "--seed-hash", "0" * 64]) == 1
    assert "不符：文件中的承诺值与您记下的不同" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"method": "another/2"}', '{"method": "hmac-sha256/1"}'])
def test_what_is_no_result_is_said_to_be_none(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "result.json"
    file.write_text(text)
    assert main([str(file)]) == 2
    assert capsys.readouterr().err.startswith("无法读取")
    assert main([str(tmp_path / "missing.json")]) == 2


def test_a_long_list_of_faults_is_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = drawn([Entry(f"N{n:03}", (), True) for n in range(60)], {1: 1})
    _other_commitment(document)
    (tmp_path / "result.json").write_text(json.dumps(document))
    assert main([str(tmp_path / "result.json")]) == 1
    said = capsys.readouterr().out
    assert said.count("不符：") == 20
    assert "处不符" in said


def test_it_runs_with_nothing_but_python(tmp_path: Path) -> None:
    """An auditor needs the folder and an interpreter, no packages."""
    file = tmp_path / "result.json"
    file.write_text(json.dumps(drawn(EXAMPLE, {1: 1, 2: 1})))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, sys.argv.pop(1));"
         "from appointments.redraw.__main__ import main; sys.exit(main(sys.argv[1:]))",
         str(Path(__file__).parents[2]), str(file)],
        capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "验证通过" in done.stdout
