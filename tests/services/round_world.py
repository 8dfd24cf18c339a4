"""A small county with its zones in force, a census whose facts prove everything, and a round at every stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from accounts.sealing import seal
from admissions.models import PUBLIC_STATUSES, AdmissionRound, DrawRecord, EntryList, PolicyVersion
from admissions.rules.policy import Policy, load_policy, policy_digest
from admissions.services.applications import ApplicationForm, file_applications
from admissions.services.closing import close_entries
from admissions.services.draw import enter_public_value, run_draw
from admissions.services.policies import (
    approve_policy,
    check_policy,
    publish_policy,
    record_policy_step,
    save_policy,
)
from admissions.services.rounds import create_round, open_round
from geo_data.models import Child, Dataset, DatasetKind, Household, Ownership, Stage
from geo_data.selectors.children import identity_index
from geo_data.tables.identity import check_digit
from tests.policies import as_yaml, shipped_policy
from tests.services.accounts_world import officer
from tests.services.worlds import County, add_school, dataset, small_county
from zoning.models import AttendanceZone, PlanOrigin, UnitAssignment, ZonePlan, ZonePublication, ZoneSchool

CHINA = timezone(timedelta(hours=8))
OPENS = datetime(2026, 6, 15, 8, tzinfo=CHINA)
PUBLISHES = datetime(2026, 5, 20, 9, tzinfo=CHINA)
WHILE_OPEN = datetime(2026, 6, 16, 8, tzinfo=CHINA)
AFTER_CLOSING = datetime(2026, 7, 7, 8, tzinfo=CHINA)
DRAW_DAY = datetime(2026, 7, 10, 9, tzinfo=CHINA)
RESULTS_DAY = datetime(2026, 7, 12, 9, tzinfo=CHINA)
NAMES = ("彩票开奖 / public lottery", "现场抽取 / drawn in the room")
VALUES = {NAMES[0]: "05 12 17 23 28 31 + 09", NAMES[1]: "4 8 1 5"}


@dataclass(frozen=True, slots=True)
class RoundWorld:
    """A county, its publication, and officers one and two."""

    county: County
    publication: ZonePublication
    officer: User
    second_officer: User


def county_with_zones(
    seats: Mapping[str, tuple[int, int]] | None = None,
    *,
    private: Mapping[str, tuple[int, int]] | None = None,
) -> RoundWorld:
    """Four estates; school A serves the two in the west, B the two in the east; P is private. (estate, seats)."""
    county = small_county(schools=seats or {"A": (0, 4), "B": (3, 4)})
    for code, (estate, places) in (private or {"P": (1, 2)}).items():
        add_school(county.schools, code, estate, places, ownership=Ownership.PRIVATE)
    plan = ZonePlan.objects.create(
        district=county.district,
        stage=Stage.PRIMARY,
        number=1,
        origin=PlanOrigin.IMPORTED,
        units_dataset=county.units,
        schools_dataset=county.schools,
        lawful=True,
        report={"basis": {"demand": "units_file", "children": 4, "children_without_unit": 0}},
        created_at=OPENS,
    )
    units = list(county.units.units.order_by("code"))
    for code, its_units in (("A", units[:2]), ("B", units[2:])):
        zone = AttendanceZone.objects.create(plan=plan, code=code, name=f"{code}学区")
        ZoneSchool.objects.create(plan=plan, zone=zone, school=county.schools.schools.get(code=code))
        UnitAssignment.objects.bulk_create(
            UnitAssignment(plan=plan, unit=unit, zone=zone) for unit in its_units
        )
    publication = ZonePublication.objects.create(
        plan=plan,
        district=county.district,
        stage=Stage.PRIMARY,
        in_force=DateRange(date(2026, 3, 1), date(2027, 3, 1)),
        published_at=OPENS,
    )
    return RoundWorld(county, publication, officer(), officer())


def policy_text(**changes: object) -> str:
    """The shipped county policy, with top-level parts replaced."""
    return as_yaml({**shipped_policy(), **changes})


def calendar_of(year: int) -> dict[str, str]:
    """The calendar of the shipped policy in another year."""
    calendar = shipped_policy()["calendar"]
    return {name: str(moment).replace("2026", str(year)) for name, moment in calendar.items()}


def identity(number: int, born_on: date = date(2020, 3, 4)) -> str:
    """An invented number of a girl: no county has the prefix 990101."""
    body = f"990101{born_on:%Y%m%d}{number * 2 % 1000:03d}"
    return body + check_digit(body)


def add_children(world: RoundWorld, homes: Sequence[str], **facts: object) -> list[str]:
    """Add girls to the census, one for each estate named, registered and living there; return their numbers."""
    census = _census(world)
    first = census.children.count() + 1
    return [_add_child(census, first + place, unit, facts) for place, unit in enumerate(homes)]


def form(number: str, unit: str, **more: Any) -> ApplicationForm:
    """The form of a girl of the census."""
    return ApplicationForm(
        identity_number=number,
        child_name="样例",
        birth_on=date(2020, 3, 4),
        sex="female",
        unit_code=unit,
        **more,
    )


def policy_checked(world: RoundWorld, **changes: object) -> PolicyVersion:
    """A policy, written by the first officer, that the legal check has nothing against."""
    return _checked(world, policy_text(**changes))


def policy_published(world: RoundWorld, **changes: object) -> PolicyVersion:
    """A policy that went the whole way; the same text is not saved twice."""
    text = policy_text(**changes)
    policy = load_policy(text)
    digest, at = policy_digest(policy), _publishes(policy)
    if found := PolicyVersion.objects.filter(digest=digest, status__in=PUBLIC_STATUSES).first():
        return found
    version = _checked(world, text)
    for step in policy.approval:
        record_policy_step(
            actor=world.officer,
            now=at,
            version_id=version.pk,
            step=step,
            done_on=at.date(),
            reference="样教〔2026〕1 号",
        )
    for approver in (world.second_officer, officer()):
        approve_policy(actor=approver, now=at, version_id=version.pk)
    return publish_policy(actor=world.officer, now=at, version_id=version.pk)


def round_made(world: RoundWorld, **changes: object) -> AdmissionRound:
    """A draft round on a published policy."""
    version = policy_published(world, **changes)
    return create_round(actor=world.officer, now=OPENS - timedelta(days=9), policy_version_id=version.pk)


def round_open(world: RoundWorld, **changes: object) -> AdmissionRound:
    """A round that families can file in."""
    made = round_made(world, **changes)
    return open_round(actor=world.officer, now=OPENS - timedelta(days=8), round_id=made.pk)


def file_all(
    world: RoundWorld, admission_round: AdmissionRound, forms: Sequence[ApplicationForm]
) -> list[str]:
    """File the forms and return their receipts; every form is good."""
    filed = file_applications(
        actor=world.officer, now=WHILE_OPEN, round_id=admission_round.pk, forms=forms, source="test"
    )
    assert filed.refused == ()
    return [row.receipt.receipt for row in filed.applications]


def entries_closed(world: RoundWorld, admission_round: AdmissionRound) -> EntryList:
    """The frozen list of a round."""
    return close_entries(
        actor=world.officer, now=AFTER_CLOSING, round_id=admission_round.pk, public_value_names=NAMES
    )


def values_entered(world: RoundWorld, entry_list: EntryList) -> EntryList:
    """A list whose public values both officers have entered."""
    for name, value in VALUES.items():
        for reader in (world.officer, world.second_officer):
            enter_public_value(
                actor=reader, now=DRAW_DAY, entry_list_id=entry_list.pk, name=name, value=value
            )
    return entry_list


def drawn(world: RoundWorld, admission_round: AdmissionRound) -> DrawRecord:
    """A round that is drawn and placed."""
    entry_list = values_entered(world, entries_closed(world, admission_round))
    return run_draw(actor=world.officer, now=DRAW_DAY, entry_list_id=entry_list.pk)


def _publishes(policy: Policy) -> datetime:
    """Some weeks before the round of the policy opens, whatever its year."""
    return policy.calendar.opens_at - (OPENS - PUBLISHES)


def _checked(world: RoundWorld, text: str) -> PolicyVersion:
    at = _publishes(load_policy(text))
    saved = save_policy(actor=world.officer, now=at, district_code="410181", text=text)
    return check_policy(actor=world.officer, now=at, version_id=saved.pk)


def _census(world: RoundWorld) -> Dataset:
    found = Dataset.objects.filter(district=world.county.district, kind=DatasetKind.CHILDREN).first()
    return found or dataset(world.county.district, DatasetKind.CHILDREN)


def _add_child(census: Dataset, number: int, unit: str, facts: Mapping[str, object]) -> str:
    home = Household.objects.create(dataset=census, code=f"h{number}", unit_code=unit)
    row_id: UUID = uuid4()
    written = identity(number)
    Child.objects.create(
        id=row_id,
        dataset=census,
        household=home,
        birth_on=date(2020, 3, 4),
        sex="female",
        identity_index=identity_index(written),
        identity_sealed=seal(written, table="geo_data_child", row_id=row_id, field="identity_sealed"),
        name_sealed=seal("样例", table="geo_data_child", row_id=row_id, field="name_sealed"),
        facts=[_fact(name, value) for name, value in {**at_home(unit), **facts}.items() if value is not None],
    )
    return written


def at_home(unit: str) -> dict[str, object]:
    """The facts of a child registered where it lives, in its parents' own home."""
    return {
        "birth_date": "2020-03-04",
        "registration_kind": "family",
        "registration_district": "410181",
        "registration_unit": unit,
        "registration_since": "2020-05-01",
        "dwelling_right": "owned",
        "dwelling_district": "410181",
        "dwelling_unit": unit,
        "dwelling_is_residential": True,
        "ownership_share_percent": 100,
        "title_since": "2018-01-01",
        "lives_there": True,
        "preferential_kind": "none",
        "special_needs": False,
        "sibling_school": [],
    }


def _fact(name: str, value: object) -> dict[str, object]:
    return {
        "name": name,
        "value": value,
        "source": "look_up",
        "as_of": "2026-05-01",
        "verifier": "test",
        "expires_on": None,
    }
