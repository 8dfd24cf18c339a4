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
    refusal = refused(tmp_path)
    assert (
        refusal
        == "choices.csv row 3: not UTF-8; saved as GBK (GB18030)? Save it again as “CSV UTF-8” (or as UTF-8 text)"
    )


TABLES = {"lines.csv": LINES, "choices.csv": f"{HEADER}李,1,A,1,,5,\n"}


def refused(folder: Path, out: Path | None = None) -> str:
    """Run the command on the tables of the folder, which it refuses with exit status 2 and without a trace."""
    with pytest.raises(CommandError) as refusal:
        call_command(
            "place_round",
            *("--lines", str(folder / "lines.csv"), "--choices", str(folder / "choices.csv")),
            *("--out", str(out or folder / "out")),
        )
    assert refusal.value.returncode == 2
    assert not list(folder.glob("**/*.part"))
    return str(refusal.value)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    ("encoding", "what"), [("gb18030", "saved as GBK"), ("utf-16", "is UTF-16"), ("utf-16-le", "is UTF-16")]
)
def test_a_table_in_another_encoding_is_named_with_its_row_and_the_remedy(
    name: str, encoding: str, what: str, tmp_path: Path
) -> None:
    for other, text in TABLES.items():
        (tmp_path / other).write_text(
            text.replace("A", "甲"), encoding=encoding if other == name else "utf-8"
        )
    told = refused(tmp_path)
    assert told.startswith(f"{name} row {2 if encoding == 'gb18030' else 1}: ")
    assert what in told
    assert "CSV UTF-8" in told
    assert not (tmp_path / "out").exists()


def test_an_absent_table_and_one_that_is_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(LINES, encoding="utf-8")
    assert f"{tmp_path / 'choices.csv'}: No such file" in refused(tmp_path)
    (tmp_path / "choices.csv").mkdir()
    assert f"{tmp_path / 'choices.csv'}: Is a directory" in refused(tmp_path)


def test_results_take_their_places_together_or_not_at_all(tmp_path: Path) -> None:
    # given tables, and the results of an earlier run
    earlier, _ = run(tmp_path, TABLES["choices.csv"])
    (tmp_path / "choices.csv").write_text(f"{HEADER}R9,1,A,1,,5,\n", encoding="utf-8")
    # when one of the results cannot be put in its place
    (tmp_path / "out/cutoffs.csv").unlink()
    (tmp_path / "out/cutoffs.csv").mkdir()
    told = refused(tmp_path)
    # then both stay as they were
    assert f"{tmp_path / 'out/cutoffs.csv'}: is a folder" in told
    assert (tmp_path / "out/placements.csv").read_text() == earlier


def test_an_out_that_is_a_file_or_lies_below_one_is_named(tmp_path: Path) -> None:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    assert "taken is a file; name a folder" in refused(tmp_path, tmp_path / "taken")
    assert "Not a directory" in refused(tmp_path, tmp_path / "taken/out")
    assert (tmp_path / "taken").read_text() == "mine"


def test_ids_come_out_as_they_came_in(tmp_path: Path) -> None:
    choices = f"{HEADER}-5,1,+86,1,,5,\n"
    placements, cutoffs = run(tmp_path, choices, "line_id,seats\n+86,1\n")
    assert placements == "receipt,line_id,reason\n-5,+86,admitted\n"
    assert cutoffs.splitlines()[1] == "+86,1,1,1,,5"


def test_nobody_applied(tmp_path: Path) -> None:
    assert run(tmp_path, HEADER)[0] == "receipt,line_id,reason\n"


BAD_CHOICES = {
    "R1,1,Z,1,,5,\n": "row 2: 'Z' is not a line",
    "R1,1,A,1,,5,\nR2,first,A,1,,5,\n": "row 3: 'first' is not a rank",
    ",1,A,1,,5,\n": "row 2: '' is not a receipt",
    "R1,1,A,,,5,\n": "row 2: '' is not a tier (a whole number of at most 15 digits)",
    "R1,1,A,1,1.5,5,\n": "row 2: '1.5' is not a key (a whole number of at most 15 digits, or blank)",
    f"R1,1,A,{10**15},,5,\n": "row 2: '1000000000000000' is not a tier",
    f"R1,{10**9},A,1,,5,\n": "row 2: '1000000000' is not a rank (a whole number below 1,000,000,000)",
    f"R1,1,A,1,,{'9' * 2000},\n": f"row 2: '{'9' * 40}'… is not a ticket",
    f"R1,1,{'Z' * 41},1,,5,\n": f"row 2: '{'Z' * 40}'… is not a line of lines.csv",
    f"R1,1,{'Z' * 40},1,,5,\n": f"row 2: '{'Z' * 40}' is not a line of lines.csv",
    "=1+1,1,A,1,,5,\n": "row 2: '=1+1' is not safe in a spreadsheet",
    "R1,1,A,1,,5,\n@R2,1,A,1,,6,\n": "row 3: '@R2' is not safe in a spreadsheet",
    f'R1,1,A,1,,5,\n"R2,1,A,1,,5,\n{"x" * 131_072}\n': "is a quotation mark left open?",
    "R1,1,A,1,,5,g\nR2,1,A,1,,6,g\n": "row 3: another ticket than in row 2 of the same group_id",
    "R1,1,A,1,,5,g\nR2,1,B,1,,5,g\n": "row 3: another line_id than in row 2 of the same group_id",
    "R1,1,A,1,,5,g\nR2,1,A,1,,5,g\nR2,2,B,1,,5,g\n": "row 4: not everybody of its group_id lists so many lines",
    "R1,1,A,1,,5,g\nR1,2,B,1,,5,g\nR2,1,A,1,,5,g\n": "row 3: not everybody of its group_id lists so many lines",
    "R1,1,A,1,,5,g\nR1,2,B,1,,5,g\nR2,1,B,1,,5,g\nR2,2,A,1,,5,g\n": "another line_id than in row",
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
        (
            f"line_id,seats\nA,{10**9}\n",
            "row 2: seats '1000000000' is not a whole number below 1,000,000,000",
        ),
        ("line_id,seats\n=A,1\n", "row 2: line_id '=A' is not safe in a spreadsheet"),
        ("line,seats\nA,1\n", "columns are line, seats; needed: line_id, seats"),
        ("line_id;seats\nA;1\n", "needed: line_id, seats; separate the fields by commas"),
        (f"{'x' * 5000}\n", f"columns are {'x' * 40}"),
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
