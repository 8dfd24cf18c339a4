"""A child as its guardian declares it: the same checks as a row of a list, with findings by field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from geo_data.tables.cells import CellFault, CellValue, plain, read_cell
from geo_data.tables.child_facts import FACT_COLUMNS
from geo_data.tables.columns import Column
from geo_data.tables.fact_groups import Fact
from geo_data.tables.guardians import GUARDIAN, GUARDIAN_IDENTITY, UNDER_AGE, guardian_faults
from geo_data.tables.identity import identity_faults, of_eighteen_digits
from geo_data.tables.register_columns import (
    ADDRESS,
    IDENTITY,
    NAME,
    PHONE,
    SCHOOL,
)
from geo_data.tables.register_table import DECLARED, OLDEST_YEARS

# What a family may say of itself; all else is looked up or shown to an officer.
DECLARABLE = (
    "registration_kind",
    "registration_district",
    "registration_township",
    "registration_unit",
    "registration_since",
    "registered_with",
    "guardian_registration_kind",
    "guardian_registration_district",
    "dwelling_right",
    "lives_there",
    "residence_since",
)
FACTS: Mapping[str, Column] = {column.name: column for column in FACT_COLUMNS}
Faults = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ChildDeclaration:
    """What a guardian fills in; `facts` are texts as in the column of that name, by fact name."""

    name: str
    identity: str
    birth_on: date
    sex: str
    guardian: str
    guardian_identity: str = ""
    phone: str = ""
    address: str = ""
    unit_code: str = ""
    school_code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


TEXTS = (
    ("name", NAME),
    ("identity", IDENTITY),
    ("guardian", GUARDIAN),
    ("guardian_identity", GUARDIAN_IDENTITY),
    ("phone", PHONE),
    ("address", ADDRESS),
    ("school_code", SCHOOL),
)
NEEDED = frozenset({"name", "identity", "guardian"})


def faults_of(declaration: ChildDeclaration, *, on: date, units: Collection[str]) -> Faults:
    """Return codes of findings by field; empty is good news.

    on -- today; units -- the unit codes that exist
    Source: docs/registers.md (self-registration).
    """
    faults: dict[str, list[str]] = {}
    for name, column in TEXTS:
        text = getattr(declaration, name).strip()
        faults[name] = _text_faults(text, column) if text else ["cell_empty"] * (name in NEEDED)
    faults["sex"] = [] if declaration.sex in ("female", "male") else ["cell_malformed"]
    if not faults["identity"]:
        sex = "" if faults["sex"] else declaration.sex
        numbers = identity_faults(declaration.identity, birth_on=declaration.birth_on, sex=sex)
        faults["identity"] = [f"identity_{fault}" for fault in numbers]
    if declaration.guardian_identity.strip() and not faults["guardian_identity"]:
        faults["guardian_identity"] = _guardian_faults(declaration, on)
    if declaration.birth_on > on or on.year - declaration.birth_on.year > OLDEST_YEARS:
        faults["birth_on"] = ["age_unlikely"]
    if declaration.unit_code and declaration.unit_code not in units:
        faults["unit_code"] = ["unit_not_here"]
    for name, text in declaration.facts.items():
        faults[name] = ["fact_not_declarable"] if name not in DECLARABLE else _text_faults(text, FACTS[name])
    return {name: tuple(codes) for name, codes in faults.items() if codes}


def _guardian_faults(declaration: ChildDeclaration, on: date) -> list[str]:
    found = guardian_faults(
        of_eighteen_digits(declaration.guardian_identity),
        identity=number_of(declaration),
        birth_on=declaration.birth_on,
        on=on,
    )
    return [code for code in found if code != UNDER_AGE]  # an officer asks; nobody is turned away for it


def declared_facts(declaration: ChildDeclaration, *, on: date, here: str) -> tuple[Fact, ...]:
    """Return what the guardian says as facts, all of them declared, by name. The declaration has no faults.

    Source: docs/registers.md (self-registration).
    """
    values: dict[str, CellValue] = {
        name: read_cell(text.strip(), FACTS[name]) for name, text in declaration.facts.items()
    }
    values["birth_date"] = declaration.birth_on
    if declaration.unit_code:
        values |= {"dwelling_unit": declaration.unit_code, "dwelling_district": here}
    return tuple(
        {"name": name, "value": plain(values[name]), "source": DECLARED, "as_of": on.isoformat()}
        for name in sorted(values)
    )


def number_of(declaration: ChildDeclaration) -> str:
    """Return the child's number in its newest form."""
    return of_eighteen_digits(declaration.identity)


def _text_faults(text: str, column: Column) -> list[str]:
    try:
        read_cell(text.strip(), column)
    except CellFault as fault:
        return [fault.code]
    return []
