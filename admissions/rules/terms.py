"""Terms a policy may speak of: the facts of the vocabulary and what the rules compute from them."""

from collections.abc import Mapping
from enum import StrEnum

from admissions.rules.vocabulary import VOCABULARY, FactName, FactSpec, Kind


class Computed(StrEnum):
    """What the rules conclude from facts on a day, for one school."""

    REGISTRATION_SCOPE = "registration_scope"
    DWELLING_IN_ZONE = "dwelling_in_zone"
    PERMIT_VALID = "permit_valid"
    RESIDENCE_YEARS = "residence_years"
    RESIDENCE_MONTHS = "residence_months"
    REGISTRATION_MONTHS = "registration_months"
    TITLE_MONTHS = "title_months"
    RENTAL_MONTHS = "rental_months"
    SIBLING_AT_SCHOOL = "sibling_at_school"
    FED_BY_SCHOOL = "fed_by_school"
    OWN_PUPIL = "own_pupil"
    STAFF_CHILD = "staff_child"
    WALK_METRES = "walk_metres"
    POINTS = "points"


Term = FactName | Computed

REGISTRATION_SCOPES = ("zone", "district", "prefecture", "province", "elsewhere")

COMPUTED: Mapping[Computed, FactSpec] = {
    Computed.REGISTRATION_SCOPE: FactSpec(
        Kind.CHOICE, "户籍范围", "where the registration lies", REGISTRATION_SCOPES
    ),
    Computed.DWELLING_IN_ZONE: FactSpec(Kind.FLAG, "住房在学区内", "dwelling in the zone"),
    Computed.PERMIT_VALID: FactSpec(Kind.FLAG, "居住证有效", "residence permit in force"),
    Computed.RESIDENCE_YEARS: FactSpec(
        Kind.INTEGER, "居住证连续居住年数", "years of residence by permit", most=100
    ),
    Computed.RESIDENCE_MONTHS: FactSpec(
        Kind.INTEGER, "在本地居住月数", "months lived in the county", most=1200
    ),
    Computed.REGISTRATION_MONTHS: FactSpec(Kind.INTEGER, "落户月数", "months registered", most=1200),
    Computed.TITLE_MONTHS: FactSpec(Kind.INTEGER, "产权月数", "months of title", most=1200),
    Computed.RENTAL_MONTHS: FactSpec(Kind.INTEGER, "租赁备案月数", "months of recorded rental", most=1200),
    Computed.SIBLING_AT_SCHOOL: FactSpec(Kind.FLAG, "兄姐在该校就读", "elder sibling at the school"),
    Computed.FED_BY_SCHOOL: FactSpec(Kind.FLAG, "毕业小学对口该校", "primary school leads to the school"),
    Computed.OWN_PUPIL: FactSpec(Kind.FLAG, "该校本校学生", "already a pupil of the school"),
    Computed.STAFF_CHILD: FactSpec(Kind.FLAG, "监护人在该校任职", "guardian works at the school"),
    Computed.WALK_METRES: FactSpec(Kind.INTEGER, "步行距离（米）", "walking distance in metres"),
    Computed.POINTS: FactSpec(Kind.INTEGER, "积分", "points", most=100_000),
}

PERMIT_FACTS = (
    FactName.PERMIT_HOLDER,
    FactName.PERMIT_DISTRICT,
    FactName.PERMIT_VALID_FROM,
    FactName.PERMIT_VALID_UNTIL,
    FactName.PERMIT_ENDORSED_ON,
)

# Which facts settle a computed term; what is asked of a family when the term is open.
RESTS_ON: Mapping[Computed, tuple[FactName, ...]] = {
    Computed.REGISTRATION_SCOPE: (FactName.REGISTRATION_DISTRICT, FactName.REGISTRATION_UNIT),
    Computed.DWELLING_IN_ZONE: (FactName.DWELLING_UNIT,),
    Computed.PERMIT_VALID: PERMIT_FACTS,
    Computed.RESIDENCE_YEARS: PERMIT_FACTS,
    Computed.RESIDENCE_MONTHS: (FactName.RESIDENCE_SINCE,),
    Computed.REGISTRATION_MONTHS: (FactName.REGISTRATION_SINCE,),
    Computed.TITLE_MONTHS: (FactName.TITLE_SINCE,),
    Computed.RENTAL_MONTHS: (FactName.RENTAL_SINCE,),
    Computed.SIBLING_AT_SCHOOL: (FactName.SIBLING_SCHOOL,),
    Computed.FED_BY_SCHOOL: (FactName.FEEDER_SCHOOL,),
    Computed.OWN_PUPIL: (FactName.OWN_PUPIL_SCHOOL,),
    Computed.STAFF_CHILD: (FactName.STAFF_SCHOOL,),
    Computed.WALK_METRES: (),
    Computed.POINTS: (),
}


def spec_of(term: Term) -> FactSpec:
    """Return kind, choices and words of the term. Source: docs/rules/categories.md."""
    return COMPUTED[term] if isinstance(term, Computed) else VOCABULARY[term]


def term_named(name: str) -> Term | None:
    """Return the term of that name, or None when the closed vocabulary has none.

    Source: docs/rules/categories.md.
    """
    for names in (FactName, Computed):
        if name in names.__members__.values():
            return names(name)
    return None


def facts_behind(term: Term) -> tuple[FactName, ...]:
    """Return the facts that settle the term. Source: docs/rules/categories.md."""
    return RESTS_ON[term] if isinstance(term, Computed) else (term,)
