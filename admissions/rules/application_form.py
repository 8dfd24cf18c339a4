"""The form of one child as its family writes it, and what differs between two of them."""

from dataclasses import dataclass, fields
from datetime import date

from admissions.rules.facts import Fact

# A change is of one child's form: the number tells which child.
NOT_COMPARED = ("identity_number",)


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """What a family writes. `facts` are those it declares beyond what it wrote elsewhere on the form.

    private_schools, public_schools -- school codes in the family's order; no public school named means
                                       those of the zone, nearest first
    """

    identity_number: str
    child_name: str
    birth_on: date
    sex: str
    unit_code: str = ""
    address: str = ""
    guardian_name: str = ""
    phone: str = ""
    private_schools: tuple[str, ...] = ()
    public_schools: tuple[str, ...] = ()
    accepts_coordination: bool = True
    accepts_adjustment: bool = False
    group_code: str = ""
    split_allowed: bool = False
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of ApplicationForm, and what it held before and after; lists are tuples, facts are (name, value)."""

    field: str
    before: object
    after: object


def changes_between(before: ApplicationForm, after: ApplicationForm) -> tuple[FieldChange, ...]:
    """Return what differs, in the order of the form; the identity number, which tells the child, is not compared.

    Source: docs/rules/status.md (changes).
    """
    found = []
    for field in fields(ApplicationForm):
        was, became = (_compared(field.name, getattr(form, field.name)) for form in (before, after))
        if field.name not in NOT_COMPARED and was != became:
            found.append(FieldChange(field.name, was, became))
    return tuple(found)


def _compared(name: str, value: object) -> object:
    if name == "facts" and isinstance(value, tuple):
        return tuple(sorted(((fact.name, fact.value) for fact in value), key=lambda item: item[0]))
    return value
