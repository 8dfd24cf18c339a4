"""Class division as tables: pupils in, classes out, and whether classes found elsewhere follow from the pupils."""

from collections.abc import Iterator, Sequence

from admissions.rules.class_division import Pupil, Sex
from admissions.rules.plain_tables import MalformedFile, Row, name_faults, read_rows, whole_number
from common.shown import shown

PUPIL_COLUMNS = ("receipt", "sex", "ticket", "group_id", "wish")
CLASS_COLUMNS = ("class", "receipt", "sex")
SEXES = {"female": Sex.FEMALE, "女": Sex.FEMALE, "male": Sex.MALE, "男": Sex.MALE}
WISHES = {"": True, "together": True, "同班": True, "apart": False, "分班": False}
MOST_TICKET = (1 << 256) - 1


def read_pupils(data: bytes) -> tuple[Pupil, ...]:
    """Return the pupils of pupils.csv: receipt, sex, ticket, group_id, wish; the last two may be blank.

    Members of a group share ticket and wish; a wish without a group says nothing and is refused.
    Raises MalformedFile with file and row.
    Source: docs/rules/class-division.md (file form).
    """
    rows = read_rows(data, "pupils.csv", PUPIL_COLUMNS)
    faults: list[str] = []
    seen: dict[str, str] = {}
    for row in rows:
        faults.extend(name_faults(row, "receipt", seen))
        faults.extend(_row_faults(row))
    faults.extend(() if faults else _group_faults(rows))
    if not rows:
        faults.append("pupils.csv: has no pupil")
    if faults:
        raise MalformedFile(faults)
    return tuple(
        Pupil(
            row["receipt"],
            SEXES[row["sex"].lower()],
            int(row["ticket"]),
            row["group_id"] or None,
            WISHES[row["wish"].lower()],
        )
        for row in rows
    )


def class_rows(pupils: Sequence[Pupil], division: Sequence[Sequence[str]]) -> Iterator[tuple[object, ...]]:
    """Yield header and rows of classes.csv: class from 1, receipt, sex. Source: docs/rules/class-division.md."""
    sex_of = {pupil.receipt: pupil.sex.value for pupil in pupils}
    yield CLASS_COLUMNS
    for number, members in enumerate(division, start=1):
        yield from ((number, receipt, sex_of[receipt]) for receipt in members)


def read_classes(data: bytes) -> dict[str, str]:
    """Return the class of every receipt of a classes.csv. Raises MalformedFile with file and row.

    Source: docs/rules/class-division.md (file form).
    """
    rows = read_rows(data, "classes.csv", ("class", "receipt"), more=True)
    seen: dict[str, str] = {}
    if faults := [fault for row in rows for fault in name_faults(row, "receipt", seen)]:
        raise MalformedFile(faults)
    return {row["receipt"]: row["class"] for row in rows}


def differences(division: Sequence[Sequence[str]], told: dict[str, str]) -> tuple[str, ...]:
    """Return what is not as the division has it, by receipt; none: the classes follow from tickets and wishes.

    Source: docs/rules/class-division.md (file form).
    """
    due = {receipt: str(number) for number, members in enumerate(division, start=1) for receipt in members}
    return tuple(
        f"{receipt}: {due.get(receipt, 'no class')}, not {told.get(receipt, 'no class')}"
        for receipt in sorted(due.keys() | told.keys())
        if due.get(receipt) != told.get(receipt)
    )


def _row_faults(row: Row) -> Iterator[str]:
    if row["sex"].lower() not in SEXES:
        # 女 in GBK reads as one letter of UTF-8, so a file of girls alone is not found out by its bytes.
        hint = "; the file seems to be in GBK, save it as “CSV UTF-8”" if _in_gbk(row["sex"]) in SEXES else ""
        yield f"{row.place}: sex {shown(row['sex'])} is not one of {', '.join(SEXES)}{hint}"
    if whole_number(row["ticket"], MOST_TICKET) is None:
        yield f"{row.place}: ticket {shown(row['ticket'])} is not a whole number below 2^256"
    if row["wish"].lower() not in WISHES:
        yield f"{row.place}: wish {shown(row['wish'])} is not one of {', '.join(filter(None, WISHES))}, or blank"
    elif row["wish"] and not row["group_id"]:
        yield f"{row.place}: a wish needs a group_id"


def _group_faults(rows: Sequence[Row]) -> Iterator[str]:
    first: dict[str, Row] = {}
    for row in rows:
        other = first.setdefault(row["group_id"], row) if row["group_id"] else row
        if int(other["ticket"]) != int(row["ticket"]):
            yield f"{row.place}: another ticket than {other.place} of the same group"
        if WISHES[other["wish"].lower()] is not WISHES[row["wish"].lower()]:
            yield f"{row.place}: another wish than {other.place} of the same group"


def _in_gbk(text: str) -> str:
    return text.encode().decode("gb18030", errors="replace")
