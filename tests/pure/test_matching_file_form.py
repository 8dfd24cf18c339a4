"""The place_round command: two tables in, two tables out, no database."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from admissions.matching.plain import place_plainly
from admissions.matching.plain_table import fields_of
from admissions.matching.records import Applicant, Bid, Line, Mechanism, RoundInput, RoundPlan, Stage

HEADER = "receipt,rank,line_id,tier,key,ticket,group_id\n"
LINES = "line_id,seats\nA,1\nB,1\nC,0\n"
TOP = str(2**256)


def run(folder: Path, choices: str, lines: str = LINES, mechanism: str | None = None) -> tuple[str, str]:
    """Run the command on the tables and return placements.csv and cutoffs.csv."""
    (folder / "lines.csv").write_text(lines, encoding="utf-8")
    (folder / "choices.csv").write_text(choices, encoding="utf-8")
    options = ["--mechanism", mechanism] if mechanism else []
    call_command(
        "place_round",
        *("--lines", str(folder / "lines.csv"), "--choices", str(folder / "choices.csv")),
        *("--out", str(folder / "out")),
        *options,
        stdout=StringIO(),
    )
    return (folder / "out/placements.csv").read_text(), (folder / "out/cutoffs.csv").read_text()


def test_worked_case_with_huge_tickets_blank_keys_and_rows_in_any_order(tmp_path: Path) -> None:
    # Given R3 with the smallest ticket of tier 1, R2 of tier 2, R1 with the largest ticket there is
    choices = (
        f"R1,2,B,1,,{TOP},\nR3,1,A,1,-5,7,\nR1,1,A,1,-5,{TOP},\nR2,1,B,2,,0,\nR4,1,C,1,,1,\nR4,2,A,1,-4,1,\n"
    )
    placements, cutoffs = run(tmp_path, HEADER + choices)
    assert placements == (
        "receipt,line_id,reason\nR1,B,admitted\nR2,,category_below_cutoff\nR3,A,admitted\nR4,,no_seats\n"
    )
    assert cutoffs == f"line_id,seats,applicants,tier,key,ticket\nA,1,3,1,-5,7\nB,1,2,1,,{TOP}\nC,0,1,,,\n"


def test_twins_are_kept_together(tmp_path: Path) -> None:
    lines = "line_id,seats\nA,1\nB,2\n"
    choices = "T1,1,A,1,,5,g\nT2,1,A,1,,5,g\nT1,2,B,1,,5,g\nT2,2,B,1,,5,g\nS,1,A,1,,9,\n"
    placements, _ = run(tmp_path, HEADER + choices, lines)
    assert placements == "receipt,line_id,reason\nS,A,admitted\nT1,B,admitted\nT2,B,admitted\n"


def test_line_that_is_not_full_has_no_cutoff(tmp_path: Path) -> None:
    _, cutoffs = run(tmp_path, HEADER + "R1,1,A,1,,5,\n", "line_id,seats\nA,2\n")
    assert cutoffs == "line_id,seats,applicants,tier,key,ticket\nA,2,1,,,\n"


def test_columns_in_another_order_quotes_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    choices = '\ufeffticket,receipt,rank,line_id,tier,key,group_id\n5,"R,1",1,A,1,,\n\n'
    placements, _ = run(tmp_path, choices)
    assert placements == 'receipt,line_id,reason\n"R,1",A,admitted\n'


AS_READ = {"R1": ("B", "admitted"), "R2": ("", "category_below_cutoff"), "李": ("A", "admitted")}
PLAIN = "R1,2,B,1,,8,\nR1,1,A,1,,8,\nR2,1,B,2,,0,\n李,1,A,1,-5,7,\n"
SPELLINGS = {
    "without a quotation mark": HEADER + PLAIN,
    "a quotation mark around every field": "".join(
        ",".join(f'"{field}"' for field in line.split(",")) + "\n" for line in (HEADER + PLAIN).splitlines()
    ),
    "carriage returns before the line feeds": (HEADER + PLAIN).replace("\n", "\r\n"),
    "carriage returns alone": (HEADER + PLAIN).replace("\n", "\r"),
    "no line feed at the end": (HEADER + PLAIN).removesuffix("\n"),
    "blank lines at the end": HEADER + PLAIN + "\n\n",
    "a byte order mark": "\ufeff" + HEADER + PLAIN,
    "spaces around a column's name": HEADER.replace("rank", " rank ") + PLAIN,
    "zeros before a ticket": HEADER + PLAIN.replace(",8,", ",0008,", 1),
    "a row of more than 2^16 bytes": HEADER + PLAIN.replace(",-5,7,", f",-5,7,{'g' * (1 << 16)}"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_rows_are_read_alike_however_the_table_is_written(spelling: str, tmp_path: Path) -> None:
    placements, _ = run(tmp_path, SPELLINGS[spelling])
    rows = [line.split(",") for line in placements.splitlines()[1:]]
    assert {receipt: (line, reason) for receipt, line, reason in rows} == AS_READ


def test_plain_tables_are_read_by_the_kernel_and_no_others() -> None:
    plain = ["without a quotation mark", "carriage returns before the line feeds", "zeros before a ticket"]
    read = [name for name, text in SPELLINGS.items() if text.endswith("\n") and fields_of(text.encode(), 7)]
    assert read == [*plain[:2], "a byte order mark", "spaces around a column's name", plain[2]]


@pytest.mark.parametrize("damage", [b"\xff", b"\xe6\x9d"])
def test_bytes_that_are_no_text_are_refused(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "choices.csv").write_bytes(f"{HEADER}R1,1,A,1,,5,\nR2".encode() + damage + b",1,A,1,,5,\n")
    with pytest.raises(CommandError, match="can't decode"):
        call_command(
            "place_round",
            *("--lines", str(tmp_path / "lines.csv"), "--choices", str(tmp_path / "choices.csv")),
            *("--out", str(tmp_path / "out")),
        )


def test_nobody_applied(tmp_path: Path) -> None:
    assert run(tmp_path, HEADER)[0] == "receipt,line_id,reason\n"


BAD_CHOICES = {
    "R1,1,Z,1,,5,\n": "row 2: 'Z' is not a line",
    "R1,1,A,1,,5,\nR2,first,A,1,,5,\n": "row 3: 'first' is not a rank",
    ",1,A,1,,5,\n": "row 2: '' is not a receipt",
    "R1,1,A,,,5,\n": "row 2: ('', '') is not a tier and key",
    "R1,1,A,1,1.5,5,\n": "row 2: ('1', '1.5') is not a tier and key",
    "R1,1,A,1,,-5,\n": "row 2: '-5' is not a ticket",
    "R1,1,A,1,,,\n": "row 2: '' is not a ticket",
    f"R1,1,A,1,,{2**256 + 1},\n": "is not a ticket",
    "R1,1,A,1,,5,\nR1,1,B,1,,5,\n": "rows 2 and 3: one receipt, the same rank",
    "R1,1,A,1,,5,\nR2,1,A,1,,6,\nR1,2,A,1,,5,\n": "rows 2 and 4: one receipt, the same line_id",
    "R1,1,A,1,,5,g\nR1,2,B,1,,5,h\n": "row 3: another group_id than in row 2",
    "R1,1,A,1,,5\n": "row 2: 6 fields, not 7",
    "R1,1,A,1,,5,,\n": "row 2: 8 fields, not 7",
    "R1,1,A,1,,5,\n\nR2,1,A,1,,5,\n": "row 3: 0 fields, not 7",
    'R1,1,A,1,,5,\n"R2",1,Z,1,,5,\n': "row 3: 'Z' is not a line",
}


@pytest.mark.parametrize("rows", BAD_CHOICES)
def test_bad_choices_are_refused_with_their_row_and_nothing_is_written(rows: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, HEADER + rows)
    assert BAD_CHOICES[rows] in str(refusal.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("line_id,seats\nA,1\nA,2\n", "row 3: line_id 'A' is blank or appears twice"),
        ("line_id,seats\nA,-1\n", "row 2: seats '-1' is not a whole number"),
        ("line,seats\nA,1\n", "needed: line_id, seats"),
        ("", "needed: line_id, seats"),
    ],
)
def test_bad_lines_are_refused_with_their_row(lines: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, HEADER, lines)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("mechanism", "rows", "message"),
    [
        ("direct", "R1,1,A,1,,5,\nR1,2,B,1,,5,\n", "row 3: direct"),
        ("ranked_draw", "R1,1,A,1,,5,\nR2,1,B,2,,6,\n", "row 3: ranked_draw"),
        ("points_first", "R1,1,A,1,3,5,\nR1,2,B,1,4,5,\n", "row 3: points_first"),
    ],
)
def test_rows_that_do_not_fit_the_mechanism_are_refused(
    mechanism: str, rows: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, HEADER + rows, mechanism=mechanism)
    assert message in str(refusal.value)


@pytest.mark.parametrize("seed", range(8))
def test_tables_give_the_same_placements_as_plain_python(seed: int, tmp_path: Path) -> None:
    chance = np.random.default_rng(seed)
    lines = tuple(Line(f"L{j}", int(chance.integers(0, 4))) for j in range(8))
    rows, applicants = [], []
    for i in range(40):
        twin = i < 12
        if not (twin and i % 2):
            listed = chance.permutation(8)[: chance.integers(1, 5)]
            bids = [(f"L{j}", int(chance.integers(1, 3)), int(chance.integers(0, 3))) for j in listed]
            ticket = int.from_bytes(chance.bytes(32))
        group = f"g{i // 2}" if twin else ""
        rows += [
            f"R{i:02d},{n},{name},{tier},{key},{ticket},{group}\n"
            for n, (name, tier, key) in enumerate(bids, start=1)
        ]
        made = tuple(
            Bid(name, n, 10 * tier + key, ticket, tier=tier)
            for n, (name, tier, key) in enumerate(bids, start=1)
        )
        applicants.append(Applicant(f"R{i:02d}", made, group_id=group or None))
    stage = Stage("all", Mechanism.DEFERRED_ACCEPTANCE, tuple(line.line_id for line in lines))
    expected = place_plainly(RoundInput(RoundPlan("r", lines, (stage,)), tuple(applicants)))
    placements, _ = run(
        tmp_path,
        HEADER + "".join(rows[i] for i in chance.permutation(len(rows))),
        "line_id,seats\n" + "".join(f"{line.line_id},{line.seats}\n" for line in lines),
    )
    assert placements.splitlines()[1:] == [
        f"{placement.receipt},{placement.line_id or ''},{placement.reason.value}"
        for placement in expected.placements
    ]
