"""A list of another office, checked row by row: a child or the holder of a paper each. Millions of rows may come."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from common.comparing import as_compared
from geo_data.tables.addressed import AddressAnswers, unit_by_address
from geo_data.tables.fact_groups import FactGroup
from geo_data.tables.findings import Findings
from geo_data.tables.guardians import NUMBERS as GUARDIAN_NUMBERS
from geo_data.tables.guardians import UNDER_AGE, guardian_faults
from geo_data.tables.headers import open_table
from geo_data.tables.identity import RESIDENT, identity_faults, of_eighteen_digits
from geo_data.tables.register_columns import RegisterSpec
from geo_data.tables.rows import Row

OLDEST_YEARS = 18
LAST_PRIMARY_GRADE, TOP_CLASS = 6, 0
ROW_BITS = 32  # of a row's number, kept beneath what the row says: one integer for each of a million rows
ADDRESSED = frozenset({"registrations", "titles", "rentals"})  # their addresses should stand in the register
DECLARED, LOOK_UP = "declared", "look_up"
WHO = ("name", "identity", "guardian_identity", "second_guardian_identity", "second_guardian")
WHERE = ("unit_id", "school_id", "kindergarten_id", "guardian", "property_key", "address", "phone")


@dataclass(frozen=True, slots=True)
class Listing:
    """What all rows of a list share.

    as_of    -- the day the list was true
    verifier -- the office that keeps it
    district -- GB/T 2260 code of this county
    units, schools -- the codes that exist; None where nothing was imported to hold them against
    answers  -- what the address register says of an address; None where there is none
    """

    as_of: date
    verifier: str
    district: str
    units: Collection[str]
    schools: Collection[str] | None = None
    answers: AddressAnswers | None = None


class RegisterRow(NamedTuple):
    """A checked row. `birth_on` is None in lists of holders; `record_key` tells it from the list's other rows.

    A tuple, because a million of them go from one process to another.
    """

    number: int
    record_key: str
    name: str
    identity: str
    guardian: str
    guardian_identity: str
    phone: str
    address: str
    property_key: str
    birth_on: date | None
    sex: str
    unit_code: str
    school_code: str
    grade: int | None
    facts: tuple[FactGroup, ...]
    details: dict[str, object]
    second_guardian: str = ""
    second_guardian_identity: str = ""


def read_register(
    path: Path, *, spec: RegisterSpec, listing: Listing, findings: Findings
) -> Iterator[RegisterRow]:
    """Yield the rows of a list that are free of severe findings of their own.

    A row that repeats another word for word is left out with a warning; one that says something else about the
    same person stays, under a key of its own, for reconciliation to show.
    They may be stored only when, after the last one, `findings` does not refuse the file.
    Raises UnreadableFile, also between rows.
    Source: docs/registers.md.
    """
    opened = open_table(path, spec.columns, findings)
    checker = _Checker(spec, listing, frozenset(opened.places))
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        row = checker.row_of(opened.table.row(number, cells))
        if row is not None:
            yield row
    if is_empty:
        findings.add("file_empty")


def _row_in(said: int) -> int:
    return said & ((1 << ROW_BITS) - 1)


class _Checker:
    def __init__(self, spec: RegisterSpec, listing: Listing, present: Collection[str]) -> None:
        self._spec = spec
        self._listing = listing
        self._as_of = listing.as_of.isoformat()
        self._present = {column.name for column in spec.columns if column.name in present}
        self._required = frozenset(column.name for column in spec.columns if column.required)
        self._facts = tuple(name for name in spec.facts if name in self._present)
        self._needed = tuple(name for name in self._facts if name in self._required)
        self._details = tuple(name for name in spec.details if name in self._present)
        self._contents: dict[str, list[int]] = {}

    def row_of(self, row: Row) -> RegisterRow | None:
        name, identity, guardian_identity, second_identity, second_guardian = row.texts(WHO)
        identity, birth_on, sex = of_eighteen_digits(identity), None, ""
        if self._spec.is_of_children:
            born = row.value("birth_on")
            birth_on, sex = born if isinstance(born, date) else None, self._text(row, "sex")
        numbers = of_eighteen_digits(guardian_identity), of_eighteen_digits(second_identity)
        values = row.plain_values(self._facts)
        for needed in self._needed:
            if needed not in values and not row.is_bad:
                row.value(needed)  # notes that the cell is empty, which `values` passes over
        if not name or not self._is_told_apart(row, identity, birth_on, sex):
            return None
        if not self._numbers_fit(row, identity, numbers, birth_on, sex):
            return None
        if not self._days_fit(row, values):
            return None
        unit, school, kindergarten, guardian, property_key, address, phone = row.texts(WHERE)
        unit, school = self._unit_of(row, unit), self._school_of(row, school, kindergarten)
        grade, details = self._grade_of(row), row.plain_values(self._details)
        key = self._key(name, identity, birth_on, guardian, property_key or address, values)
        if row.is_bad:  # it is left out, or the file is refused: no later row repeats it
            return None
        content = hash((unit, school, grade, address, str(details), str(values)))
        record_key = self._place_of(row, key, content)
        if record_key is None:
            return None
        return RegisterRow(
            number=row.number,
            record_key=record_key,
            name=name,
            identity=identity,
            guardian=guardian,
            guardian_identity=numbers[0],
            phone=phone,
            address=address,
            property_key=property_key,
            birth_on=birth_on,
            sex=sex,
            unit_code=unit,
            school_code=school,
            grade=grade,
            facts=self._facts_of(values, unit, birth_on, school if grade == LAST_PRIMARY_GRADE else ""),
            details=details,
            second_guardian=second_guardian,
            second_guardian_identity=numbers[1],
        )

    def _text(self, row: Row, name: str) -> str:
        return row.text(name) if name in self._present else ""

    def _is_told_apart(self, row: Row, identity: str, birth_on: date | None, sex: str) -> bool:
        """Say whether the row names somebody; empty required cells have their finding from being read."""
        if not self._spec.is_of_children:
            return bool(identity)
        told = {"sex": sex, "identity": identity}
        if birth_on is None or any(name in self._required and not text for name, text in told.items()):
            return False
        if birth_on > self._listing.as_of or self._listing.as_of.year - birth_on.year > OLDEST_YEARS:
            row.note("age_unlikely", "birth_on")
        if not identity:
            row.note("identity_absent", "identity" if "identity" in self._present else "")
        return True

    def _numbers_fit(
        self, row: Row, identity: str, numbers: tuple[str, str], birth_on: date | None, sex: str
    ) -> bool:
        """Say whether the child's number and those of its guardians are such as may stand there."""
        faults = identity_faults(identity, birth_on=birth_on, sex=sex) if identity else ()
        for fault in faults:
            row.note(f"identity_{fault}", "identity")
        wrong = []
        for column, number in zip(GUARDIAN_NUMBERS, numbers, strict=True):
            for code in self._guardian_faults(number, identity, birth_on):
                wrong.append(code)
                row.note(code, column)
        if numbers[1] and numbers[0] == numbers[1]:
            row.note("guardian_twice", GUARDIAN_NUMBERS[1])
        if faults or any(code != UNDER_AGE for code in wrong):
            return False
        if identity and not RESIDENT.fullmatch(identity):
            row.note("identity_other_document", "identity")
        return True

    def _guardian_faults(self, number: str, identity: str, birth_on: date | None) -> tuple[str, ...]:
        if not number:
            return ()
        return guardian_faults(number, identity=identity, birth_on=birth_on, on=self._listing.as_of)

    def _days_fit(self, row: Row, values: Mapping[str, object]) -> bool:
        issued, until = values.get("permit_valid_from"), values.get("permit_valid_until")
        if self._spec.kind == "permits" and not until:
            return False
        if isinstance(until, str) and isinstance(issued, str) and until <= issued:
            row.note("permit_ends_before_it_begins", "permit_valid_until", until)
            return False
        if isinstance(until, str) and until <= self._as_of:
            row.note("permit_lapsed", "permit_valid_until")
        if "days_present" in self._present:
            self._note_days_present(row)
        ended = row.value("rental_until") if "rental_until" in self._present else None
        if isinstance(ended, date) and ended <= self._listing.as_of:
            row.note("rental_ended", "rental_until", ended)
        return True

    def _note_days_present(self, row: Row) -> None:
        """Note a pupil who was present on more days than there were, with both figures."""
        expected = row.integer("days_expected") if "days_expected" in self._present else None
        present = row.integer("days_present")
        if expected is not None and present is not None and present > expected:
            row.note("attended_above_due", "days_present", f"{present} > {expected}")

    def _unit_of(self, row: Row, unit: str) -> str:
        if self._spec.kind in ADDRESSED:
            unit = unit_by_address(row, unit, self._listing.answers) or ""
        if not unit or unit in self._listing.units:
            return unit
        row.note_unknown("unit_not_here", "unit_id", unit, self._listing.units)
        return ""

    def _school_of(self, row: Row, school: str, kindergarten: str) -> str:
        if school and self._listing.schools is not None and school not in self._listing.schools:
            row.note_unknown("school_not_here", "school_id", school, self._listing.schools)
        return school or kindergarten

    def _grade_of(self, row: Row) -> int | None:
        if self._spec.kind == "kindergartens":
            return TOP_CLASS
        return row.integer("grade") if "grade" in self._present else None

    def _key(
        self,
        name: str,
        identity: str,
        birth_on: date | None,
        guardian: str,
        dwelling: str,
        values: Mapping[str, object],
    ) -> str:
        """Return what tells the row from others, and finds it again in another version of the list."""
        if not self._spec.is_of_children:
            return "|".join((identity, dwelling, str(values.get("permit_valid_from", ""))))
        return identity or "|".join((name, str(birth_on), guardian))

    def _place_of(self, row: Row, key: str, content: int) -> str | None:
        """Return a key that no row before has: this one, or with its number among the same; None for a repetition.

        Keys are the same where the index of the database takes them for the same.
        """
        contents = self._contents.setdefault(as_compared(key), [])
        for said in contents:
            if said >> ROW_BITS == content:
                row.note("entry_repeated", earlier=_row_in(said))
                return None
        contents.append(content << ROW_BITS | row.number)
        if len(contents) == 1:
            return key
        row.note("entry_twice", earlier=_row_in(contents[0]))
        nth = len(contents) - 1
        while as_compared(f"{key}#{nth}") in self._contents:  # somebody's name ends like this
            nth += 1
        self._contents[as_compared(f"{key}#{nth}")] = [content << ROW_BITS | row.number]
        return f"{key}#{nth}"

    def _facts_of(
        self, values: Mapping[str, object], unit: str, birth_on: date | None, feeder: str
    ) -> tuple[FactGroup, ...]:
        stated: dict[str, object] = dict(values)
        if birth_on is not None:
            stated["birth_date"] = birth_on.isoformat()
        if feeder and self._spec.kind == "pupils":
            stated["feeder_school"] = feeder
        stated |= self._implied(unit)
        return self._grouped(stated)

    def _implied(self, unit: str) -> dict[str, object]:
        """Return what standing in this list says by itself."""
        here = self._listing.district
        match self._spec.kind:
            case "registrations":
                implied: dict[str, object] = {"registration_district": here}
            case "permits":
                implied = {"permit_district": here}
            case "titles":
                implied = {"dwelling_right": "owned", "dwelling_district": here}
            case "rentals" if "dwelling_right" not in self._present:
                implied = {"dwelling_right": "rented", "dwelling_district": here}
            case "rentals":
                implied = {"dwelling_district": here}
            case _:
                implied = {}
        if unit and self._spec.unit_fact:
            implied[self._spec.unit_fact] = unit
        return implied

    def _grouped(self, stated: Mapping[str, object]) -> tuple[FactGroup, ...]:
        declared = self._spec.declared
        looked_up = {name: value for name, value in stated.items() if name not in declared}
        told = {name: value for name, value in stated.items() if name in declared}
        groups: list[FactGroup] = []
        if looked_up:
            verifier = self._listing.verifier
            groups.append(
                {"source": LOOK_UP, "as_of": self._as_of, "verifier": verifier, "values": looked_up}
            )
        if told:
            groups.append({"source": DECLARED, "as_of": self._as_of, "values": told})
        return tuple(groups)
