"""Balance between schools as a table: schools in, coefficients of variation before and after groups are formed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from admissions.rules.balance import BalanceStandard, meets, variation
from admissions.rules.plain_tables import MalformedFile, Row, name_faults, read_rows, whole_number
from admissions.rules.policy_records import SchoolStage
from common.shown import shown

SCHOOL_COLUMNS = ("school_id", "pupils", "group_id")
MOST_PUPILS = 100_000
MOST_AMOUNT = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class SchoolTable:
    """Schools with their pupils and what each has of every indicator; [s, i] amounts of school s, indicator i."""

    indicators: tuple[str, ...]
    groups: tuple[str, ...]
    pupils: tuple[int, ...]
    amounts: tuple[tuple[Decimal, ...], ...]

    def variations(self) -> tuple[float, ...]:
        """Return the coefficient of variation of each indicator. Source: docs/rules/balance.md."""
        columns = zip(*self.amounts, strict=True)
        return tuple(variation(self.pupils, [float(amount) for amount in column]) for column in columns)


def read_schools(data: bytes) -> SchoolTable:
    """Return the schools of schools.csv: school_id, pupils, group_id (may be blank), and a column for each indicator.

    An amount is the school's whole stock (books, square metres), not an amount per pupil.
    Raises MalformedFile with file and row, also for an indicator that no school has any of.
    Source: docs/rules/balance.md (file form).
    """
    rows = read_rows(data, "schools.csv", SCHOOL_COLUMNS, more=True)
    names = tuple(column for column in (rows[0].cells if rows else ()) if column not in SCHOOL_COLUMNS)
    faults = [] if rows else ["schools.csv: has no school"]
    if rows and not names:
        faults.append("schools.csv row 1: has no column of an indicator")
    seen: dict[str, str] = {}
    for row in rows:
        faults.extend(name_faults(row, "school_id", seen))
        faults.extend(_row_faults(row, names))
    if faults:
        raise MalformedFile(faults)
    table = SchoolTable(
        names,
        tuple(row["group_id"] for row in rows),
        tuple(int(row["pupils"]) for row in rows),
        tuple(tuple(Decimal(row[name]) for name in names) for row in rows),
    )
    bare = [
        name for name, column in zip(names, zip(*table.amounts, strict=True), strict=True) if not sum(column)
    ]
    if bare:
        raise MalformedFile([f"schools.csv: no school has any {shown(name)}" for name in bare])
    return table


def pooled(table: SchoolTable) -> SchoolTable:
    """Return the table after its groups are formed: a group counts as one school with all that its members have.

    Schools without a group stay as they are. Source: docs/rules/balance.md (before and after).
    """
    members: dict[str, list[int]] = {}
    for place, group in enumerate(table.groups):
        members.setdefault(group or f"\0{place}", []).append(place)
    return SchoolTable(
        table.indicators,
        tuple("" for _ in members),
        tuple(sum(table.pupils[place] for place in places) for places in members.values()),
        tuple(
            tuple(sum(column, Decimal(0)) for column in zip(*(table.amounts[p] for p in places), strict=True))
            for places in members.values()
        ),
    )


def verdict(standard: BalanceStandard, variations: Sequence[float], stage: SchoolStage) -> str:
    """Return "meets", "fails", or "" where the table has another number of indicators than the standard.

    Source: docs/rules/balance.md.
    """
    if len(variations) != standard.indicators:
        return ""
    return "meets" if meets(standard, variations, stage) else "fails"


def balance_rows(table: SchoolTable) -> Iterator[tuple[str, str, str]]:
    """Yield header and rows of balance.csv: indicator, before, after, to four decimals; the mean stands last.

    Source: docs/rules/balance.md (file form).
    """
    before, after = table.variations(), pooled(table).variations()
    yield "indicator", "before", "after"
    for name, one, other in zip(table.indicators, before, after, strict=True):
        yield name, f"{one:.4f}", f"{other:.4f}"
    yield "mean", f"{sum(before) / len(before):.4f}", f"{sum(after) / len(after):.4f}"


def _row_faults(row: Row, names: Sequence[str]) -> Iterator[str]:
    if not whole_number(row["pupils"], MOST_PUPILS):
        yield f"{row.place}: pupils {shown(row['pupils'])} is not a whole number from 1 to {MOST_PUPILS}"
    for name in names:
        if _amount(row[name]) is None:
            yield f"{row.place}: {shown(name)} {shown(row[name])} is not a number from 0 up"


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= MOST_AMOUNT else None
