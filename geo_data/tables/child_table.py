"""The household census, checked row by row: one row a child, households told apart by their code.

Millions of rows stream through; what is kept is what finds doubles.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from common.comparing import as_compared
from geo_data.tables.addressed import AddressAnswers, unit_by_address
from geo_data.tables.child_facts import FACT_COLUMNS, FACT_NAMES
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.fact_groups import FactGroup
from geo_data.tables.findings import Findings
from geo_data.tables.guardians import GUARDIAN_COLUMNS, NAMES, NO_GUARDIANS, Guardians, read_guardians
from geo_data.tables.headers import open_table
from geo_data.tables.identity import OLD_RESIDENT, RESIDENT, identity_faults, normalized
from geo_data.tables.rows import Row

SEXES = {"女": "female", "男": "male"}
# Also the codes of GB/T 2261.1, as police and school registers export them.
SEX_WORDS = {
    **{"女性": "female", "女孩": "female", "女生": "female", "2": "female"},
    **{"男性": "male", "男孩": "male", "男生": "male", "1": "male"},
}
CHILD_COLUMNS = (
    Column("household_code", "户编号", required=True, aliases=("家庭编号",), most=60),
    Column("unit_id", "单元编号", aliases=("小区村组编号", "unit_code"), most=40),
    Column("address", "住址", aliases=("家庭住址", "居住地址"), personal=True),
    Column("phone", "联系电话", aliases=("电话", "手机号"), most=30, personal=True),
    Column("name", "姓名", required=True, aliases=("儿童姓名",), most=100, personal=True),
    Column(
        "identity", "身份证号", required=True, aliases=("证件号码", "公民身份号码"), most=30, personal=True
    ),
    Column("birth_on", "出生日期", CellKind.DATE, required=True, aliases=("birth_date",), personal=True),
    Column("sex", "性别", CellKind.CHOICE, required=True, choices=SEXES, words=SEX_WORDS),
    *GUARDIAN_COLUMNS,
    Column("school_now", "现就读学校", aliases=("现就读学校编号",), most=40),
    Column("deferral_approved_by", "缓学批准单位", aliases=("缓学批准机关",), most=100),
    Column("declared", "自报项", CellKind.CODES, aliases=("declared_facts",), most=40),
    *FACT_COLUMNS,
)
WHO = ("household_code", "name", "identity")
STATED = ("unit_id", "address", "phone", "school_now", "deferral_approved_by")
OLDEST_YEARS = 18
DECLARED, LOOK_UP = "declared", "look_up"
DEFERRED = "deferred_until"
TWINS = "twin_group"
MOST_DAYS_APART = 1  # of one birth, before and after midnight


@dataclass(frozen=True, slots=True)
class Census:
    """What every fact of a census shares.

    as_of    -- the day the survey was true
    verifier -- the office that stands behind what its registers say
    district -- GB/T 2260 code of the county surveyed
    units    -- the unit codes that exist
    answers  -- what the address register says of an address; None where there is none
    """

    as_of: date
    verifier: str
    district: str
    units: Collection[str]
    answers: AddressAnswers | None = None


class ChildRow(NamedTuple):
    """A checked child with its household, the nth of the file; `opens_household` marks the household's first child.

    A tuple, because a million of them go from one process to another.
    """

    household: int
    household_code: str
    opens_household: bool
    unit_code: str
    address: str
    phone: str
    name: str
    identity: str
    birth_on: date
    sex: str
    school_now: str
    facts: tuple[FactGroup, ...]
    guardians: Guardians = NO_GUARDIANS


def read_children(path: Path, *, census: Census, findings: Findings) -> Iterator[ChildRow]:
    """Yield the children of a file that are free of severe findings of their own.

    They may be stored only when, after the last one, `findings` does not refuse the file.
    Raises UnreadableFile, also between rows.
    Source: docs/import.md (children).
    """
    opened = open_table(path, CHILD_COLUMNS, findings)
    facts = tuple(column.name for column in FACT_COLUMNS if column.name in opened.places)
    names_guardians = any(column.name in opened.places for column in GUARDIAN_COLUMNS)
    checker = _Checker(census, facts, names_guardians=names_guardians)
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        child = checker.child_of(opened.table.row(number, cells))
        if child is not None and not findings.is_bad(number):
            yield child
    if is_empty:
        findings.add("file_empty")


class _Checker:
    def __init__(self, census: Census, fact_names: tuple[str, ...], *, names_guardians: bool) -> None:
        self._census = census
        self._names_guardians = names_guardians
        self._as_of = census.as_of.isoformat()
        self._fact_names = fact_names
        self._opened = 0  # households
        # identity -> where it was found first: row and household, in one text, for a million are kept
        self._identities: dict[str, str] = {}
        # code -> its place, its first row, and what that states
        self._households: dict[str, tuple[int, int, str, int]] = {}
        # code -> first household, earliest and latest birth
        self._twins: dict[str, tuple[str, date, date]] = {}

    def child_of(self, row: Row) -> ChildRow | None:
        household, name, identity = row.texts(WHO)
        birth_on, sex = row.value("birth_on"), row.text("sex")
        identity = normalized(identity)
        if not (household and name and identity and sex and isinstance(birth_on, date)):
            self._look_over(row)
            return None
        code = as_compared(household)
        if not self._identity_fits(row, identity, birth_on, sex):
            self._look_over(row)
            return None
        if self._stood_before(row, identity, code):
            return None
        stated, address, phone, school_now, approved_by = row.texts(STATED)
        unit = self._unit_of(row, stated)
        facts = self._facts_of(row, unit, birth_on, approved_by)
        guardians = self._guardians_of(row, identity, birth_on)
        if row.is_bad:  # such a row opens no household: it is left out, or the file is refused
            return None
        place = self._place_of(row, code, unit, hash((address, phone)))
        if place is None:
            return None
        self._check_twins(row, code, birth_on, facts)
        opens = place == self._opened
        self._opened += opens
        return ChildRow(
            household=place,
            household_code=household,
            opens_household=opens,
            unit_code=unit,
            address=address,
            phone=phone,
            name=name,
            identity=identity,
            birth_on=birth_on,
            sex=sex,
            school_now=school_now,
            facts=facts,
            guardians=guardians,
        )

    def _look_over(self, row: Row) -> None:
        """Have every other cell of a bad row read too: whoever mends the file shall see all that is wrong at once."""
        row.texts((*STATED, *NAMES))
        row.plain_values((*self._fact_names, "declared"))

    def _identity_fits(self, row: Row, identity: str, birth_on: date, sex: str) -> bool:
        faults = identity_faults(identity, birth_on=birth_on, sex=sex)
        for fault in faults:
            row.note(f"identity_{fault}", "identity")
        if faults:
            return False
        if not RESIDENT.fullmatch(identity):
            is_old = OLD_RESIDENT.fullmatch(identity)
            row.note("identity_old" if is_old else "identity_other_document", "identity")
        if birth_on > self._census.as_of or self._census.as_of.year - birth_on.year > OLDEST_YEARS:
            row.note("age_unlikely", "birth_on")
        return True

    def _stood_before(self, row: Row, identity: str, household: str) -> bool:
        first = self._identities.get(identity)
        if first is None:
            self._identities[identity] = f"{row.number}|{household}"
            return False
        number, _, code = first.partition("|")
        finding = "child_twice" if code == household else "child_in_two_households"
        row.note(finding, "identity", earlier=int(number))
        return True

    def _check_twins(self, row: Row, household: str, birth_on: date, facts: tuple[FactGroup, ...]) -> None:
        """Note a twin code that stands in two households, or at births more than a day apart; the row is kept."""
        values = next((group["values"] for group in facts if TWINS in group["values"]), None)
        if values is None:
            return
        twins = str(values[TWINS])
        first, earliest, latest = self._twins.get(twins, (household, birth_on, birth_on))
        earliest, latest = min(earliest, birth_on), max(latest, birth_on)
        self._twins[twins] = (first, earliest, latest)
        if first != household:
            row.note("twins_in_two_households", TWINS, twins)
        if (latest - earliest).days > MOST_DAYS_APART:
            row.note("twins_born_apart", TWINS, twins)

    def _guardians_of(self, row: Row, identity: str, birth_on: date) -> Guardians:
        if not self._names_guardians:
            return NO_GUARDIANS
        return read_guardians(row, identity=identity, birth_on=birth_on, on=self._census.as_of)

    def _unit_of(self, row: Row, stated: str) -> str:
        unit = unit_by_address(row, stated, self._census.answers)
        if unit is None:
            return ""
        if unit in self._census.units:
            return unit
        row.note_unknown("outside_units", "unit_id" if row.has("unit_id") else "", unit, self._census.units)
        return ""

    def _place_of(self, row: Row, household: str, unit: str, said: int) -> int | None:
        """Return the household's place among the households opened, None for a row that says else than its first."""
        new = (self._opened, row.number, unit, said)
        place, number, *first = self._households.setdefault(household, new)
        if first == [unit, said]:
            return place
        row.note("household_differs", "household_code", row.text("household_code"), earlier=number)
        return None

    def _facts_of(self, row: Row, unit: str, birth_on: date, approved_by: str) -> tuple[FactGroup, ...]:
        values: dict[str, object] = {"birth_date": birth_on.isoformat()}
        if unit:
            values |= {"dwelling_district": self._census.district, "dwelling_unit": unit}
        values |= row.plain_values(self._fact_names)
        until = values.get("permit_valid_until")
        if isinstance(until, str) and until <= self._as_of:
            row.note("permit_lapsed", "permit_valid_until")
        stated = row.codes("declared")
        declared = {FACT_NAMES.get(name, "") for name in stated}
        if "" in declared:
            row.note("cell_malformed", "declared", ";".join(stated))
        deferral = self._deferral_of(row, values, declared, approved_by)
        return (*self._grouped(values, declared), *deferral)

    def _deferral_of(
        self, row: Row, values: dict[str, object], declared: Collection[str], approved_by: str
    ) -> tuple[FactGroup, ...]:
        """Take an approved deferral out of the values: the office that approved it stands behind it, not the census.

        One that only the family states stays what it is.
        """
        if DEFERRED in declared:
            return ()
        if DEFERRED not in values:
            if approved_by:
                row.note("deferral_without_end", "deferral_approved_by")
            return ()
        if not approved_by:
            row.note("deferral_without_approver", DEFERRED)
            return ()
        until = {DEFERRED: values.pop(DEFERRED)}
        return ({"source": LOOK_UP, "as_of": self._as_of, "verifier": approved_by, "values": until},)

    def _grouped(self, values: dict[str, object], declared: Collection[str]) -> tuple[FactGroup, ...]:
        told = {name: value for name, value in values.items() if name in declared} if declared else {}
        looked_up: FactGroup = {
            "source": LOOK_UP,
            "as_of": self._as_of,
            "verifier": self._census.verifier,
            "values": {name: value for name, value in values.items() if name not in told} if told else values,
        }
        return (
            (looked_up, {"source": DECLARED, "as_of": self._as_of, "values": told}) if told else (looked_up,)
        )
