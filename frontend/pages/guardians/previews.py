"""What the bureau already knows of a child, and which schools it may list: asked of the rules, decided nowhere here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from admissions.models import AdmissionRound
from admissions.rules.documents_catalogue import CATALOGUE
from admissions.rules.facts import FactName, Facts, declared, facts_from_data
from admissions.rules.synchronized import recruits_county_first
from admissions.rules.twins import group_proved
from admissions.rules.vocabulary import VOCABULARY, FactValue
from admissions.rules.words import value_words
from admissions.selectors.world import RoundWorld, world_of
from frontend.pages.guardians.drafts import Draft
from frontend.pages.language import language
from geo_data.models import Child
from geo_data.selectors.children import find_child_by_identity
from geo_data.selectors.units import list_units

# What a family sees of the registers; the rest only decides.
SHOWN = (
    FactName.REGISTRATION_KIND,
    FactName.REGISTRATION_UNIT,
    FactName.REGISTRATION_SINCE,
    FactName.DWELLING_RIGHT,
    FactName.DWELLING_UNIT,
    FactName.TITLE_SINCE,
    FactName.RENTAL_SINCE,
    FactName.LIVES_THERE,
    FactName.RESIDENCE_SINCE,
    FactName.PERMIT_VALID_UNTIL,
    FactName.WORK_EVIDENCE,
    FactName.SIBLING_SCHOOL,
)
UNITS = (FactName.REGISTRATION_UNIT, FactName.DWELLING_UNIT)
CODES = (*UNITS, FactName.SIBLING_SCHOOL)


@dataclass(frozen=True, slots=True)
class SchoolOffer:
    """A school a family may list; metres as the crow flies from its home."""

    code: str
    name: str
    metres: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the look-ups found (name and value in words), what is still asked for, and the schools to list.

    has_twin   -- a register knows the child's twin group
    categories -- the child's own, by line of these schools, as far as the registers tell
    """

    is_known: bool
    found: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]
    zone_schools: tuple[SchoolOffer, ...]
    private_schools: tuple[SchoolOffer, ...]
    private_choices: int
    public_choices: int
    is_exclusive: bool
    has_twin: bool
    categories: Mapping[str, str]


def preview(admission_round: AdmissionRound, draft: Draft, guardian: User) -> Preview:
    """Return the preview of a draft whose child and home are answered.

    Facts of the registers are shown only to the phone that the census knows for the household: an identity
    number alone opens nothing.
    """
    world = world_of(admission_round)
    child = find_child_by_identity(admission_round.district_id, draft.text("child", "identity_number"))
    is_own = child is not None and _is_own(child, guardian)
    facts = _facts(draft, child if is_own else None, admission_round)
    zone = world.zone_of(facts)
    return Preview(
        is_known=is_own,
        found=tuple(_found(admission_round, world, facts)) if is_own else (),
        asked=tuple(_asked(world, facts, zone)) if is_own else (),
        zone_schools=_offers(world, facts, zone),
        private_schools=_offers(world, facts, world.private_schools()),
        private_choices=min(world.policy.private.choices, len(world.private_schools())),
        public_choices=min(_public_choices(world, zone), len(zone)),
        is_exclusive=world.policy.private.exclusive,
        has_twin=bool(group_proved(facts)),
        categories=dict(_categories(world, facts, {*zone, *world.private_schools()}, is_own=is_own)),
    )


def _is_own(child: Child, guardian: User) -> bool:
    return bool(guardian.phone_index) and child.household.phone_index == guardian.phone_index


def _facts(draft: Draft, child: Child | None, admission_round: AdmissionRound) -> Facts:
    on = timezone.localtime(admission_round.created_at).date()
    said = (
        declared(FactName.BIRTH_DATE, draft.birth_on, on),
        declared(FactName.DWELLING_UNIT, draft.text("home", "unit_code"), on),
    )
    return (facts_from_data(child.facts) if child else Facts()).with_facts(*said)


def _found(admission_round: AdmissionRound, world: RoundWorld, facts: Facts) -> Iterator[tuple[str, str]]:
    place = 0 if language() == "zh" else 1
    codes = [facts.text(name) or "" for name in UNITS]
    units = list_units(admission_round.publication.plan.units_dataset).filter(code__in=codes)
    names = {**world.school_names, **dict(units.values_list("code", "name"))}
    for name in SHOWN:
        fact = facts.get(name)
        if fact is None or not fact.is_proved:
            continue
        spec = VOCABULARY[name]
        yield (
            (spec.zh, spec.en)[place],
            value_words(_named(fact.value, names) if name in CODES else fact.value)[place],
        )


def _named(value: FactValue, names: Mapping[str, str]) -> FactValue:
    """Return the names that stand for codes."""
    if isinstance(value, tuple):
        return tuple(names.get(str(item), str(item)) for item in value)
    return names.get(str(value), str(value))


def _asked(world: RoundWorld, facts: Facts, zone: Sequence[str]) -> Iterator[str]:
    """Yield the documents that the zone school's line still needs, each once."""
    place = 0 if language() == "zh" else 1
    seen: set[str] = set()
    for line_id in (line_id for line_id, line in world.lines.items() if line.school_id in zone):
        for need in world.documents(facts, line_id):
            entry = CATALOGUE[need.document]
            title = (entry.zh, entry.en)[place]
            if title not in seen:
                seen.add(title)
                yield title


def _categories(
    world: RoundWorld, facts: Facts, schools: Collection[str], *, is_own: bool
) -> Iterator[tuple[str, str]]:
    """Yield the child's category at every open line; of a stranger's child only where there is one for all."""
    for line_id, line in world.lines.items():
        rule = world.policy.line(line.rule)
        open_to_all = not rule.categories and not recruits_county_first(rule)
        if line.school_id in schools and (is_own or open_to_all):
            category = world.classify(facts, line_id).category
            if category is not None:
                yield line_id, category


def _offers(world: RoundWorld, facts: Facts, schools: Sequence[str]) -> tuple[SchoolOffer, ...]:
    unit = facts.text(FactName.DWELLING_UNIT) or ""
    return tuple(
        SchoolOffer(code, world.school_names[code], world.walks.between(unit, code))
        for code in schools
        if code in world.school_names
    )


def _public_choices(world: RoundWorld, zone: Sequence[str]) -> int:
    rules = {line.rule for line in world.lines.values() if line.school_id in zone}
    return max((world.policy.line(rule).choices for rule in rules), default=0)
